import type { HealthSample } from '../../schemas.ts'
import type { AlertKind } from './schemas.ts'

/** What is known of a stream when its second is judged. */
export interface StreamFacts {
  readonly name: string
  /** The publisher is away and viewers are kept. */
  readonly away: boolean
  /** Oldest first, one a second, the newest last. */
  readonly samples: readonly HealthSample[]
  readonly warnings: readonly { readonly code: string; readonly message: string }[]
  /** Destinations of the stream that fail now, by label. */
  readonly failedDestinations: readonly string[]
}

/** Thresholds that hold where a rule names none; units as in the rule's schema. */
export const usualThreshold: Readonly<Record<AlertKind, number>> = {
  'publisher-lost': 0,
  'no-keyframe': 10,
  'bitrate-collapse': 30,
  'av-drift': 150,
  'frames-dropped': 0,
  'encoder-behind': 0,
  'destination-failed': 0,
  'disk-low': 5,
  'attack': 0,
}

/** How long a condition must last before anybody is notified, s, where a rule names none. */
export const usualHoldS: Readonly<Record<AlertKind, number>> = {
  'publisher-lost': 5,
  'no-keyframe': 0,
  'bitrate-collapse': 5,
  'av-drift': 5,
  'frames-dropped': 5,
  'encoder-behind': 3,
  'destination-failed': 10,
  'disk-low': 0,
  'attack': 0,
}

/** Seconds whose mean a bitrate is compared with. */
const meanOver = 60
/** Below this a mean says nothing, kbps. */
const minMeanKbps = 100

/** The sentence that says what is wrong with a stream, or undefined while the condition does not apply. */
export function streamCondition(kind: AlertKind, facts: StreamFacts, threshold: number): string | undefined {
  const now = facts.samples.at(-1)
  switch (kind) {
    case 'publisher-lost':
      return facts.away ? `${facts.name} lost its publisher` : undefined
    case 'destination-failed':
      return facts.failedDestinations.length > 0 ? `${facts.name} does not reach ${facts.failedDestinations.join(', ')}` : undefined
    case 'encoder-behind':
    case 'frames-dropped': {
      const warning = facts.warnings.find((each) => each.code === kind)
      return warning === undefined || facts.away ? undefined : `${facts.name}: ${warning.message}`
    }
    case 'no-keyframe':
      return facts.away ? undefined : noKeyframe(facts, threshold)
    case 'av-drift':
      return facts.away || now?.avOffsetMs == null || Math.abs(now.avOffsetMs) < threshold
        ? undefined
        : `${facts.name}: audio and video are ${Math.round(Math.abs(now.avOffsetMs))} ms apart`
    case 'bitrate-collapse':
      return facts.away ? undefined : bitrateCollapse(facts, threshold)
    case 'disk-low':
    case 'attack':
      return undefined
  }
}

/** Video continues, but its keyframe count has not changed for `seconds`. */
function noKeyframe({ name, samples }: StreamFacts, seconds: number): string | undefined {
  const now = samples.at(-1)
  const before = samples.at(-1 - Math.ceil(seconds))
  if (now === undefined || before === undefined || now.frameRate === 0) return undefined
  return now.keyframeSequence > before.keyframeSequence
    ? undefined
    : `${name} has had no keyframe for ${seconds} s: new viewers cannot start`
}

function bitrateCollapse({ name, samples }: StreamFacts, percent: number): string | undefined {
  const now = samples.at(-1)
  const past = samples.slice(-1 - meanOver, -6)
  if (now === undefined || past.length < 10) return undefined
  let sum = 0
  for (const sample of past) sum += sample.videoBitrateKbps
  const mean = sum / past.length
  if (mean < minMeanKbps || now.videoBitrateKbps >= (mean * percent) / 100) return undefined
  return `${name}: the video fell to ${Math.round(now.videoBitrateKbps)} kbps from ${Math.round(mean)}`
}
