import { X509Certificate } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { loadCertificate } from './certificate.ts'
import { silentLogger } from './telemetry/logger.ts'

it('a self-made certificate names this machine, is kept, and is recreated for another IP address', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'tls-'))
  onTestFinished(() => rmSync(dir, { recursive: true }))
  const options = { dir, bind: '127.0.0.1', certFile: '', keyFile: '', logger: silentLogger }
  const made = await loadCertificate(options)
  const parsed = new X509Certificate(made.cert)
  expect([parsed.checkHost('localhost'), parsed.checkIP('127.0.0.1'), parsed.checkIP('::1')]).toEqual(['localhost', '127.0.0.1', '::1'])
  expect((await loadCertificate(options)).fingerprint).toBe(made.fingerprint)
  const other = await loadCertificate({ ...options, bind: '10.1.2.3' })
  expect(new X509Certificate(other.cert).checkIP('10.1.2.3')).toBe('10.1.2.3')
  const given = await loadCertificate({ ...options, certFile: join(dir, 'cert.pem'), keyFile: join(dir, 'key.pem') })
  expect([given.selfMade, given.fingerprint]).toEqual([false, other.fingerprint])
  await expect(loadCertificate({ ...options, certFile: join(dir, 'cert.pem') })).rejects.toMatchObject({ code: 'certificate.invalid' })
  await expect(loadCertificate({ ...options, certFile: join(dir, 'key.pem'), keyFile: join(dir, 'key.pem') })).rejects.toMatchObject({
    code: 'certificate.invalid',
  })
})
