import type { EncoderInfo } from '../../../src-main/media/encoders/encoder-info.ts'

export type Purpose = 'stream' | 'record' | 'both' | 'host'

/** What a show is made with, and why. */
export interface Quality {
  /** Shorter side of the canvas, px. */
  readonly short: 1080 | 720
  readonly framesPerSecond: 30 | 60
  readonly bitrateKbps: number
  /** The fastest encoder for H.264 that was found; undefined where none was measured. */
  readonly encoder: Pick<EncoderInfo, 'name' | 'kind' | 'speed'> | undefined
  /** What keeps it from being better; `slow` where the machine is late with even the least. */
  readonly limit: 'machine' | 'slow' | 'upload' | 'none'
  /** Whether something is streamed by it over a line whose upload nobody has measured or entered. */
  readonly uploadUnknown: boolean
}

interface Step {
  readonly short: 1080 | 720
  readonly framesPerSecond: 30 | 60
  /** How many times 720p at 30 frames a second it is: pixels to encode. */
  readonly load: number
  readonly streamKbps: number
  readonly recordKbps: number
}

/** The best first. Bitrates for streams are what services recommend and all of them accept. */
const steps: readonly Step[] = [
  { short: 1080, framesPerSecond: 60, load: 4.5, streamKbps: 6000, recordKbps: 16_000 },
  { short: 1080, framesPerSecond: 30, load: 2.25, streamKbps: 4500, recordKbps: 10_000 },
  { short: 720, framesPerSecond: 30, load: 1, streamKbps: 2500, recordKbps: 5000 },
]

/** The machine composes the show and runs the game beside encoding: it must encode this many times faster than real time. */
const headroom = 2
/** Share of the upload that a stream may take: the rest is for what varies, and for others on the line. */
const uploadShare = 0.7
const audioKbps = 160
const minKbps = 500

/** The quality for what somebody will do. `uploadKbps`: as they know it; undefined where they do not, or stream nothing. */
export function chooseQuality(encoders: readonly EncoderInfo[], purpose: Purpose, uploadKbps?: number): Quality {
  const usable = encoders.filter(({ codec, found, speed }) => codec === 'h264' && found && speed !== null)
  const encoder = usable.toSorted((one, other) => (other.speed ?? 0) - (one.speed ?? 0))[0]
  const speed = encoder?.speed ?? 0
  const last = steps.length - 1
  const byMachine = steps.findIndex(({ load }) => speed >= load * headroom)
  const budget = purpose === 'record' || uploadKbps === undefined ? Number.POSITIVE_INFINITY : uploadKbps * uploadShare - audioKbps
  const byUpload = steps.findIndex(({ streamKbps }) => streamKbps <= budget)
  const [machine, upload] = [byMachine, byUpload].map((index) => (index < 0 ? last : index)) as [number, number]
  const step = steps[Math.max(machine, upload)] as Step
  const wantedKbps = purpose === 'record' ? step.recordKbps : step.streamKbps
  const bitrateKbps = Math.max(minKbps, Math.min(wantedKbps, Math.floor(budget / 100) * 100))
  const byLimit = machine > 0 ? 'machine' : 'none'
  const limit = encoder !== undefined && byMachine < 0 ? 'slow' : upload > machine || bitrateKbps < wantedKbps ? 'upload' : byLimit
  const uploadUnknown = purpose !== 'record' && uploadKbps === undefined
  return { short: step.short, framesPerSecond: step.framesPerSecond, bitrateKbps, encoder, limit, uploadUnknown }
}
