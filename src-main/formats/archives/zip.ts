/**
 * ZIP as a stream (PKWARE APPNOTE 6.3.10): entries are stored as they are, so that the length of the whole archive is known before its first
 * byte; the checksum of each follows its bytes (section 4.3.9). Names are UTF-8. Zip64 (section 4.5.3) where something has 4 GiB or more.
 */
export interface ZipEntry {
  /** With `/` between folders; a folder ends with one. */
  readonly name: string
  readonly bytes: number
  readonly changedMs: number
}

const limit = 0xffffffff
const maxCount = 0xffff
const hasData = ({ bytes }: ZipEntry): boolean => bytes > 0
const isLarge = ({ bytes }: ZipEntry): boolean => bytes >= limit
/** Bit 11: names are UTF-8; bit 3: sizes and checksum follow the bytes. */
const flagsOf = (entry: ZipEntry): number => 0x800 | (hasData(entry) ? 8 : 0)

/** Length of an archive of these. */
export function zipBytes(entries: readonly ZipEntry[]): number {
  const archive = new ZipArchive()
  let bytes = 0
  for (const entry of entries) bytes += archive.begin(entry).length + entry.bytes + archive.finish(entry, 0).length
  return bytes + archive.end().length
}

/** Makes what is around the bytes of the entries: `begin`, the bytes and `finish` for each, then `end`. */
export class ZipArchive {
  readonly #directory: Buffer[] = []
  #at = 0
  #begun = 0

  begin(entry: ZipEntry): Buffer {
    const name = Buffer.from(entry.name)
    const header = Buffer.alloc(30 + name.length + (isLarge(entry) ? 20 : 0))
    header.writeUInt32LE(0x04034b50, 0)
    this.#writeCommon(header, 4, entry, name.length, isLarge(entry) ? 20 : 0)
    name.copy(header, 30)
    // Empty fields say that the sizes behind the bytes have 64 bits.
    if (isLarge(entry)) writeExtra(header, 30 + name.length, [0, 0])
    this.#begun = this.#at
    this.#at += header.length
    return header
  }

  /** @param checksum CRC-32 of the bytes */
  finish(entry: ZipEntry, checksum: number): Buffer {
    const large = isLarge(entry)
    const tail = Buffer.alloc(hasData(entry) ? (large ? 24 : 16) : 0)
    if (hasData(entry)) {
      tail.writeUInt32LE(0x08074b50, 0)
      tail.writeUInt32LE(checksum, 4)
      for (const at of [0, 1]) {
        if (large) tail.writeBigUInt64LE(BigInt(entry.bytes), 8 + 8 * at)
        else tail.writeUInt32LE(entry.bytes, 8 + 4 * at)
      }
    }
    this.#at += entry.bytes + tail.length
    this.#directory.push(this.#directoryEntry(entry, checksum))
    return tail
  }

  /** The directory of the archive (sections 4.3.12 to 4.3.16). */
  end(): Buffer {
    const directory = Buffer.concat(this.#directory)
    const count = this.#directory.length
    const large = count >= maxCount || this.#at >= limit || directory.length >= limit
    const end = Buffer.alloc((large ? 76 : 0) + 22)
    if (large) {
      end.writeUInt32LE(0x06064b50, 0)
      end.writeBigUInt64LE(44n, 4)
      end.writeUInt16LE(45, 12)
      end.writeUInt16LE(45, 14)
      for (const [index, value] of [count, count, directory.length, this.#at].entries()) end.writeBigUInt64LE(BigInt(value), 24 + 8 * index)
      end.writeUInt32LE(0x07064b50, 56)
      end.writeBigUInt64LE(BigInt(this.#at + directory.length), 64)
      end.writeUInt32LE(1, 72)
    }
    const at = end.length - 22
    end.writeUInt32LE(0x06054b50, at)
    for (const offset of [8, 10]) end.writeUInt16LE(Math.min(count, maxCount), at + offset)
    end.writeUInt32LE(Math.min(directory.length, limit), at + 12)
    end.writeUInt32LE(Math.min(this.#at, limit), at + 16)
    return Buffer.concat([directory, end])
  }

  #directoryEntry(entry: ZipEntry, checksum: number): Buffer {
    const name = Buffer.from(entry.name)
    const far = this.#begun >= limit
    const large = [...(isLarge(entry) ? [entry.bytes, entry.bytes] : []), ...(far ? [this.#begun] : [])]
    const extra = large.length === 0 ? 0 : 4 + 8 * large.length
    const record = Buffer.alloc(46 + name.length + extra)
    const isFolder = entry.name.endsWith('/')
    record.writeUInt32LE(0x02014b50, 0)
    // Made by Unix: the attributes are its own.
    record.writeUInt16LE(0x032d, 4)
    this.#writeCommon(record, 6, entry, name.length, extra)
    record.writeUInt32LE(checksum, 16)
    record.writeUInt32LE(Math.min(entry.bytes, limit), 20)
    record.writeUInt32LE(Math.min(entry.bytes, limit), 24)
    record.writeUInt32LE((isFolder ? 0o40755 * 0x10000 + 0x10 : 0o100644 * 0x10000) >>> 0, 38)
    record.writeUInt32LE(Math.min(this.#begun, limit), 42)
    name.copy(record, 46)
    if (extra > 0) writeExtra(record, 46 + name.length, large)
    return record
  }

  /** What local header and directory have in common, from the version on: sizes and checksum stay empty. */
  #writeCommon(record: Buffer, at: number, entry: ZipEntry, nameBytes: number, extraBytes: number): void {
    const changed = new Date(Math.max(entry.changedMs, Date.UTC(1980, 0, 2)))
    record.writeUInt16LE(isLarge(entry) ? 45 : 20, at)
    record.writeUInt16LE(flagsOf(entry), at + 2)
    record.writeUInt16LE((changed.getHours() << 11) | (changed.getMinutes() << 5) | (changed.getSeconds() >> 1), at + 6)
    record.writeUInt16LE((Math.min(changed.getFullYear() - 1980, 127) << 9) | ((changed.getMonth() + 1) << 5) | changed.getDate(), at + 8)
    record.writeUInt16LE(nameBytes, at + 22)
    record.writeUInt16LE(extraBytes, at + 24)
  }
}

function writeExtra(record: Buffer, at: number, values: readonly number[]): void {
  record.writeUInt16LE(1, at)
  record.writeUInt16LE(8 * values.length, at + 2)
  for (const [index, value] of values.entries()) record.writeBigUInt64LE(BigInt(value), at + 4 + 8 * index)
}
