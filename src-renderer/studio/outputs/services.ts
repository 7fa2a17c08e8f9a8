/** Where an output goes, as a creator chooses it. */
export interface Service {
  readonly id: string
  readonly title: string
  /** Kind of the output. */
  readonly kind: 'host' | 'rtmp' | 'srt' | 'whip' | 'recording'
  /** Servers to choose from; none where the address is typed. */
  readonly servers: readonly string[]
  /** Most that the service takes, kbps. */
  readonly bitrateKbps: number
  /** Where its key is found. */
  readonly keyHelp?: string
}

/** The services that have an entry of their own, and the ways to everything else. */
export const services: readonly Service[] = [
  { id: 'host', title: 'This host', kind: 'host', servers: [], bitrateKbps: 6000 },
  {
    id: 'twitch',
    title: 'Twitch',
    kind: 'rtmp',
    servers: ['rtmps://ingest.global-contribute.live-video.net:443/app', 'rtmp://live.twitch.tv/app'],
    bitrateKbps: 6000,
    keyHelp: 'On twitch.tv: Creator Dashboard, Settings, Stream, Primary stream key.',
  },
  {
    id: 'youtube',
    title: 'YouTube',
    kind: 'rtmp',
    servers: ['rtmps://a.rtmps.youtube.com:443/live2', 'rtmp://a.rtmp.youtube.com/live2'],
    bitrateKbps: 8000,
    keyHelp: 'On studio.youtube.com: Create, Go live, Stream, Stream key.',
  },
  {
    id: 'facebook',
    title: 'Facebook',
    kind: 'rtmp',
    servers: ['rtmps://live-api-s.facebook.com:443/rtmp'],
    bitrateKbps: 4000,
    keyHelp: 'On facebook.com/live/producer: Go live, Streaming software, Stream key.',
  },
  { id: 'rtmp', title: 'RTMP server', kind: 'rtmp', servers: [], bitrateKbps: 6000 },
  { id: 'srt', title: 'SRT server', kind: 'srt', servers: [], bitrateKbps: 6000 },
  { id: 'whip', title: 'WHIP server', kind: 'whip', servers: [], bitrateKbps: 4000 },
  { id: 'recording', title: 'Recording', kind: 'recording', servers: [], bitrateKbps: 12_000 },
]

/** The service that an output goes to; undefined for kinds that are none (replay buffer, virtual camera). */
export function serviceOf({
  kind,
  settings,
}: {
  readonly kind: string
  readonly settings: Readonly<Record<string, unknown>>
}): Service | undefined {
  const url = String(settings.url ?? '')
  return services.find(({ servers }) => servers.includes(url)) ?? services.find(({ id }) => id === kind)
}
