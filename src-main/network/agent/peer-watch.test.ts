import { expect, it } from 'vitest'
import { peersOf } from './peer-watch.ts'

it('has each node seen by two others, as far as there are others', () => {
  const nodes = ['c', 'a', 'd', 'b'].map((id) => ({ id, url: `https://${id}.example`, region: null, weight: 100, draining: false }))
  const seen = nodes.flatMap(({ id }) => peersOf(id, nodes).map((peer) => peer.id))
  expect(seen.sort()).toEqual(['a', 'a', 'b', 'b', 'c', 'c', 'd', 'd'])
  expect(peersOf('d', nodes).map(({ id }) => id)).toEqual(['a', 'b'])
  expect(peersOf('x', nodes.slice(0, 1)).map(({ id }) => id)).toEqual(['c'])
  expect(peersOf('c', nodes.slice(0, 1))).toEqual([])
})
