import { X509Certificate as NodeCertificate, webcrypto } from 'node:crypto'
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { createSecureContext } from 'node:tls'
import { AppError } from './errors.ts'
import type { Logger } from './logger.ts'

export interface Certificate {
  /** PEM. */
  readonly cert: string
  readonly key: string
  readonly selfMade: boolean
  /** ISO 8601. */
  readonly expiresAt: string
  /** SHA-256, as browsers show it. */
  readonly fingerprint: string
}

export interface CertificateOptions {
  readonly dir: string
  readonly bind: string
  /** Host name of the public URL, if one is set. */
  readonly publicName?: string
  readonly certFile: string
  readonly keyFile: string
  readonly logger: Logger
}

const dayMs = 24 * 3_600_000
const lifeDays = 397
const renewDays = 30

/** The given certificate, else the kept self-made one, else a new one. Throws `certificate.invalid`. */
export async function loadCertificate(options: CertificateOptions): Promise<Certificate> {
  if (options.certFile !== '' || options.keyFile !== '') return loadGiven(options)
  const names = namesFor(options)
  return readKept(options.dir, names) ?? (await makeCertificate(options, names))
}

function namesFor(options: CertificateOptions): string[] {
  const names = new Set(['localhost', '127.0.0.1', '::1', hostname().toLowerCase()])
  const bind = options.bind.replace(/^\[|\]$/g, '')
  if (bind !== '0.0.0.0' && bind !== '::') names.add(bind)
  if (options.publicName) names.add(options.publicName)
  return [...names]
}

function loadGiven({ certFile, keyFile }: CertificateOptions): Certificate {
  if (certFile === '' || keyFile === '') throw new AppError('certificate.invalid', 'tlsCert and tlsKey must be given together')
  try {
    const cert = readFileSync(certFile, 'utf8')
    const key = readFileSync(keyFile, 'utf8')
    createSecureContext({ cert, key })
    return describeCertificate(cert, key, false)
  } catch (cause) {
    throw new AppError(
      'certificate.invalid',
      `The certificate ${certFile} with key ${keyFile} cannot be used: ${(cause as Error).message}`,
      { cause },
    )
  }
}

function readKept(dir: string, names: readonly string[]): Certificate | undefined {
  try {
    const cert = readFileSync(join(dir, 'cert.pem'), 'utf8')
    const key = readFileSync(join(dir, 'key.pem'), 'utf8')
    const parsed = new NodeCertificate(cert)
    const covers = names.every((name) => (isIP(name) ? parsed.checkIP(name) : parsed.checkHost(name)) !== undefined)
    if (!covers || Date.parse(parsed.validTo) - Date.now() < renewDays * dayMs) return undefined
    createSecureContext({ cert, key })
    return describeCertificate(cert, key, true)
  } catch {
    return undefined
  }
}

async function makeCertificate({ dir, logger }: CertificateOptions, names: readonly string[]): Promise<Certificate> {
  // The package beneath x509 looks for this polyfill and does not bring it along.
  await import('reflect-metadata')
  const x509 = await import('@peculiar/x509')
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const made = await x509.X509CertificateGenerator.createSelfSigned({
    name: 'CN=AMI Streams on this machine',
    notBefore: new Date(Date.now() - dayMs),
    notAfter: new Date(Date.now() + lifeDays * dayMs),
    signingAlgorithm: algorithm,
    keys: keys as Parameters<typeof x509.X509CertificateGenerator.createSelfSigned>[0] extends { keys: infer K } ? K : never,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension(
        names.map((name) => ({ type: isIP(name) ? ('ip' as const) : ('dns' as const), value: name })),
      ),
    ],
  })
  const cert = made.toString('pem')
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64')
  const key = `-----BEGIN PRIVATE KEY-----\n${pkcs8.match(/.{1,64}/g)?.join('\n')}\n-----END PRIVATE KEY-----\n`
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 })
    writeFileSync(join(dir, 'cert.pem'), cert)
    writeFileSync(join(dir, 'key.pem'), key, { mode: 0o600 })
    chmodSync(join(dir, 'key.pem'), 0o600)
  } catch (error) {
    logger.warn({ err: error }, 'the self-made certificate could not be kept; a new one will be made at the next start')
  }
  return describeCertificate(cert, key, true)
}

/** What people are shown of a certificate. */
export function describeCertificate(cert: string, key: string, selfMade: boolean): Certificate {
  const parsed = new NodeCertificate(cert)
  return { cert, key, selfMade, expiresAt: new Date(parsed.validTo).toISOString(), fingerprint: parsed.fingerprint256 }
}
