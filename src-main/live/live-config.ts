import { type Static, Type } from 'typebox'

/**
 * The live part's options, each with its default and its meaning. The platform's one option schema takes them in,
 * so that flags, environment, file, `--help` and docs have the same list.
 */

export const LiveLimitsSchema = Type.Object({
  connectionsPerAddress: Type.Integer({
    default: 64,
    minimum: 1,
    maximum: 100_000,
    description: 'RTMP connections that one IP address may have open at a time',
  }),
  connections: Type.Integer({
    default: 2000,
    minimum: 1,
    maximum: 1_000_000,
    description: 'RTMP connections of all IP addresses together',
  }),
  viewersPerAddress: Type.Integer({
    default: 64,
    minimum: 1,
    maximum: 1_000_000,
    description:
      'viewers of one stream that one IP address (a /64 network of IPv6) is counted with; more are served and not counted, or rejected where the stream has a limit of viewers',
  }),
  messageBytes: Type.Integer({
    default: 8 * 1024 * 1024,
    minimum: 64 * 1024,
    maximum: 64 * 1024 * 1024,
    description: 'largest RTMP message (one coded frame) in bytes',
  }),
  firstByteMs: Type.Integer({
    default: 5000,
    minimum: 100,
    maximum: 120_000,
    description: 'ms until a new RTMP connection must have sent its first byte',
  }),
  handshakeMs: Type.Integer({
    default: 10_000,
    minimum: 100,
    maximum: 120_000,
    description: 'ms until the RTMP handshake must be complete',
  }),
  commandMs: Type.Integer({
    default: 15_000,
    minimum: 100,
    maximum: 300_000,
    description: 'ms after the handshake until the client must publish or play',
  }),
  idleMs: Type.Integer({
    default: 30_000,
    minimum: 500,
    maximum: 3_600_000,
    description: 'ms of silence after which a publisher counts as lost',
  }),
  outgoingQueueBytes: Type.Integer({
    default: 8 * 1024 * 1024,
    minimum: 64 * 1024,
    maximum: 512 * 1024 * 1024,
    description: 'bytes that may wait for one slow RTMP player before whole GOPs are dropped',
  }),
  outgoingQueueMs: Type.Integer({
    default: 8000,
    minimum: 100,
    maximum: 120_000,
    description: 'ms of media that may wait for one slow RTMP player before whole GOPs are dropped',
  }),
})
export type LiveLimits = Static<typeof LiveLimitsSchema>

export const LiveConfigSchema = Type.Object({
  segmentMs: Type.Integer({
    default: 2000,
    minimum: 500,
    maximum: 20_000,
    description: 'target length of a media segment in ms; segments end at keyframes',
  }),
  partMs: Type.Integer({ default: 300, minimum: 50, maximum: 2000, description: 'target length of a Low-Latency HLS part in ms' }),
  windowMs: Type.Integer({
    default: 30_000,
    minimum: 6000,
    maximum: 600_000,
    description: 'ms of media that playlists list and memory keeps for each stream',
  }),
  dvrMs: Type.Integer({
    default: 0,
    minimum: 0,
    maximum: 14_400_000,
    description:
      'ms that viewers can rewind, kept on disk in dvr/ of the data folder (up to 4 hours); 0: what windowMs keeps in memory. Each stream may have its own by the API',
  }),
  reconnectWindowMs: Type.Integer({
    default: 30_000,
    minimum: 0,
    maximum: 3_600_000,
    description: 'ms that a stream waits for a publisher that dropped before it ends',
  }),
  packaging: Type.Union([Type.Literal('on'), Type.Literal('off')], {
    default: 'on',
    description: 'off: streams come in and go out over RTMP alone, without HLS and DASH',
  }),
  container: Type.Union([Type.Literal('fmp4'), Type.Literal('mpegts')], {
    default: 'fmp4',
    description:
      'what plain HLS (hls.m3u8) lists: mpegts for old players and set-top boxes; LL-HLS and DASH stay fmp4, and so do streams with AV1, VP9, Opus or FLAC',
  }),
  ladder: Type.Union([Type.Literal('off'), Type.Literal('auto')], {
    default: 'off',
    description: 'renditions of streams for which none were chosen; off: the source alone, auto: what this machine was measured to carry',
  }),
  cdnPrefix: Type.String({
    default: '',
    maxLength: 500,
    pattern: '^$|^https?://[^\\s?#]+$',
    description: 'URL of a CDN put before every media URL, e.g. https://cdn.example.com; empty for none',
  }),
  deliveryProcesses: Type.Union([Type.Integer({ minimum: 1, maximum: 16 }), Type.Literal('auto'), Type.Literal('off')], {
    default: 'auto',
    description:
      'processes beside the host that send playlists and media at its HTTP and HTTPS ports; auto: one for each core beyond two, off: the host alone',
  }),
  failover: Type.Object({
    silenceMs: Type.Integer({
      default: 1000,
      minimum: 200,
      maximum: 30_000,
      description: 'ms of silence after which the backup publisher takes the place of the one on air',
    }),
    returnMs: Type.Integer({
      default: 10_000,
      minimum: 0,
      maximum: 3_600_000,
      description: 'ms that the primary publisher must be good before it is on air again; 0 leaves the backup on air',
    }),
    slate: Type.Union([Type.Literal('off'), Type.Literal('default')], {
      default: 'off',
      description: 'what streams that have not chosen a slate show while their publisher is away',
    }),
    slateAfterMs: Type.Integer({
      default: 1000,
      minimum: 0,
      maximum: 60_000,
      description: 'ms without a publisher before the slate is shown',
    }),
  }),
  srtLatencyMs: Type.Integer({
    default: 200,
    minimum: 20,
    maximum: 8000,
    description: 'ms that SRT packets wait for lost ones to be sent again; callers may ask for more',
  }),
  srtPassphrase: Type.String({
    default: '',
    pattern: '^$|^.{10,79}$',
    description: 'passphrase that SRT callers must encrypt with (AES-128, 192 or 256), 10 to 79 characters; empty for none',
  }),
  webrtcPort: Type.Union([Type.Integer({ minimum: 0, maximum: 65535 }), Type.Literal('off')], {
    default: 8189,
    description: 'UDP port of all WebRTC media; 0 takes a free one, off for no WebRTC',
  }),
  webrtcEngine: Type.Union([Type.Literal('auto'), Type.Literal('mediasoup'), Type.Literal('node-datachannel')], {
    default: 'auto',
    description: 'what forwards WebRTC media; auto takes mediasoup where its worker is present, else node-datachannel',
  }),
  webrtcAddresses: Type.String({
    default: '',
    maxLength: 500,
    pattern: '^[0-9A-Za-z.:, -]*$',
    description: 'public IP addresses of this host, separated by commas, that WebRTC announces in place of its own; empty for its own',
  }),
  iceServers: Type.String({
    default: '',
    maxLength: 2000,
    description:
      'STUN and TURN servers that WebRTC clients are given, separated by commas: stun:HOST:PORT, turn:USER:PASSWORD@HOST:PORT?transport=udp',
  }),
  turn: Type.Object({
    urls: Type.String({
      default: '',
      maxLength: 1000,
      pattern: '^$|^\\s*turns?:[^\\s,;<>"]+(\\s*,\\s*turns?:[^\\s,;<>"]+)*\\s*$',
      description: 'TURN servers with logins that end by themselves, separated by commas: turn:HOST:PORT?transport=udp, turns:HOST:PORT',
    }),
    secret: Type.String({
      default: '',
      maxLength: 200,
      description: "secret shared with those TURN servers, coturn's static-auth-secret; better given by environment than as a flag",
    }),
    lifetimeSeconds: Type.Integer({
      default: 600,
      minimum: 60,
      maximum: 604_800,
      description: 'seconds in which a TURN login opens connections; each WebRTC session gets a login of its own',
    }),
  }),
  viewerSessionDays: Type.Integer({
    default: 30,
    minimum: 0,
    maximum: 3650,
    description: 'days that ended viewer sessions are kept, with the IP addresses of viewers; 0 keeps none',
  }),
  thumbnailMs: Type.Integer({
    default: 10_000,
    minimum: 0,
    maximum: 600_000,
    description: 'ms between two thumbnails of a live stream, each from a keyframe; 0 makes none',
  }),
  clipsMb: Type.Integer({
    default: 20_000,
    minimum: 1,
    maximum: 100_000_000,
    description: 'MB that all clips together may take; further ones are rejected until some are deleted',
  }),
  limits: LiveLimitsSchema,
})
export type LiveConfig = Static<typeof LiveConfigSchema>

/** The settings that may change while the host runs (GET and PATCH /settings); the others need a restart. */
export const LiveRuntimeSettingsSchema = Type.Pick(LiveConfigSchema, ['reconnectWindowMs', 'cdnPrefix'])
export type LiveRuntimeSettings = Static<typeof LiveRuntimeSettingsSchema>
