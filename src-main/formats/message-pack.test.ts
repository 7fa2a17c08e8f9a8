import { describe, expect, it } from 'vitest'
import { isFault } from './fault.ts'
import { pack, unpack } from './message-pack.ts'

const long = (length: number) => 'ä'.repeat(length)
const values = [
  null,
  true,
  false,
  0,
  127,
  128,
  255,
  256,
  65_535,
  65_536,
  4_294_967_295,
  4_294_967_296,
  -1,
  -32,
  -33,
  -128,
  -129,
  -32_769,
  -2_147_483_649,
  Number.MAX_SAFE_INTEGER,
  0.5,
  -1.25e300,
  '',
  'scene',
  long(15),
  long(16),
  long(127),
  long(200),
  long(40_000),
  [],
  [1, [2, [3]]],
  Array.from({ length: 15 }, (_, index) => index),
  Array.from({ length: 16 }, (_, index) => index),
  Array.from({ length: 70_000 }, () => 1),
  {},
  { op: 6, d: { requestType: 'GetVersion', requestData: { a: [null, true], b: 'x' } } },
  Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`key ${index}`, index])),
]

describe('MessagePack', () => {
  it('is read as it was written', () => {
    for (const value of values) expect(unpack(pack(value))).toEqual({ value })
  })

  it('is the bytes of the specification', () => {
    const bytes = (value: unknown) => Buffer.from(pack(value)).toString('hex')
    expect(bytes({ compact: true, schema: 0 })).toBe('82a7636f6d70616374c3a6736368656d6100')
    expect(bytes([null, -32, -33, 127, 128, 0.5])).toBe('96c0e0d2ffffffdf7fce00000080cb3fe0000000000000')
    expect(bytes(2 ** 40)).toBe('d30000010000000000')
    expect(bytes(long(16))).toBe(`d920${'c3a4'.repeat(16)}`)
    expect(bytes(long(128)).slice(0, 6)).toBe('da0100')
    expect(bytes(long(40_000)).slice(0, 10)).toBe('db00013880')
  })

  it('leaves out what is undefined and writes what no number is as null, as JSON does', () => {
    expect(unpack(pack({ a: undefined, b: Number.NaN, c: Number.POSITIVE_INFINITY }))).toEqual({ value: { b: null, c: null } })
  })

  it('reads integers of 64 bits and floats of 32', () => {
    expect(unpack(Uint8Array.of(0xcf, 0, 0, 1, 0, 0, 0, 0, 0))).toEqual({ value: 2 ** 40 })
    expect(unpack(Uint8Array.of(0xd3, 255, 255, 255, 255, 255, 255, 255, 255))).toEqual({ value: -1 })
    expect(unpack(Uint8Array.of(0xca, 0x3f, 0x80, 0, 0))).toEqual({ value: 1 })
  })

  it.each([
    ['nothing', []],
    ['a text that ends early', [0xa5, 0x61]],
    ['a text that is not UTF-8', [0xa1, 0xff]],
    ['bytes behind the value', [0xc0, 0xc0]],
    ['binary data', [0xc4, 1, 0]],
    ['an extension', [0xd4, 1, 0]],
    ['the type that is never used', [0xc1]],
    ['a key that is a number', [0x81, 1, 1]],
    ['a list that claims four thousand million values', [0xdd, 255, 255, 255, 255, 0]],
    ['a map that claims more than there is', [0xdf, 0, 1, 0, 0, 0xa0, 0]],
    ['lists within lists without end', Array.from({ length: 10_000 }, () => 0x91)],
    ['lists within lists, each with a great claim', Array.from({ length: 10_000 }, () => [0xdc, 0x20, 0]).flat()],
  ])('is rejected where it is %s', (_what, bytes) => {
    expect(isFault(unpack(Uint8Array.from(bytes)))).toBe(true)
  })

  it('gives a key __proto__ no power', () => {
    const name = Buffer.from('__proto__')
    const evil = unpack(Buffer.concat([Uint8Array.of(0x81, 0xa0 | name.length), name, pack({ polluted: true })]))
    expect((evil as { value: { polluted?: boolean } }).value.polluted).toBeUndefined()
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined()
  })
})
