import { expect, it } from 'vitest'
import { nodeForViewer } from './viewer-nodes.ts'

const viewers = Array.from({ length: 4000 }, (_, index) => `viewer-${index}`)
const [a, b, c] = ['https://a.example', 'https://b.example', 'https://c.example'].map((url) => ({ url, weight: 100 })) as never as [
  { url: string; weight: number },
  { url: string; weight: number },
  { url: string; weight: number },
]

it('divides viewers by weight, and keeps each where it is', () => {
  const nodes = [a, { ...b, weight: 50 }, { ...c, weight: 0 }]
  const chosen = viewers.map((viewer) => nodeForViewer(nodes, viewer)?.url)
  expect(viewers.map((viewer) => nodeForViewer(nodes, viewer)?.url)).toEqual(chosen)
  expect(chosen.filter((url) => url === c.url)).toEqual([])
  const share = chosen.filter((url) => url === a.url).length / viewers.length
  expect(Math.abs(share - 2 / 3)).toBeLessThan(0.04)
})

it('moves the viewers of a node that has left, and no others', () => {
  for (const viewer of viewers) {
    const before = nodeForViewer([a, b, c], viewer)?.url
    const after = nodeForViewer([a, b], viewer)?.url
    if (before !== c.url) expect(after).toBe(before)
  }
})

it('chooses nothing where there is nothing', () => {
  expect(nodeForViewer([], 'x')).toBeUndefined()
  expect(
    nodeForViewer(
      [
        { ...a, weight: 0 },
        { ...b, weight: Number.NaN },
      ],
      'x',
    ),
  ).toBeUndefined()
})
