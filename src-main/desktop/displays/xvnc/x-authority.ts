import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'

/** `FamilyWild` of the authority file: the entry is good for every display. */
const familyWild = 0xffff
const scheme = 'MIT-MAGIC-COOKIE-1'

/** Writes an authority file with that cookie, or a new one, for the server and its clients: who cannot read it is rejected. */
export function writeAuthority(file: string, cookie: Buffer = randomBytes(16)): void {
  const text = (value: Uint8Array): Buffer => {
    const length = Buffer.alloc(2)
    length.writeUInt16BE(value.length)
    return Buffer.concat([length, value])
  }
  const family = Buffer.alloc(2)
  family.writeUInt16BE(familyWild)
  const none = Buffer.alloc(0)
  const entry = Buffer.concat([family, text(none), text(none), text(Buffer.from(scheme)), text(cookie)])
  writeFileSync(file, entry, { mode: 0o600 })
}

/** The first cookie of an authority file (Xau(3)); undefined without one, whatever the bytes are. */
export function cookieIn(bytes: Buffer): Buffer | undefined {
  for (let at = 0; at + 2 <= bytes.length; ) {
    at += 2
    const fields: Buffer[] = []
    for (let field = 0; field < 4; field++) {
      if (at + 2 > bytes.length) return undefined
      const end = at + 2 + bytes.readUInt16BE(at)
      if (end > bytes.length) return undefined
      fields.push(bytes.subarray(at + 2, end))
      at = end
    }
    const [, , name, cookie] = fields
    if (name?.toString('latin1') === scheme && cookie !== undefined && cookie.length > 0) return cookie
  }
  return undefined
}
