import { type Static, Type } from 'typebox'

const Limit = (options: { minimum: number; maximum: number; description: string }) => Type.Union([Type.Integer(options), Type.Null()])

/** What a publisher with a key may send, and its stream may be: null where nothing is limited. */
export const KeyLimitsSchema = Type.Object({
  maxVideoKbps: Limit({ minimum: 50, maximum: 1_000_000, description: 'kbps of all video tracks together, mean over five seconds' }),
  maxHeight: Limit({ minimum: 16, maximum: 16_384, description: 'pixels' }),
  maxFrameRate: Limit({ minimum: 1, maximum: 1000, description: 'frames per second' }),
  maxViewers: Limit({ minimum: 1, maximum: 10_000_000, description: 'players at one time; more are rejected' }),
  maxDurationMinutes: Limit({ minimum: 1, maximum: 525_600, description: 'minutes since the stream went live; then it ends' }),
})
export type KeyLimits = Static<typeof KeyLimitsSchema>

/** Some of the limits, as requests change them. */
export const KeyLimitsChangeSchema = Type.Partial(KeyLimitsSchema)
export type KeyLimitsChange = Static<typeof KeyLimitsChangeSchema>

export const OnOverLimitSchema = Type.Union([Type.Literal('refuse'), Type.Literal('transcode')], {
  description: 'What becomes of too high bitrate, height or frame rate. transcode: viewers get no more than the limit',
})
export type OnOverLimit = Static<typeof OnOverLimitSchema>

/** The limits that hold for a stream now, by the key of its publisher. */
export interface StreamLimits {
  readonly limits: KeyLimits
  readonly onOverLimit: OnOverLimit
}

export const noLimits: KeyLimits = { maxVideoKbps: null, maxHeight: null, maxFrameRate: null, maxViewers: null, maxDurationMinutes: null }

/** Reads limits as they were stored; what is not a number that makes sense is no limit. */
export function readLimits(text: string): KeyLimits {
  let stored: unknown
  try {
    stored = JSON.parse(text)
  } catch {
    return noLimits
  }
  const limits: Record<string, number | null> = { ...noLimits }
  for (const name of Object.keys(noLimits)) {
    const value = (stored as Record<string, unknown> | null)?.[name]
    if (typeof value === 'number' && Number.isInteger(value) && value > 0) limits[name] = value
  }
  return limits as KeyLimits
}
