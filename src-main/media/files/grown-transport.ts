import type { FileHandle } from 'node:fs/promises'
import { type GrownFile, readAt } from './grown-file.ts'

const tsPacket = 188

/** Reads a transport stream up to its last whole packet. Undefined where nothing can be played. */
export async function readGrownTransport(file: FileHandle, size: number): Promise<GrownFile | undefined> {
  const bytes = size - (size % tsPacket)
  const window = tsPacket * 20_000
  const first = timesIn(await readAt(file, 0, Math.min(bytes, window)))
  const from = Math.max(0, bytes - window)
  const last = timesIn(await readAt(file, from - (from % tsPacket), window))
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
