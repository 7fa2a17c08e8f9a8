import { createPrivateKey, X509Certificate } from 'node:crypto'
import { expect, it } from 'vitest'
import { makeSelfSigned } from './self-signed.ts'

/** Whole seconds: more a certificate does not say. */
const notBefore = new Date('2026-03-04T05:06:07Z')
const notAfter = new Date('2027-03-04T05:06:07Z')

it('a self-made certificate is well formed, signed with its own key, and names what it was asked to', () => {
  const names = ['localhost', '127.0.0.1', '::1', 'fe80::1:2', '2001:db8:1:2:3:4:5:6', 'live.example.com', `${'a'.repeat(60)}.example.com`]
  const { cert, key } = makeSelfSigned({ commonName: 'A name — with more than ASCII', names, notBefore, notAfter })
  const parsed = new X509Certificate(cert)
  expect(parsed.verify(parsed.publicKey)).toBe(true)
  expect(parsed.checkPrivateKey(createPrivateKey(key))).toBe(true)
  expect(parsed.ca).toBe(false)
  expect(parsed.subject).toBe('CN=A name — with more than ASCII')
  expect(parsed.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1'])
  expect([new Date(parsed.validFrom), new Date(parsed.validTo)]).toEqual([notBefore, notAfter])
  expect(parsed.subjectAltName?.split(', ')).toHaveLength(names.length)
  for (const name of ['localhost', 'live.example.com']) expect(parsed.checkHost(name)).toBe(name)
  for (const address of ['127.0.0.1', '::1', 'fe80::1:2', '2001:db8:1:2:3:4:5:6']) expect(parsed.checkIP(address)).toBe(address)
  expect(parsed.checkHost('other.example.com')).toBeUndefined()
})

it('no two certificates have the same serial number', () => {
  const serials = new Set<string>()
  for (let run = 0; run < 8; run++) {
    const { cert } = makeSelfSigned({ commonName: 'x', names: ['localhost'], notBefore, notAfter })
    serials.add(new X509Certificate(cert).serialNumber)
  }
  expect(serials.size).toBe(8)
})
