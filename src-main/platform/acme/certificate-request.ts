import { webcrypto } from 'node:crypto'

/** A new private key and the request for a certificate with it. */
export interface CertificateRequest {
  /** PEM. */
  readonly key: string
  /** PKCS #10 in DER. */
  readonly request: Uint8Array
}

/** Makes a key on P-256 and a request for `names`. */
export async function createCertificateRequest(names: readonly string[]): Promise<CertificateRequest> {
  // The package beneath x509 looks for this polyfill and does not bring it along.
  await import('reflect-metadata')
  const x509 = await import('@peculiar/x509')
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const made = await x509.Pkcs10CertificateRequestGenerator.create({
    signingAlgorithm: algorithm,
    keys: keys as Parameters<typeof x509.Pkcs10CertificateRequestGenerator.create>[0]['keys'],
    extensions: [new x509.SubjectAlternativeNameExtension(names.map((value) => ({ type: 'dns' as const, value })))],
  })
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64')
  const key = `-----BEGIN PRIVATE KEY-----\n${pkcs8.match(/.{1,64}/g)?.join('\n')}\n-----END PRIVATE KEY-----\n`
  return { key, request: new Uint8Array(made.rawData) }
}
