import { decodedMs, type IngestPacket } from '../../../../media/ingest-packet.ts'

/** RTMP timestamps wrap at 2^32 ms. */
const WRAP_MS = 2 ** 32
/** Two publishers whose packets arrive with timestamps this near to each other stamp by one clock, ms. */
const SAME_CLOCK_MS = 1000
/** Keyframes remembered. */
const KEYS = 8

interface SeenKey {
  /** Says that two keyframes are the same bytes. */
  readonly print: number
  readonly dtsMs: number
}

/** Derives a publisher's position from its timestamps and keyframes, so that another can continue from there. */
export class SourceClock {
  /** Decoding time of the newest frame on the encoder's clock, ms. */
  lastDtsMs = Number.NaN
  /** How long after its timestamp a frame arrives, at best, ms: rises slowly as clocks drift. */
  lagMs = Number.NaN
  /** Time between two frames, ms. */
  frameMs = 1000 / 30
  readonly keys: SeenKey[] = []

  /**
   * Notes a frame of the first video track.
   * @param arrivalMs monotonic clock at its arrival
   */
  see(packet: IngestPacket, arrivalMs: number): void {
    const dtsMs = decodedMs(packet)
    const step = dtsMs - this.lastDtsMs
    if (step > 0 && step < 250) this.frameMs += (step - this.frameMs) / 16
    this.lastDtsMs = dtsMs
    const lag = arrivalMs - dtsMs
    if (!(lag >= this.lagMs) || lag - this.lagMs > WRAP_MS / 2) this.lagMs = lag
    else this.lagMs += 0.02
    if (!packet.key) return
    this.keys.push({ print: printOf(packet.data), dtsMs })
    if (this.keys.length > KEYS) this.keys.shift()
  }

  /** Start of the newest group of pictures, on the encoder's clock; undefined before the first keyframe. */
  get newestKey(): SeenKey | undefined {
    return this.keys.at(-1)
  }
}

/** Offset between two publishers' clocks. */
export interface Alignment {
  /** `other` time = own time + shift, ms. */
  readonly shiftMs: number
  /** Both send the same bytes: one may go on in the middle of the other's group of pictures. */
  readonly identical: boolean
}

/**
 * Finds what to add to times of `own` to get those of `other`: by a keyframe that both sent, else by timestamps that run in parallel.
 * Undefined if neither works.
 */
export function align(own: SourceClock, other: SourceClock): Alignment | undefined {
  for (let index = own.keys.length - 1; index >= 0; index--) {
    const key = own.keys[index] as SeenKey
    const same = other.keys.findLast((each) => each.print === key.print)
    if (same !== undefined) {
      // the group of pictures that is being shown must be the same too, not only one before it
      const newest = other.newestKey as SeenKey
      return { shiftMs: same.dtsMs - key.dtsMs, identical: newest === same || own.keys.some((each) => each.print === newest.print) }
    }
  }
  const apart = own.lagMs - other.lagMs
  for (const wrap of [0, WRAP_MS, -WRAP_MS]) {
    if (Math.abs(apart - wrap) <= SAME_CLOCK_MS) return { shiftMs: wrap, identical: false }
  }
  return undefined
}

/** FNV-1a over the length and bytes spread over the whole frame. */
function printOf(data: Uint8Array): number {
  let hash = 0x811c9dc5 ^ data.length
  const step = Math.max(1, data.length >> 8)
  for (let at = 0; at < data.length; at += step) hash = Math.imul(hash ^ (data[at] as number), 0x01000193)
  return hash >>> 0
}
