import { expect, it } from 'vitest'
import { base32, totpCode, totpStep, totpUri } from './totp.ts'

const digits = '1234567890'
const secrets = { sha1: digits.repeat(2), sha256: digits.repeat(4).slice(0, 32), sha512: digits.repeat(7).slice(0, 64) } as const

// RFC 6238, appendix B.
it.each([
  [59, 'sha1', '94287082'],
  [59, 'sha256', '46119246'],
  [59, 'sha512', '90693936'],
  [1111111109, 'sha1', '07081804'],
  [1111111109, 'sha256', '68084774'],
  [1111111109, 'sha512', '25091201'],
  [1111111111, 'sha1', '14050471'],
  [1234567890, 'sha1', '89005924'],
  [1234567890, 'sha512', '93441116'],
  [2000000000, 'sha256', '90698825'],
  [20000000000, 'sha1', '65353130'],
  [20000000000, 'sha512', '47863826'],
] as const)('makes the code of second %i with %s that RFC 6238 names', (seconds, algorithm, code) => {
  const secret = Buffer.from(secrets[algorithm], 'ascii')
  expect(totpCode(secret, totpStep(seconds * 1000), { digits: 8, algorithm })).toBe(code)
  if (algorithm === 'sha1') expect(totpCode(secret, totpStep(seconds * 1000))).toBe(code.slice(2))
})

// RFC 4648, section 10.
it.each([
  ['', ''],
  ['f', 'MY'],
  ['fo', 'MZXQ'],
  ['foo', 'MZXW6'],
  ['foob', 'MZXW6YQ'],
  ['fooba', 'MZXW6YTB'],
  ['foobar', 'MZXW6YTBOI'],
])('writes %j in base 32', (text, encoded) => {
  expect(base32(Buffer.from(text))).toBe(encoded)
})

it('writes what an authenticator app reads', () => {
  expect(totpUri(Buffer.from('foobar'), 'AMI Streams', 'Ann & Bob')).toBe(
    'otpauth://totp/AMI%20Streams:Ann%20%26%20Bob?secret=MZXW6YTBOI&issuer=AMI%20Streams',
  )
})
