import { describe, expect, it } from 'vitest'
import { isFault } from '../fault.ts'
import { EcmaArray, readAmf0Values, writeAmf0 } from './amf0.ts'

const values = (...bytes: number[]) => readAmf0Values(Buffer.from(bytes))

describe('AMF0', () => {
  it('reads back what it writes', () => {
    const bytes = writeAmf0([
      'connect',
      1,
      { app: 'live', nested: { on: true } },
      null,
      undefined,
      [1, 'two'],
      new EcmaArray({ width: 640 }),
    ])
    expect(readAmf0Values(bytes)).toEqual([
      'connect',
      1,
      new Map<string, unknown>([
        ['app', 'live'],
        ['nested', new Map([['on', true]])],
      ]),
      null,
      undefined,
      [1, 'two'],
      new Map([['width', 640]]),
    ])
  })

  it('writes strings over 65535 bytes as long strings', () => {
    const text = 'x'.repeat(65_536)
    const bytes = writeAmf0([text])
    expect(bytes[0]).toBe(12)
    expect(readAmf0Values(bytes, 0, bytes.length, { depth: 1, values: 1, stringBytes: 70_000 })).toEqual([text])
  })

  it('takes an object whose end marker was left off at the end of the message', () => {
    expect(values(3, 0, 1, 97, 5)).toEqual([new Map([['a', null]])])
  })

  it.each([
    ['a cut number', [0, 1, 2], 1],
    ['a cut string', [2, 0, 9, 65], 1],
    ['an unknown type', [99], 0],
    ['an array that claims four billion elements', [10, 255, 255, 255, 255, 5], 1],
    ['a string that claims four gigabytes', [12, 255, 255, 255, 255], 1],
  ])('answers a fault with its offset for %s', (_name, bytes, offset) => {
    const answer = values(...bytes)
    expect(isFault(answer) && answer.offset).toBe(offset)
  })

  it('rejects a bomb of nested arrays and one of many values', () => {
    const nested = Buffer.alloc(5 * 1000)
    for (let at = 0; at < nested.length; at += 5) nested.set([10, 0, 0, 0, 1], at)
    expect(isFault(readAmf0Values(nested))).toBe(true)
    expect(isFault(readAmf0Values(Buffer.alloc(10_000, 5)))).toBe(true)
  })

  it('never lets a name reach a prototype', () => {
    const bytes = writeAmf0([{ ['__proto__']: 1, constructor: 2 } as never])
    expect(isFault(readAmf0Values(bytes))).toBe(false)
    expect(({} as Record<string, unknown>).polluted).toBeUndefined()
  })
})

describe('AMF3 inside AMF0', () => {
  it('reads integers, numbers, strings and references to them', () => {
    // array of: 5, -1, "ab", reference to "ab", true, null
    expect(values(17, 9, 0x0d, 1, 4, 5, 4, 0xff, 0xff, 0xff, 0xff, 6, 5, 97, 98, 6, 0, 3, 1)).toEqual([[5, -1, 'ab', 'ab', true, null]])
  })

  it('reads a dynamic object and one with traits', () => {
    expect(values(17, 10, 0x0b, 1, 3, 97, 4, 1, 1)).toEqual([new Map([['a', 1]])])
    expect(values(17, 10, 0x13, 1, 3, 98, 3)).toEqual([new Map([['b', true]])])
  })

  it('leaves a reference to an unfinished object undefined, so that nothing can hold itself', () => {
    expect(values(17, 9, 3, 1, 9, 0)).toEqual([[undefined]])
  })

  it.each([
    ['a string reference to nowhere', [17, 6, 8]],
    ['an object reference to nowhere', [17, 10, 8]],
    ['an array that lies about its length', [17, 9, 0xff, 0xff, 0xff, 0x7f, 1]],
    ['an externalizable object', [17, 10, 7, 1]],
    ['a cut double', [17, 5, 0]],
  ])('answers a fault for %s', (_name, bytes) => {
    expect(isFault(values(...bytes))).toBe(true)
  })
})
