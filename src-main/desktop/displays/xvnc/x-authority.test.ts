import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cookieIn } from './x-authority.ts'

const field = (value: string | Buffer): Buffer => {
  const bytes = Buffer.from(value)
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 255]), bytes])
}
const entry = (host: string, number: string, scheme: string, cookie: Buffer): Buffer =>
  Buffer.concat([Buffer.from([1, 0]), field(host), field(number), field(scheme), field(cookie)])

describe('the cookie of an authority file', () => {
  it('is the first one, whatever machine and display it is kept for', () => {
    const cookie = Buffer.alloc(16, 7)
    const file = Buffer.concat([
      entry('other', '1', 'XDM-AUTHORIZATION-1', Buffer.alloc(8)),
      entry('container', '99', 'MIT-MAGIC-COOKIE-1', cookie),
    ])
    expect(cookieIn(file)).toEqual(cookie)
    expect(cookieIn(file.subarray(0, -1))).toBeUndefined()
    expect(cookieIn(Buffer.alloc(0))).toBeUndefined()
  })

  it('is found or not in any bytes, without an error', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void cookieIn(Buffer.from(bytes))))
  })
})
