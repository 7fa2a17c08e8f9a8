import { type Static, Type } from 'typebox'
import { ErrorSchema, Nullable } from '../../../platform/routes/schemas.ts'

/** Words of the destinations on the wire. */

export const TemplateIdSchema = Type.Union([
  Type.Literal('youtube'),
  Type.Literal('twitch'),
  Type.Literal('facebook'),
  Type.Literal('kick'),
  Type.Literal('custom'),
  Type.Literal('srt'),
  Type.Literal('whip'),
])
export type TemplateId = Static<typeof TemplateIdSchema>

export const DestinationProtocolSchema = Type.Union([Type.Literal('rtmp'), Type.Literal('srt'), Type.Literal('whip')])
export type DestinationProtocol = Static<typeof DestinationProtocolSchema>

/** A kind of destination, for the dialog that makes one. */
export const DestinationTemplateSchema = Type.Object({
  id: TemplateIdSchema,
  name: Type.String(),
  protocol: DestinationProtocolSchema,
  servers: Type.Array(Type.Object({ label: Type.String(), url: Type.String() }), { description: 'known URLs, the usual one first' }),
  urlEditable: Type.Boolean({ description: 'false: one of `servers`' }),
  urlLooksLike: Type.String(),
  keyName: Type.String({ description: 'what the server calls its key' }),
  keyRequired: Type.Boolean(),
  keyLooksLike: Type.String({ description: 'what its stream key looks like and where it is found' }),
  limits: Type.String({ description: 'what it takes, in a sentence' }),
  videoCodecs: Nullable(Type.Array(Type.String(), { description: 'null: what the server announces itself, H.264 always' })),
  audioCodecs: Nullable(Type.Array(Type.String())),
})
export type DestinationTemplate = Static<typeof DestinationTemplateSchema>

export const DestinationStateSchema = Type.Union(
  [Type.Literal('off'), Type.Literal('connecting'), Type.Literal('live'), Type.Literal('retrying'), Type.Literal('failed')],
  {
    description:
      'off: not sending (starts with the stream where `enabled`); connecting; live; retrying: see `error` and `nextAttemptAt`; failed: needs a person, see `error`',
  },
)
export type DestinationState = Static<typeof DestinationStateSchema>

export const DestinationStatisticsSchema = Type.Object({
  bitrateKbps: Type.Number({ description: 'sent in the last second' }),
  bytes: Type.Number({ description: 'sent since the stream started' }),
  frames: Type.Integer({ description: 'frames sent since the stream started' }),
  droppedFrames: Type.Integer({ description: 'video and audio frames dropped because the destination was too slow' }),
  queuedMs: Type.Number({ description: 'media that waits to be sent' }),
  rttMs: Nullable(Type.Number({ description: 'RTMP and WHIP: measured while connecting; SRT: now' })),
  packetsLost: Nullable(
    Type.Integer({ description: 'packets that did not arrive in time, of this connection; null where TCP repairs them' }),
  ),
  packetsRetransmitted: Nullable(Type.Integer({ description: 'packets sent again, of this connection' })),
  reconnects: Type.Integer({ description: 'connections lost since the stream started' }),
  attempts: Type.Integer({ description: 'attempts in a row that failed' }),
  liveSince: Nullable(Type.String({ format: 'date-time' })),
})
export type DestinationStatistics = Static<typeof DestinationStatisticsSchema>

export type DestinationError = Static<typeof ErrorSchema>

export const DestinationSchema = Type.Object({
  id: Type.String(),
  stream: Type.String({ description: 'name of the stream' }),
  label: Type.String(),
  template: TemplateIdSchema,
  url: Type.String({ description: 'without the key; `***` replaces a secret; sent back, it means: unchanged' }),
  keyHint: Nullable(Type.String({ description: 'the last characters of the key; the key itself is never given back' })),
  enabled: Type.Boolean({ description: 'starts with the stream' }),
  rendition: Type.String({ description: '`source`, or the id of a video track' }),
  audioTrack: Nullable(Type.String({ description: 'id of an audio track; null: the first' })),
  certificate: Type.String({
    description: 'RTMPS and HTTPS: `system`, `any` (not verified), or the SHA-256 fingerprint that is accepted, in hex',
  }),
  latencyMs: Nullable(Type.Integer({ description: 'SRT: least delay of delivery; null for other kinds' })),
  hasPassphrase: Type.Boolean({ description: 'SRT: what is sent is encrypted; the passphrase is never given back' }),
  createdAt: Type.String({ format: 'date-time' }),
  state: DestinationStateSchema,
  stateSince: Type.String({ format: 'date-time' }),
  error: Nullable(ErrorSchema),
  nextAttemptAt: Nullable(Type.String({ format: 'date-time' })),
  statistics: DestinationStatisticsSchema,
})
export type Destination = Static<typeof DestinationSchema>

/** Data of event `destination.statistics`, each second while something is sent. */
export interface DestinationStatisticsEvent {
  readonly id: string
  readonly stream: string
  readonly timeMs: number
  readonly statistics: DestinationStatistics
}

const Url = Type.String({
  minLength: 1,
  maxLength: 500,
  description: 'rtmp://, rtmps://, srt://HOST:PORT or https:// URL (WHIP), without the key',
})
const Key = Type.String({
  maxLength: 500,
  description: 'stream key, stream id (SRT) or bearer token (WHIP); kept encrypted, never given back',
})
const Passphrase = Type.String({ maxLength: 79, description: 'SRT: 10 to 79 characters, empty for none; kept encrypted, never given back' })
const Certificate = Type.String({ maxLength: 120, description: '`system`, `any` or a SHA-256 fingerprint' })
const LatencyMs = Type.Integer({ minimum: 20, maximum: 8000, description: 'SRT: least delay of delivery, 200 where absent' })
const Label = Type.String({ minLength: 1, maxLength: 100 })
const TrackId = Type.String({ pattern: '^[A-Za-z0-9._-]{1,64}$' })

export const NewDestinationSchema = Type.Object({
  template: TemplateIdSchema,
  label: Type.Optional(Label),
  url: Type.Optional(Url),
  key: Type.Optional(Key),
  enabled: Type.Optional(Type.Boolean({ default: true })),
  rendition: Type.Optional(TrackId),
  audioTrack: Type.Optional(Nullable(TrackId)),
  passphrase: Type.Optional(Passphrase),
  certificate: Type.Optional(Certificate),
  latencyMs: Type.Optional(LatencyMs),
})
export type NewDestination = Static<typeof NewDestinationSchema>

export const DestinationChangesSchema = Type.Object({
  label: Type.Optional(Label),
  url: Type.Optional(Url),
  key: Type.Optional(Key),
  enabled: Type.Optional(Type.Boolean()),
  rendition: Type.Optional(TrackId),
  audioTrack: Type.Optional(Nullable(TrackId)),
  passphrase: Type.Optional(Passphrase),
  certificate: Type.Optional(Certificate),
  latencyMs: Type.Optional(LatencyMs),
})
export type DestinationChanges = Static<typeof DestinationChangesSchema>
