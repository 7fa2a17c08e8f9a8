import { type Static, Type } from 'typebox'

/** Number of tracks that sources are mixed to. */
export const trackCount = 6

const AudioFilterSchema = Type.Object(
  {
    id: Type.String({ pattern: '^[A-Za-z0-9_-]{1,64}$' }),
    name: Type.String({ minLength: 1, maxLength: 120 }),
    kind: Type.String({ maxLength: 40, description: 'one of the kinds that `GET /studio/audio-filter-kinds` lists' }),
    enabled: Type.Boolean(),
    settings: Type.Record(Type.String({ maxLength: 64 }), Type.Unknown()),
  },
  { additionalProperties: false },
)

/** One of the tracks: what is done with the sum of its sources. */
export const TrackSchema = Type.Object(
  {
    id: Type.String({ pattern: `^[1-${trackCount}]$`, description: 'its number' }),
    name: Type.String({ minLength: 1, maxLength: 120 }),
    /** Applied in this order to the sum, before it is encoded, recorded and metered. */
    filters: Type.Array(AudioFilterSchema, { maxItems: 32 }),
  },
  { additionalProperties: false },
)

/** How the audio of a source is mixed. */
export const SourceAudioSchema = Type.Object(
  {
    /** dB; -100 and below is silence. */
    gainDb: Type.Number({ minimum: -100, maximum: 30 }),
    /** -1 left, 0 middle, 1 right. */
    pan: Type.Number({ minimum: -1, maximum: 1 }),
    muted: Type.Boolean(),
    /** While any source is solo, only such are heard on the tracks. */
    solo: Type.Boolean(),
    /** Later (positive) or earlier than it came, ms. */
    syncOffsetMs: Type.Number({ minimum: -950, maximum: 20_000 }),
    /** Numbers of the tracks that it goes to, 1 to 6. */
    tracks: Type.Array(Type.Integer({ minimum: 1, maximum: trackCount }), { maxItems: trackCount }),
    monitoring: Type.Union([Type.Literal('off'), Type.Literal('only'), Type.Literal('also')], {
      description: 'off: not heard here; only: heard here, not on the tracks; also: both',
    }),
    /** Heard only while the source is shown on a program. */
    followsVideo: Type.Boolean(),
    filters: Type.Array(AudioFilterSchema, { maxItems: 32 }),
  },
  { additionalProperties: false },
)

export type AudioFilter = Static<typeof AudioFilterSchema>
export type Track = Static<typeof TrackSchema>
export type SourceAudio = Static<typeof SourceAudioSchema>
