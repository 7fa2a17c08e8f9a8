import { expect, it } from 'vitest'
import { maxNodePath, nodePathOf, pathFault } from './node-path.ts'

it('names the nodes of a loop, and bounds how many are behind one another', () => {
  expect(pathFault([], 'a')).toBeUndefined()
  expect(pathFault(['x', 'a', 'b'], 'c')).toBeUndefined()
  expect(pathFault(['x', 'a', 'b'], 'a')).toContain('a > b > a')
  expect(pathFault(['a'], 'a')).toContain('a > a')
  const long = Array.from({ length: maxNodePath }, (_, index) => `n${index}`)
  expect(pathFault(long.slice(1), 'z')).toBeUndefined()
  expect(pathFault(long, 'z')).toContain(String(maxNodePath))
})

it('reads what others say of the path, as far as that is possible', () => {
  expect(nodePathOf({})).toEqual([])
  expect(nodePathOf({ 'x-streams-nodes': 'node-1, node-2' })).toEqual(['node-1', 'node-2'])
  expect(nodePathOf({ 'x-streams-nodes': ',,a b,<x>,node-1' })).toEqual(['node-1'])
  expect(nodePathOf({ 'x-streams-nodes': 'n,'.repeat(10_000) })).toHaveLength(maxNodePath + 1)
})
