import { type Static, Type } from 'typebox'
import { streamNamePattern } from '../media/stream-name.ts'
import { TrackSchema } from '../media/track-info.ts'
import { Nullable } from '../platform/routes/schemas.ts'
import { KeyLimitsSchema, OnOverLimitSchema } from './key-limits.ts'

/** The live part's words on the wire: what the API answers, what events carry, what the page is typed by. */

export const StreamName = Type.String({ pattern: streamNamePattern, description: 'Name of a stream, as in /watch/NAME' })

export const StreamStateSchema = Type.Union(
  [Type.Literal('pending'), Type.Literal('active'), Type.Literal('ended'), Type.Literal('error')],
  { description: 'pending: waits for its publisher; active: live (see `reconnecting`); ended; error' },
)

/** One second of a stream's life: published as `stream.health` each second, and kept for the graphs. */
export const HealthSampleSchema = Type.Object({
  timeMs: Type.Number({ description: 'ms since 1970' }),
  videoBitrateKbps: Type.Number(),
  audioBitrateKbps: Type.Number(),
  frameRate: Type.Number({ description: 'video frames per second, over the last three seconds' }),
  keyframeIntervalMs: Nullable(Type.Number({ description: 'distance of the last two keyframes' })),
  droppedFrames: Type.Integer({ description: 'frames missing by timestamps since the start' }),
  lateFrames: Type.Integer({ description: 'frames that arrived over 200 ms later than their timestamps say, since the start' }),
  avOffsetMs: Nullable(Type.Number({ description: 'audio minus video arrival on the timeline; positive: audio is ahead' })),
  timestampRepairs: Type.Integer({ description: 'jumps, wraps and backward steps corrected since the start' }),
  faults: Type.Integer({ description: 'malformed messages skipped since the start' }),
  viewers: Type.Integer(),
  bytesIn: Type.Number({ description: 'since the start' }),
  bytesOut: Type.Number({ description: 'since the start' }),
  keyframeSequence: Type.Integer({ description: 'grows with every keyframe: when it changes, the image at `pictureUrl` is newer' }),
})
export type HealthSample = Static<typeof HealthSampleSchema>

export const HealthWarningSchema = Type.Object({
  code: Type.Union([
    Type.Literal('keyframe-interval-long'),
    Type.Literal('no-keyframe'),
    Type.Literal('bitrate-low'),
    Type.Literal('frames-dropped'),
    Type.Literal('frames-late'),
    Type.Literal('av-offset'),
    Type.Literal('timestamps-repaired'),
    Type.Literal('b-frames'),
    Type.Literal('no-audio'),
    Type.Literal('no-video'),
    Type.Literal('encoder-behind'),
  ]),
  message: Type.String({ description: 'What is wrong and what to change in the encoder' }),
})
export type HealthWarning = Static<typeof HealthWarningSchema>

export const IngestProtocolSchema = Type.Union(
  [
    Type.Literal('rtmp'),
    Type.Literal('rtmps'),
    Type.Literal('srt'),
    Type.Literal('whip'),
    Type.Literal('udp'),
    Type.Literal('pull'),
    Type.Literal('slate'),
    Type.Literal('studio'),
    Type.Literal('desktop'),
  ],
  {
    description:
      "pull: fetched by the host from a source; slate: made by the host while the publisher is away; studio: the host's own studio; desktop: a display of the host",
  },
)

export const PublisherRoleSchema = Type.Union([Type.Literal('primary'), Type.Literal('backup')], {
  description: 'backup: kept ready, and on air while the primary is not',
})

export const OnSecondPublisherSchema = Type.Union([Type.Literal('refuse'), Type.Literal('takeover'), Type.Literal('backup')], {
  description: 'What becomes of a second publisher of the same role; backup: it is kept ready as the backup',
})

export const PublisherSchema = Type.Object({
  sessionId: Type.String(),
  protocol: IngestProtocolSchema,
  remoteAddress: Type.String(),
  encoder: Type.String(),
  keyId: Nullable(Type.String()),
  connectedAt: Type.String({ format: 'date-time' }),
  role: PublisherRoleSchema,
})

/** A publisher beside the others of its stream, with figures of its own. */
export const StreamPublisherSchema = Type.Object({
  ...PublisherSchema.properties,
  onAir: Type.Boolean(),
  tracks: Type.Array(TrackSchema),
  health: Nullable(HealthSampleSchema),
  warnings: Type.Array(HealthWarningSchema),
})
export type StreamPublisher = Static<typeof StreamPublisherSchema>

export const StreamSchema = Type.Object({
  id: Type.String(),
  name: StreamName,
  title: Type.String(),
  state: StreamStateSchema,
  reconnecting: Type.Boolean({ description: 'active, but the publisher is away; viewers are kept until the reconnect window ends' }),
  error: Nullable(Type.Object({ code: Type.String(), message: Type.String() })),
  createdAt: Type.String({ format: 'date-time' }),
  startedAt: Nullable(Type.String({ format: 'date-time' })),
  endedAt: Nullable(Type.String({ format: 'date-time' })),
  publisher: Nullable(PublisherSchema),
  onAir: Nullable(
    Type.Union([Type.Literal('primary'), Type.Literal('backup'), Type.Literal('slate')], { description: 'what viewers see now' }),
  ),
  publishers: Type.Array(StreamPublisherSchema, { description: 'primary and backup; the one on air is in `publisher` too' }),
  tracks: Type.Array(TrackSchema),
  metadata: Type.Record(Type.String(), Type.Union([Type.String(), Type.Number(), Type.Boolean()])),
  health: Nullable(HealthSampleSchema),
  warnings: Type.Array(HealthWarningSchema),
  viewers: Type.Integer(),
  demo: Type.Boolean({ description: 'the built-in test stream' }),
  watchUrl: Type.String({ description: 'page for people' }),
  hlsUrl: Type.String(),
  dashUrl: Type.String(),
  rtmpUrl: Type.String({ description: 'RTMP playback' }),
  srtUrl: Nullable(Type.String({ description: 'SRT playback; null where SRT is off' })),
  pictureUrl: Type.String({ description: 'one-frame MP4 of the newest keyframe' }),
})
export type Stream = Static<typeof StreamSchema>

/** How long a stream waits for an encoder that stopped cleanly, ms. */
export const RestartWindowSchema = Type.Integer({
  minimum: 0,
  maximum: 600_000,
  description:
    'how long the stream waits for an encoder that stopped cleanly, ms: players go on when it starts again; 0 ends the stream at once',
})

export const StreamKeySchema = Type.Object({
  id: Type.String(),
  label: Type.String(),
  stream: StreamName,
  hint: Type.String({ description: 'first characters of the key, to tell keys apart' }),
  enabled: Type.Boolean(),
  role: PublisherRoleSchema,
  onSecondPublisher: OnSecondPublisherSchema,
  sameAddressOnly: Type.Boolean({ description: 'a takeover is allowed only from the IP address of the publisher that is live' }),
  restartWindowMs: RestartWindowSchema,
  limits: KeyLimitsSchema,
  onOverLimit: OnOverLimitSchema,
  createdAt: Type.String({ format: 'date-time' }),
  rotatedAt: Nullable(Type.String({ format: 'date-time' })),
  revokedAt: Nullable(Type.String({ format: 'date-time' })),
  lastUsedAt: Nullable(Type.String({ format: 'date-time' })),
})
export type StreamKey = Static<typeof StreamKeySchema>

/** Where an encoder publishes to. `key` is here only when the key has just been made or rotated. */
export const PublishUrlsSchema = Type.Object({
  rtmpServer: Type.String({ description: 'e.g. rtmp://127.0.0.1:1935/live' }),
  rtmpsServer: Nullable(Type.String()),
  srtServer: Nullable(Type.String({ description: 'e.g. srt://127.0.0.1:8890; null where SRT is off' })),
  srtUrl: Type.Optional(Type.String({ description: 'the whole SRT URL, with the key as stream id' })),
  key: Type.Optional(Type.String()),
  ffmpeg: Type.Optional(Type.String({ description: 'a command line that publishes a file' })),
})
export type PublishUrls = Static<typeof PublishUrlsSchema>
export const StreamKeyCreatedSchema = Type.Object({
  key: StreamKeySchema,
  secret: Type.String({ description: 'shown once' }),
  publish: PublishUrlsSchema,
})
export type StreamKeyCreated = Static<typeof StreamKeyCreatedSchema>

export const ViewerSessionSchema = Type.Object({
  id: Type.String(),
  streamId: Type.String(),
  protocol: Type.Union([
    Type.Literal('hls'),
    Type.Literal('ll-hls'),
    Type.Literal('dash'),
    Type.Literal('rtmp'),
    Type.Literal('http-flv'),
    Type.Literal('webrtc'),
    Type.Literal('srt'),
  ]),
  remoteAddress: Type.String(),
  userAgent: Type.String(),
  player: Nullable(Type.String({ description: 'name and version, where the player tells' })),
  rendition: Nullable(Type.String({ description: 'the last that was fetched' })),
  quality: Nullable(Type.String({ description: 'height of the video as 720p; audio; null where it is not known' })),
  startedAt: Type.String({ format: 'date-time' }),
  lastSeenAt: Type.String({ format: 'date-time' }),
  bytes: Type.Number(),
  averageKbps: Type.Integer({ description: 'bytes sent over the time of the session' }),
  watchedMs: Type.Integer({ description: 'ms played; where the player does not tell, ms between the first and the last request' }),
  switches: Type.Integer({ description: 'changes of quality' }),
  stalls: Nullable(Type.Integer()),
  stallMs: Nullable(Type.Integer({ description: 'ms that playback was stalled after its start, all stalls together' })),
  startupMs: Nullable(Type.Integer({ description: 'ms from the request to play to the first frame' })),
  latencyMs: Nullable(Type.Integer({ description: 'delay of the video behind the host' })),
  bufferMs: Nullable(Type.Integer()),
  bitrateKbps: Nullable(Type.Integer({ description: 'bit rate of the quality that plays' })),
  throughputKbps: Nullable(Type.Integer({ description: 'what the player measured of its network (CMCD mtp)' })),
  droppedFrames: Nullable(Type.Integer()),
  errors: Nullable(Type.Integer()),
  lastError: Nullable(Type.String()),
  reportedBy: Type.Union([Type.Literal('beacon'), Type.Literal('cmcd'), Type.Literal('requests')], {
    description: 'where the figures of playback are from; requests: inferred from what was fetched',
  }),
})
export type ViewerSession = Static<typeof ViewerSessionSchema>

/** GET /api/v1/stream/:id/viewers */
export const ViewersSchema = Type.Object({
  streamId: Type.String(),
  concurrent: Type.Integer(),
  total: Type.Integer({ description: 'sessions since the stream started' }),
  peak: Type.Integer(),
  sessions: Type.Array(ViewerSessionSchema),
})
export type Viewers = Static<typeof ViewersSchema>

/** POST /api/v1/stream/start */
export const StartRequestSchema = Type.Object({
  name: StreamName,
  title: Type.Optional(Type.String({ maxLength: 200 })),
  source: Type.Optional(
    Type.Union([Type.Literal('publisher'), Type.Literal('demo')], {
      default: 'publisher',
      description: 'publisher: waits for an encoder; demo: the built-in test stream',
    }),
  ),
})
export const StartResponseSchema = Type.Object({
  stream: StreamSchema,
  publish: PublishUrlsSchema,
})
/** POST /api/v1/stream/stop */
export const StopRequestSchema = Type.Object({ id: Type.String({ description: 'id or name' }) })

/** GET, POST and DELETE /api/v1/live/demo */
export const DemoStateSchema = Type.Object({
  running: Type.Boolean(),
  name: Nullable(Type.String({ description: 'stream that it publishes to, while asked to run' })),
  since: Nullable(Type.String({ format: 'date-time' })),
  frame: Type.Integer({ description: 'number of the newest frame reported' }),
  skippedFrames: Type.Integer({ description: 'frames that the machine was too slow to draw' }),
  error: Nullable(Type.String()),
})
export type DemoInfo = Static<typeof DemoStateSchema>
