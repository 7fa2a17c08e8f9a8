import { expect, it } from 'vitest'
import { readClientMessage } from './client-message.ts'

it('reads what docs/desktop.md says that viewers send', () => {
  for (const message of [
    { kind: 'key', code: 'KeyA', key: 'a', down: true },
    { kind: 'held', codes: ['ShiftLeft'] },
    { kind: 'text', text: '漢字' },
    { kind: 'button', button: 8, down: false, x: 3, y: 4 },
    { kind: 'wheel', x: 0, y: -3 },
    { kind: 'touch', fingers: [{ finger: 9, x: 3, y: 4 }] },
    { kind: 'touch', fingers: [] },
    { kind: 'size', width: 1111, height: 777 },
    { kind: 'drawn', update: 7 },
    { kind: 'drawn', update: 8, ms: 4.25 },
  ]) {
    expect(readClientMessage(JSON.stringify(message))).toEqual(message)
  }
})

it.each([
  ['no JSON', '{'],
  ['no object', '[]'],
  ['an unknown kind', '{"kind":"shell","text":"rm"}'],
  ['a place outside of every display', '{"kind":"move","x":-1,"y":99999}'],
  ['a field too many', '{"kind":"move","x":1,"y":1,"z":1}'],
  ['a fraction of a pixel', '{"kind":"move","x":1.5,"y":1}'],
  ['a display that no memory holds', '{"kind":"size","width":100000,"height":100000}'],
  ['more steps than a wheel turns', '{"kind":"wheel","x":0,"y":2000000}'],
  ['more fingers than hands', JSON.stringify({ kind: 'touch', fingers: Array.from({ length: 11 }, () => ({ finger: 0, x: 1, y: 1 })) })],
  ['a finger without a place', '{"kind":"touch","fingers":[{"finger":0,"x":1}]}'],
  ['a finger of its own number', '{"kind":"touch","fingers":[{"finger":10,"x":1,"y":1}]}'],
  ['a book', JSON.stringify({ kind: 'text', text: 'a'.repeat(1001) })],
  ['more keys than fingers', JSON.stringify({ kind: 'held', codes: Array.from({ length: 33 }, String) })],
])('rejects %s', (_what, text) => {
  expect(readClientMessage(text)).toBeUndefined()
})
