import { expect, it } from 'vitest'
import { createSecretMask } from './secret-mask.ts'

it('masks nothing that is not a secret, and no short ones', () => {
  const mask = createSecretMask(['short', 'a-long-secret'])
  expect(mask('a short text of a-long-secretary, a-long secret')).toBe('a short text of ***ary, a-long secret')
  expect(createSecretMask([])('anything')).toBe('anything')
})

it('masks one secret that contains another one, and the start that a cut left', () => {
  const mask = createSecretMask(['inner-secret', 'with inner-secret in it'])
  expect(mask('with inner-secret in it, inner-secret')).toBe('***, ***')
  expect(mask('cut off: inner-se', true)).toBe('cut off: ***')
  expect(mask('not cut off: inner-se')).toBe('not cut off: inner-se')
})

it('masks what JSON.parse quotes of a long secret', () => {
  const secret = 'long-secret-that-is-no-json-and-goes-on-for-a-while'
  const message = (() => {
    try {
      return String(JSON.parse(secret))
    } catch (error) {
      return (error as Error).message
    }
  })()
  expect(message).toContain('long-s')
  expect(createSecretMask([secret])(message)).not.toContain('long-s')
})
