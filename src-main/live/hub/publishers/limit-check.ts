import type { Track } from '../../../formats/track.ts'
import { AppError } from '../../../platform/errors.ts'
import type { KeyLimits, StreamLimits } from '../../key-limits.ts'
import type { HealthSample } from '../../schemas.ts'
import type { LivePublisher } from './live-publisher.ts'

/** Seconds that a measured figure is averaged over before it counts. */
const MEAN_SECONDS = 5
/** Encoders overshoot a little. */
const TOLERANCE = 1.1

/** What a track's own configuration says against the limits; undefined where nothing does, or the stream is brought within them. */
export function trackOverLimit(track: Track, { limits, onOverLimit }: StreamLimits): AppError | undefined {
  if (track.kind !== 'video' || onOverLimit === 'transcode') return undefined
  if (limits.maxHeight !== null && track.height > limits.maxHeight) return over('height', track.height, limits.maxHeight, 'pixels')
  if (limits.maxFrameRate !== null && track.frameRate !== undefined && track.frameRate > limits.maxFrameRate * TOLERANCE) {
    return over('frame rate', Math.round(track.frameRate), limits.maxFrameRate, 'frames per second')
  }
  return undefined
}

/**
 * What was measured against the limits.
 * @param samples the publisher's own seconds, oldest first
 */
export function measuredOverLimit(samples: readonly HealthSample[], { limits, onOverLimit }: StreamLimits): AppError | undefined {
  if (onOverLimit === 'transcode' || (limits.maxVideoKbps === null && limits.maxFrameRate === null)) return undefined
  if (samples.length < MEAN_SECONDS) return undefined
  let kbps = 0
  let rate = 0
  for (let index = samples.length - MEAN_SECONDS; index < samples.length; index++) {
    kbps += (samples[index] as HealthSample).videoBitrateKbps
    rate += (samples[index] as HealthSample).frameRate
  }
  kbps /= MEAN_SECONDS
  rate /= MEAN_SECONDS
  if (limits.maxVideoKbps !== null && kbps > limits.maxVideoKbps * TOLERANCE) {
    return over('video bitrate', Math.round(kbps), limits.maxVideoKbps, 'kbps')
  }
  if (limits.maxFrameRate !== null && rate > limits.maxFrameRate * TOLERANCE) {
    return over('frame rate', Math.round(rate), limits.maxFrameRate, 'frames per second')
  }
  return undefined
}

/** What a publisher has sent itself, against the limits of its key. */
export function publisherOverLimit({ publication, sinceMs, key }: LivePublisher): AppError | undefined {
  // the first second is shared with the publisher that was on air before
  return measuredOverLimit(
    publication.meter.samples.filter((sample) => sample.timeMs > sinceMs + 1000),
    key,
  )
}

/** True where a stream has been live for as long as its key allows. */
export function durationOver(limits: KeyLimits, startedAtMs: number, nowMs: number): boolean {
  return limits.maxDurationMinutes !== null && nowMs - startedAtMs >= limits.maxDurationMinutes * 60_000
}

function over(what: string, is: number, limit: number, unit: string): AppError {
  return new AppError('publish.over_limit', `The ${what} of ${is} ${unit} is over the key's limit of ${limit}`, {
    details: { what, is, limit },
  })
}
