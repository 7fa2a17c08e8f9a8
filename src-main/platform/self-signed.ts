import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import { isIP } from 'node:net'

/** What a self-made certificate says. */
export interface SelfSignedOptions {
  readonly commonName: string
  /** Host names and IP addresses. */
  readonly names: readonly string[]
  readonly notBefore: Date
  readonly notAfter: Date
}

const tag = {
  boolean: 0x01,
  integer: 0x02,
  bits: 0x03,
  octets: 0x04,
  oid: 0x06,
  utf8: 0x0c,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const

/** Object identifiers in DER, without tag and length. */
const oid = {
  ecdsaWithSha256: '2a8648ce3d040302',
  commonName: '550403',
  subjectKeyId: '551d0e',
  keyUsage: '551d0f',
  subjectAltName: '551d11',
  basicConstraints: '551d13',
  extendedKeyUsage: '551d25',
  serverAuth: '2b06010505070301',
} as const

/** One value in DER (X.690 section 8.1): tag, length, contents. */
function der(tagNumber: number, ...contents: Uint8Array[]): Buffer {
  const body = Buffer.concat(contents)
  const { length } = body
  const head =
    length < 0x80 ? [tagNumber, length] : length < 0x100 ? [tagNumber, 0x81, length] : [tagNumber, 0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from(head), body])
}

function identifier(hex: string): Buffer {
  return der(tag.oid, Buffer.from(hex, 'hex'))
}

/** `YYMMDDHHMMSSZ` through 2049, with the whole year from then on (RFC 5280 section 4.1.2.5). */
function time(date: Date): Buffer {
  const digits = `${date.toISOString().slice(0, 19).replace(/[-T:]/g, '')}Z`
  if (date.getUTCFullYear() >= 2050) return der(tag.generalizedTime, Buffer.from(digits, 'latin1'))
  return der(tag.utcTime, Buffer.from(digits.slice(2), 'latin1'))
}

function extension(hex: string, critical: boolean, value: Buffer): Buffer {
  return der(tag.sequence, identifier(hex), ...(critical ? [der(tag.boolean, Buffer.of(0xff))] : []), der(tag.octets, value))
}

/** The 4 or 16 bytes of an address. */
function addressBytes(address: string): Buffer {
  if (isIP(address) === 4) return Buffer.from(address.split('.').map(Number))
  // The URL parser writes an IPv6 address in full hexadecimal groups, with at most one gap.
  const [left = '', right] = new URL(`http://[${address.split('%')[0]}]`).hostname.slice(1, -1).split('::')
  const groups = (text: string): number[] => (text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16)))
  const before = groups(left)
  const after = right === undefined ? [] : groups(right)
  const all = [...before, ...new Array<number>(8 - before.length - after.length).fill(0), ...after]
  return Buffer.from(all.flatMap((group) => [group >> 8, group & 0xff]))
}

function pem(label: string, bytes: Buffer): string {
  return `-----BEGIN ${label}-----\n${(bytes.toString('base64').match(/.{1,64}/g) ?? []).join('\n')}\n-----END ${label}-----\n`
}

/**
 * Makes a P-256 key and a certificate for a TLS server that it signs itself (RFC 5280 section 4.1). Written out here, since a
 * general X.509 library takes longer to load than everything else that a host does before it listens.
 */
export function makeSelfSigned({ commonName, names, notBefore, notAfter }: SelfSignedOptions): { cert: string; key: string } {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const publicInfo = publicKey.export({ type: 'spki', format: 'der' })
  const algorithm = der(tag.sequence, identifier(oid.ecdsaWithSha256))
  const name = der(tag.sequence, der(tag.set, der(tag.sequence, identifier(oid.commonName), der(tag.utf8, Buffer.from(commonName)))))
  const serial = randomBytes(16)
  // Positive, and of full length.
  serial[0] = (serial[0]! & 0x3f) | 0x40
  const altNames = names.map((each) => (isIP(each) ? der(0x87, addressBytes(each)) : der(0x82, Buffer.from(each, 'latin1'))))
  const extensions = der(
    tag.sequence,
    extension(oid.basicConstraints, true, der(tag.sequence)),
    // The first bit: digitalSignature.
    extension(oid.keyUsage, true, der(tag.bits, Buffer.of(7, 0x80))),
    extension(oid.extendedKeyUsage, false, der(tag.sequence, identifier(oid.serverAuth))),
    extension(oid.subjectAltName, false, der(tag.sequence, ...altNames)),
    extension(oid.subjectKeyId, false, der(tag.octets, createHash('sha1').update(publicInfo.subarray(-65)).digest())),
  )
  const toBeSigned = der(
    tag.sequence,
    der(0xa0, der(tag.integer, Buffer.of(2))),
    der(tag.integer, serial),
    algorithm,
    name,
    der(tag.sequence, time(notBefore), time(notAfter)),
    name,
    publicInfo,
    der(0xa3, extensions),
  )
  const signature = sign('sha256', toBeSigned, privateKey)
  const certificate = der(tag.sequence, toBeSigned, algorithm, der(tag.bits, Buffer.of(0), signature))
  return { cert: pem('CERTIFICATE', certificate), key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() }
}
