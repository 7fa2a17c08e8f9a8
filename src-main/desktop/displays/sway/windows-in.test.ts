import { expect, it } from 'vitest'
import { windowsIn } from './windows-in.ts'

it('counts the windows of a tree: also those that float and share a place', () => {
  const window = { type: 'con', pid: 7, nodes: [], floating_nodes: [] }
  const workspace = {
    type: 'workspace',
    nodes: [{ type: 'con', nodes: [window, window] }],
    floating_nodes: [{ ...window, type: 'floating_con' }],
  }
  expect(windowsIn({ type: 'root', nodes: [{ type: 'output', nodes: [workspace, { type: 'workspace', nodes: [] }] }] })).toBe(3)
})

it('counts none in what is no tree', () => {
  for (const tree of [undefined, null, 7, 'root', [], {}, { nodes: 'x', pid: '7' }]) expect(windowsIn(tree)).toBe(0)
})
