import { type FileHandle, open } from 'node:fs/promises'
import { findBox, readUint32, walkBoxes } from '../../formats/mp4-boxes.ts'
import type { Container } from './container.ts'

/** What of a file can be played. */
export interface Recovered {
  readonly bytes: number
  readonly durationMs: number
}

const longestHeader = 4 * 1024 * 1024
const tsPacket = 188

/**
 * Cuts a file whose writer died behind its last whole fragment, and reads how long it is. Undefined where nothing can be played.
 * Memory is bounded whatever the file's size. Throws what the disk throws.
 */
export async function recoverFile(path: string, container: Container): Promise<Recovered | undefined> {
  const file = await open(path, 'r+')
  try {
    const { size } = await file.stat()
    const found = await (container === 'mp4'
      ? readMp4(file, size)
      : container === 'mkv'
        ? readMatroska(file, size)
        : readTransport(file, size))
    if (found === undefined || found.durationMs <= 0) return undefined
    if (found.bytes < size) await file.truncate(found.bytes)
    await file.datasync()
    return found
  } finally {
    await file.close()
  }
}

async function read(file: FileHandle, at: number, bytes: number): Promise<Buffer> {
  const data = Buffer.alloc(bytes)
  const { bytesRead } = await file.read(data, 0, bytes, at)
  return data.subarray(0, bytesRead)
}

async function readMp4(file: FileHandle, size: number): Promise<Recovered | undefined> {
  const scales = new Map<number, number>()
  let durationMs = 0
  let whole = 0
  let at = 0
  let pendingMs = 0
  while (at + 8 <= size) {
    const head = await read(file, at, 16)
    const type = head.toString('latin1', 4, 8)
    const length = readUint32(head, 0) === 1 ? readUint32(head, 8) * 2 ** 32 + readUint32(head, 12) : readUint32(head, 0)
    if (length < 8 || at + length > size) break
    if (type === 'moov' || type === 'moof') {
      if (length > longestHeader) break
      const box = await read(file, at, length)
      if (type === 'moov') readScales(box, scales)
      else pendingMs = fragmentEndMs(box, scales)
    }
    at += length
    if (type === 'mdat') {
      durationMs = Math.max(durationMs, pendingMs)
      whole = at
    }
  }
  return whole === 0 ? undefined : { bytes: whole, durationMs }
}

/** Timescale of each track by its id. */
function readScales(moov: Uint8Array, scales: Map<number, number>): void {
  for (const trak of walkBoxes(moov, 8)) {
    if (trak.type !== 'trak') continue
    const tkhd = findBox(moov, 'tkhd', trak.bodyStart, trak.end)
    const mdhd = findBox(moov, 'mdia/mdhd', trak.bodyStart, trak.end)
    if (tkhd === undefined || mdhd === undefined) continue
    scales.set(
      readUint32(moov, tkhd.bodyStart + (moov[tkhd.bodyStart] === 1 ? 20 : 12)),
      readUint32(moov, mdhd.bodyStart + (moov[mdhd.bodyStart] === 1 ? 20 : 12)),
    )
  }
}

/** Where the samples of a fragment end, ms from the file's beginning. */
function fragmentEndMs(moof: Uint8Array, scales: ReadonlyMap<number, number>): number {
  let endMs = 0
  for (const traf of walkBoxes(moof, 8)) {
    if (traf.type !== 'traf') continue
    const tfhd = findBox(moof, 'tfhd', traf.bodyStart, traf.end)
    const tfdt = findBox(moof, 'tfdt', traf.bodyStart, traf.end)
    const trun = findBox(moof, 'trun', traf.bodyStart, traf.end)
    const scale = tfhd && scales.get(readUint32(moof, tfhd.bodyStart + 4))
    if (!tfhd || !tfdt || !trun || !scale) continue
    const equal = defaultDuration(moof, tfhd.bodyStart)
    const flags = readUint32(moof, trun.bodyStart) & 0xffffff
    const count = readUint32(moof, trun.bodyStart + 4)
    let ticks = readUint32(moof, tfdt.bodyStart + 4) * 2 ** 32 + readUint32(moof, tfdt.bodyStart + 8)
    if ((flags & 0x100) === 0) ticks += count * equal
    else {
      const entry = 4 + ((flags & 0x200) === 0 ? 0 : 4) + ((flags & 0x400) === 0 ? 0 : 4) + ((flags & 0x800) === 0 ? 0 : 4)
      const first = trun.bodyStart + 12 + ((flags & 4) === 0 ? 0 : 4)
      for (let i = 0; i < count && first + (i + 1) * entry <= trun.end; i++) ticks += readUint32(moof, first + i * entry)
    }
    endMs = Math.max(endMs, (ticks * 1000) / scale)
  }
  return endMs
}

/** Ticks of each sample where a `tfhd` (ISO/IEC 14496-12, 8.8.7) gives all the same, else 0. */
function defaultDuration(moof: Uint8Array, tfhdBody: number): number {
  const flags = readUint32(moof, tfhdBody)
  if ((flags & 8) === 0) return 0
  return readUint32(moof, tfhdBody + 8 + ((flags & 1) === 0 ? 0 : 8) + ((flags & 2) === 0 ? 0 : 4))
}

async function readMatroska(file: FileHandle, size: number): Promise<Recovered | undefined> {
  const header = await read(file, 0, 64)
  const segment = header.indexOf(Buffer.from([0x18, 0x53, 0x80, 0x67]))
  if (segment < 0) return undefined
  let at = segment + 12
  let whole = 0
  let durationMs = 0
  while (at + 8 <= size) {
    const head = await read(file, at, 32)
    const idBytes = leadingBytes(head[0] ?? 0)
    const sizeBytes = leadingBytes(head[idBytes] ?? 0)
    if (idBytes > 4 || sizeBytes > 8 || idBytes + sizeBytes > head.length) break
    let length = (head[idBytes] as number) & (0xff >> sizeBytes)
    for (let i = 1; i < sizeBytes; i++) length = length * 256 + (head[idBytes + i] as number)
    const end = at + idBytes + sizeBytes + length
    if (end > size) break
    if (readUint32(head, 0) === 0x1f43b675) {
      const body = await read(file, at + idBytes + sizeBytes, Math.min(length, 64 * 1024 * 1024))
      durationMs = Math.max(durationMs, clusterEndMs(body))
      whole = end
    }
    at = end
  }
  return whole === 0 ? undefined : { bytes: whole, durationMs }
}

/** How many bytes an EBML number has, by its first (RFC 8794, 4); 9 where it is none. */
function leadingBytes(first: number): number {
  return Math.clz32(first) - 23
}

/** The latest time that a block of the cluster begins at, ms. */
function clusterEndMs(body: Uint8Array): number {
  let base = 0
  let last = 0
  let at = 0
  while (at + 2 < body.length) {
    const id = body[at] as number
    const sizeBytes = leadingBytes(body[at + 1] as number)
    let length = (body[at + 1] as number) & (0xff >> sizeBytes)
    for (let i = 1; i < sizeBytes; i++) length = length * 256 + (body[at + 1 + i] ?? 0)
    const content = at + 1 + sizeBytes
    if (id === 0xe7) for (let i = 0; i < length; i++) base = base * 256 + (body[content + i] ?? 0)
    else if (id === 0xa3) last = Math.max(last, ((((body[content + 1] ?? 0) << 8) | (body[content + 2] ?? 0)) << 16) >> 16)
    at = content + length
  }
  return base + last
}

async function readTransport(file: FileHandle, size: number): Promise<Recovered | undefined> {
  const bytes = size - (size % tsPacket)
  const window = tsPacket * 20_000
  const first = timesIn(await read(file, 0, Math.min(bytes, window)))
  const from = Math.max(0, bytes - window)
  const last = timesIn(await read(file, from - (from % tsPacket), window))
  if (first === undefined || last === undefined) return undefined
  const wrap = 2 ** 33
  return { bytes, durationMs: ((last.last - first.first + wrap) % wrap) / 90 }
}

/** First and latest time of presentation in transport packets, 90 kHz. */
function timesIn(data: Uint8Array): { first: number; last: number } | undefined {
  let first: number | undefined
  let last = 0
  for (let at = 0; at + tsPacket <= data.length; at += tsPacket) {
    const starts = ((data[at + 1] as number) & 0x40) !== 0
    const pid = (((data[at + 1] as number) & 0x1f) << 8) | (data[at + 2] as number)
    if (data[at] !== 0x47 || !starts || pid === 0 || pid === 0x1000) continue
    const payload = at + 4 + (((data[at + 3] as number) & 0x20) === 0 ? 0 : (data[at + 4] as number) + 1)
    if (payload + 14 > at + tsPacket || data[payload] !== 0 || data[payload + 1] !== 0 || data[payload + 2] !== 1) continue
    const byte = (index: number): number => data[payload + index] as number
    const pts = ((byte(9) >> 1) & 7) * 2 ** 30 + (byte(10) << 22) + ((byte(11) >> 1) << 15) + (byte(12) << 7) + (byte(13) >> 1)
    first = first === undefined ? pts : Math.min(first, pts)
    last = Math.max(last, pts)
  }
  return first === undefined ? undefined : { first, last }
}
