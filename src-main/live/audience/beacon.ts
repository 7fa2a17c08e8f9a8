import { type Fault, fault } from '../../formats/fault.ts'
import { isWord } from '../http/live-url.ts'

/** Ways to play of players that send beacons; `hls` is low-latency or not. */
export type BeaconProtocol = 'hls' | 'dash' | 'webrtc' | 'http-flv'

export type BeaconEvent = 'report' | 'start' | 'stall' | 'resume' | 'switch' | 'error' | 'end'

/** A player's report of its playback. All counts are since it started to play, so that a beacon that is lost changes nothing. */
export interface Beacon {
  /** The `session` of its URLs or the `sid` of its CMCD. */
  readonly session: string
  readonly protocol: BeaconProtocol
  /** Why it was sent. `end`: the viewer has left. */
  readonly event: BeaconEvent
  /** Grows with every beacon of a session; older ones are not read. */
  readonly sequence: number
  /** Name and version of the player. */
  readonly player?: string
  /** ms from the request to play to the first frame. */
  readonly startupMs?: number
  /** ms that were played. */
  readonly watchedMs?: number
  /** How often playback did not move. */
  readonly stalls?: number
  /** ms that it did not move, all stalls together. */
  readonly stallMs?: number
  /** Changes of quality. */
  readonly switches?: number
  /** Height of the video, px. */
  readonly height?: number
  /** Bit rate of the quality that plays, kbps. */
  readonly bitrateKbps?: number
  /** Delay of the shown frame behind the host, ms. */
  readonly latencyMs?: number
  /** Media buffered ahead of the shown frame, ms. */
  readonly bufferMs?: number
  readonly droppedFrames?: number
  /** How many errors there were, corrected ones among them. */
  readonly errors?: number
  /** The newest of them. */
  readonly error?: string
}

/** Bytes of a beacon's body at most. */
export const maxBeacon = 4096

const protocols: readonly string[] = ['hls', 'dash', 'webrtc', 'http-flv'] satisfies BeaconProtocol[]
const events: readonly string[] = ['report', 'start', 'stall', 'resume', 'switch', 'error', 'end'] satisfies BeaconEvent[]

const dayMs = 86_400_000
/** Highest value of each figure that can be true. */
const figures: Readonly<Record<string, number>> = {
  startupMs: 600_000,
  watchedMs: 30 * dayMs,
  stalls: 1_000_000,
  stallMs: 30 * dayMs,
  switches: 1_000_000,
  height: 16_384,
  bitrateKbps: 1_000_000,
  latencyMs: dayMs,
  bufferMs: dayMs,
  droppedFrames: 1e9,
  errors: 1_000_000,
}
const texts: Readonly<Record<string, number>> = { player: 64, error: 200 }

/** Reads a beacon's body. Unknown fields are left out, `null` represents not known; figures that cannot be true are faults. */
export function parseBeacon(body: string): Beacon | Fault {
  if (body.length > maxBeacon) return fault(`A beacon has at most ${maxBeacon} bytes`, maxBeacon)
  let parsed: unknown
  try {
    parsed = JSON.parse(body)
  } catch {
    return fault('A beacon is a JSON object', 0)
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return fault('A beacon is a JSON object', 0)
  const given = parsed as Record<string, unknown>
  const { session, protocol, event, sequence } = given
  if (typeof session !== 'string' || !isWord(session)) return fault('session is 1 to 64 of A-Z, a-z, 0-9, - and _', 0)
  if (typeof protocol !== 'string' || !protocols.includes(protocol)) return fault(`protocol is one of ${protocols.join(', ')}`, 0)
  if (typeof event !== 'string' || !events.includes(event)) return fault(`event is one of ${events.join(', ')}`, 0)
  if (!Number.isSafeInteger(sequence) || (sequence as number) < 0) return fault('sequence is a whole number from 0', 0)
  const beacon: Record<string, unknown> = { session, protocol, event, sequence }
  for (const [name, max] of Object.entries(figures)) {
    const value = given[name]
    if (value === undefined || value === null) continue
    if (typeof value !== 'number' || !(value >= 0 && value <= max)) return fault(`${name} is a number from 0 to ${max}`, 0)
    beacon[name] = Math.round(value)
  }
  for (const [name, max] of Object.entries(texts)) {
    const value = given[name]
    if (value === undefined || value === null) continue
    if (typeof value !== 'string') return fault(`${name} is a text`, 0)
    beacon[name] = value.replaceAll(/\p{Cc}/gu, ' ').slice(0, max)
  }
  return beacon as unknown as Beacon
}
