import { expect, it } from 'vitest'
import { countryCodes, countryDistanceKm } from '../../figures/countries.ts'
import { type AnsweringNode, nodesFor } from './geo-answers.ts'

const node = (id: string, country: string | null, weight = 100): AnsweringNode => ({ id, country, weight, addresses: ['192.0.2.1'] })
const ids = (nodes: readonly AnsweringNode[], country: string | null, phase = 0) => nodesFor(nodes, country, phase).map(({ id }) => id)

/** Share of answers by node, in percent. */
function shares(nodes: readonly AnsweringNode[], country: string): Record<string, number> {
  const counts: Record<string, number> = {}
  for (let index = 0; index < 1000; index++) {
    const named = ids(nodes, country, index / 1000)
    for (const id of named) counts[id] = (counts[id] ?? 0) + 100 / 1000 / named.length
  }
  return Object.fromEntries(Object.entries(counts).map(([id, share]) => [id, Math.round(share)]))
}

it('names the nearest node to each country, and the next one without it', () => {
  const nodes = [node('berlin', 'DE'), node('madrid', 'ES'), node('tokyo', 'JP'), node('somewhere', null)]
  expect(['PL', 'PT', 'KR'].map((country) => ids(nodes, country))).toEqual([['berlin'], ['madrid'], ['tokyo']])
  expect(ids(nodes.slice(1), 'PL')).toEqual(['madrid'])
  expect(ids(nodes, null)).toHaveLength(4)
  expect(ids([], 'PL')).toEqual([])
  expect(ids([node('drained', 'DE', 0)], 'DE')).toEqual([])
})

it('shifts viewers of a busy node to the next country, and divides those of one country by weight', () => {
  expect(shares([node('berlin', 'DE', 40), node('madrid', 'ES')], 'DE')).toEqual({ berlin: 40, madrid: 60 })
  expect(shares([node('one', 'DE', 75), node('two', 'DE', 25), node('madrid', 'ES')], 'DE')).toEqual({ one: 75, two: 25 })
  expect(shares([node('one', 'DE'), node('two', 'DE')], 'DE')).toEqual({ one: 50, two: 50 })
  expect(shares([node('one', 'DE', 20)], 'DE')).toEqual({ one: 100 })
})

it('knows how far countries are from each other', () => {
  expect(countryDistanceKm('DE', 'DE')).toBe(0)
  expect(countryDistanceKm('FJ', 'TV') ?? 0).toBeLessThan(1500)
  expect(countryDistanceKm('DE', 'XX')).toBeUndefined()
  for (const code of countryCodes) expect(countryDistanceKm('US', code), code).toBeGreaterThanOrEqual(0)
  expect(new Set(countryCodes).size).toBe(countryCodes.length)
  expect(countryCodes.length).toBeGreaterThan(240)
})
