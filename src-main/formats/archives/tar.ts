import { type Fault, fault } from '../fault.ts'

/** POSIX.1-1988 (ustar): every entry is a header of one block, its bytes, and zeros up to the next block. */
export const tarBlock = 512

/** What a header says. */
export interface TarEntry {
  /** As it is written: readers judge it before they use it. */
  readonly name: string
  readonly bytes: number
  /** `other`: a link, a folder, a device, a name that is too long for a header. */
  readonly kind: 'file' | 'other'
}

const maxName = 100

/** Zeros behind an entry of this many bytes. */
export const tarPadding = (bytes: number): number => (tarBlock - (bytes % tarBlock)) % tarBlock

/** The two empty blocks at the end. */
export const tarEnd = (): Uint8Array => new Uint8Array(2 * tarBlock)

/** The header of a file. Names are of ASCII, 100 characters at most. */
export function tarHeader({ name, bytes }: Pick<TarEntry, 'name' | 'bytes'>, changedMs: number): Uint8Array {
  if (name.length > maxName || !/^[\x21-\x7e]+$/.test(name)) throw new Error(`${name} is no name for a header`)
  const header = Buffer.alloc(tarBlock)
  header.write(name, 0, 'latin1')
  header.write('0000600\0', 100, 'latin1')
  header.write('0000000\0', 108, 'latin1')
  header.write('0000000\0', 116, 'latin1')
  writeNumber(header, bytes, 124)
  writeNumber(header, Math.floor(changedMs / 1000), 136)
  header.write('        0', 148, 'latin1')
  header.write('ustar\x0000', 257, 'latin1')
  header.write(`${checksum(header).toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  return header
}

/** Reads a header; undefined at the end of the archive. */
export function readTarHeader(block: Uint8Array): TarEntry | Fault | undefined {
  if (block.length < tarBlock) return fault('A header of the archive is cut off', block.length)
  const header = Buffer.from(block.buffer, block.byteOffset, tarBlock)
  if (header.every((byte) => byte === 0)) return undefined
  const written = Number.parseInt(text(header, 148, 8), 8)
  if (written !== checksum(header)) return fault('The checksum of a header of the archive is wrong', 148)
  const bytes = readNumber(header, 124)
  if (!Number.isSafeInteger(bytes) || bytes < 0) return fault('An entry of the archive has no size', 124)
  const type = header[156]
  const prefix = text(header, 345, 155)
  const name = prefix === '' ? text(header, 0, maxName) : `${prefix}/${text(header, 0, maxName)}`
  return { name, bytes, kind: type === 0x30 || type === 0 ? 'file' : 'other' }
}

const text = (header: Buffer, at: number, length: number): string => {
  const field = header.toString('latin1', at, at + length)
  const end = field.indexOf('\0')
  return (end < 0 ? field : field.slice(0, end)).trim()
}

/** Octal digits; of more than 8 GiB in base 256, as GNU tar writes them. */
function writeNumber(header: Buffer, value: number, at: number): void {
  if (value < 8 ** 11) {
    header.write(`${value.toString(8).padStart(11, '0')}\0`, at, 'latin1')
    return
  }
  header[at] = 0x80
  header.writeBigUInt64BE(BigInt(value), at + 4)
}

function readNumber(header: Buffer, at: number): number {
  if (((header[at] ?? 0) & 0x80) === 0) {
    const digits = text(header, at, 12)
    return /^[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : Number.NaN
  }
  return Number(header.readBigUInt64BE(at + 4))
}

/** The sum of all bytes, those of the sum itself taken as spaces. */
function checksum(header: Buffer): number {
  let sum = 0
  for (let at = 0; at < tarBlock; at++) sum += at >= 148 && at < 156 ? 0x20 : (header[at] ?? 0)
  return sum
}
