import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'

/** `FamilyWild` of the authority file: the entry is good for every display. */
const familyWild = 0xffff

/** Writes an authority file with a new cookie, for the server and its clients: who cannot read it is rejected. */
export function writeAuthority(file: string): void {
  const text = (value: Uint8Array): Buffer => {
    const length = Buffer.alloc(2)
    length.writeUInt16BE(value.length)
    return Buffer.concat([length, value])
  }
  const family = Buffer.alloc(2)
  family.writeUInt16BE(familyWild)
  const none = Buffer.alloc(0)
  const entry = Buffer.concat([family, text(none), text(none), text(Buffer.from('MIT-MAGIC-COOKIE-1')), text(randomBytes(16))])
  writeFileSync(file, entry, { mode: 0o600 })
}
