import { expect, it } from 'vitest'
import { isSigned, renewText } from '../../origin/nodes/node-keys.ts'
import { KeyChange } from './key-change.ts'
import { readNodeKey } from './node-state.ts'

it('a node uses the key that it made last, and none that its origin has not accepted', () => {
  const change = new KeyChange()
  expect([change.accepted(undefined), change.accepted('other')]).toEqual([undefined, undefined])
  const first = change.make('challenge', 'node-1')
  const second = change.make('other', 'node-1')
  expect(isSigned(second.publicKey, renewText('other', 'node-1'), second.proof)).toBe(true)
  expect(change.accepted(first.publicKey)).toBeUndefined()
  expect(readNodeKey(change.accepted(second.publicKey) ?? '').publicKey).toBe(second.publicKey)
  expect(change.accepted(second.publicKey)).toBeUndefined()
})

it('a node takes the word of an origin that does not say which key it has accepted', () => {
  const change = new KeyChange()
  const { publicKey } = change.make('challenge', 'node-1')
  expect(readNodeKey(change.accepted(undefined) ?? '').publicKey).toBe(publicKey)
})
