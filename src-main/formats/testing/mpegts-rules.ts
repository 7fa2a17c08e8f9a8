import { crc32Mpeg } from '../mpegts/mpegts-packets.ts'

/** A PES packet as a receiver puts it together. Times in 90 kHz ticks. */
export interface ReadPes {
  readonly pid: number
  readonly pts: number
  readonly dts: number
  readonly key: boolean
  readonly data: Uint8Array
}

export interface ReadTs {
  readonly pes: readonly ReadPes[]
  /** `stream_type` by PID, from the last program map. */
  readonly streams: ReadonlyMap<number, number>
  /** Program clocks in order, 90 kHz. */
  readonly clocks: readonly number[]
  /** Sentences about what breaks ISO/IEC 13818-1; empty where all is well. */
  readonly complaints: readonly string[]
}

/** Takes a transport stream apart, for tests, and checks it against the rules that receivers rely on. */
export function readTs(data: Uint8Array): ReadTs {
  const complaints: string[] = []
  const streams = new Map<number, number>()
  const clocks: number[] = []
  const counters = new Map<number, number>()
  const growing = new Map<number, { key: boolean; pieces: Uint8Array[] }>()
  const pes: ReadPes[] = []
  const finish = (pid: number): void => {
    const open = growing.get(pid)
    if (open) pes.push(readPes(pid, open.key, Buffer.concat(open.pieces), complaints))
  }
  if (data.length % 188 !== 0) complaints.push('not whole packets')
  for (let at = 0; at + 188 <= data.length; at += 188) {
    const packet = data.subarray(at, at + 188)
    const byte = (index: number): number => packet[index] as number
    if (byte(0) !== 0x47) complaints.push(`no sync byte at ${at}`)
    const pid = ((byte(1) & 0x1f) << 8) | byte(2)
    const start = (byte(1) & 0x40) !== 0
    const hasField = (byte(3) & 0x20) !== 0
    const hasPayload = (byte(3) & 0x10) !== 0
    const counter = byte(3) & 15
    const before = counters.get(pid)
    if (before !== undefined && counter !== (hasPayload ? (before + 1) % 16 : before)) complaints.push(`counter of ${pid} jumps at ${at}`)
    counters.set(pid, counter)
    const fieldLength = hasField ? byte(4) + 1 : 0
    if (fieldLength > (hasPayload ? 183 : 184)) complaints.push(`adaptation field too long at ${at}`)
    const key = fieldLength > 1 && (byte(5) & 0x40) !== 0
    if (fieldLength > 1 && (byte(5) & 0x10) !== 0) {
      const clock = (((byte(6) << 24) | (byte(7) << 16) | (byte(8) << 8) | byte(9)) >>> 0) * 2 + (byte(10) >> 7)
      const last = clocks.at(-1)
      if (last !== undefined && clock < last) complaints.push(`the clock goes back at ${at}`)
      clocks.push(clock)
    }
    if (!hasPayload) continue
    const payload = packet.subarray(4 + fieldLength)
    if (pid === 0 || pid === 0x1000) {
      readTable(pid, payload.subarray(1 + (payload[0] as number)), streams, complaints)
    } else if (start) {
      finish(pid)
      growing.set(pid, { key, pieces: [payload] })
    } else {
      growing.get(pid)?.pieces.push(payload)
    }
  }
  for (const pid of growing.keys()) finish(pid)
  return { pes, streams, clocks, complaints }
}

function readTable(pid: number, payload: Uint8Array, streams: Map<number, number>, complaints: string[]): void {
  const byte = (index: number): number => payload[index] as number
  const length = 3 + (((byte(1) & 0x0f) << 8) | byte(2))
  const section = payload.subarray(0, length)
  if (crc32Mpeg(section) !== 0) complaints.push(`CRC of table on ${pid} is wrong`)
  if (pid === 0) return
  streams.clear()
  for (let at = 12 + (((byte(10) & 0x0f) << 8) | byte(11)); at + 5 <= length - 4; ) {
    streams.set(((byte(at + 1) & 0x1f) << 8) | byte(at + 2), byte(at))
    at += 5 + (((byte(at + 3) & 0x0f) << 8) | byte(at + 4))
  }
}

function readPes(pid: number, key: boolean, data: Uint8Array, complaints: string[]): ReadPes {
  const byte = (index: number): number => data[index] as number
  if (byte(0) !== 0 || byte(1) !== 0 || byte(2) !== 1) complaints.push(`no PES start code on ${pid}`)
  const length = (byte(4) << 8) | byte(5)
  if (length !== 0 && length !== data.length - 6) complaints.push(`PES length on ${pid} is ${length} for ${data.length - 6}`)
  const time = (at: number): number =>
    ((byte(at) >> 1) & 7) * 2 ** 30 + (byte(at + 1) << 22) + ((byte(at + 2) >> 1) << 15) + (byte(at + 3) << 7) + (byte(at + 4) >> 1)
  const pts = time(9)
  const dts = (byte(7) & 0x40) === 0 ? pts : time(14)
  return { pid, pts, dts, key, data: data.subarray(9 + byte(8)) }
}
