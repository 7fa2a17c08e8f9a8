import { t } from '../messages.ts'

/** Where an output goes, as a creator chooses it. */
export interface Service {
  readonly id: string
  /** Its name, the same in every language; services without are called by their kind. */
  readonly name?: string
  /** Kind of the output. */
  readonly kind: 'host' | 'rtmp' | 'srt' | 'whip' | 'recording' | 'replay' | 'virtual-camera'
  /** Servers to choose from; empty if the URL is typed. */
  readonly servers: readonly string[]
  /** Most that the service takes, kbps. */
  readonly bitrateKbps: number
}

/** The services that have an entry of their own, and the ways to everything else. */
export const services: readonly Service[] = [
  { id: 'host', kind: 'host', servers: [], bitrateKbps: 6000 },
  {
    id: 'twitch',
    name: 'Twitch',
    kind: 'rtmp',
    servers: ['rtmps://ingest.global-contribute.live-video.net:443/app', 'rtmp://live.twitch.tv/app'],
    bitrateKbps: 6000,
  },
  {
    id: 'youtube',
    name: 'YouTube',
    kind: 'rtmp',
    servers: ['rtmps://a.rtmps.youtube.com:443/live2', 'rtmp://a.rtmp.youtube.com/live2'],
    bitrateKbps: 8000,
  },
  {
    id: 'facebook',
    name: 'Facebook',
    kind: 'rtmp',
    servers: ['rtmps://live-api-s.facebook.com:443/rtmp'],
    bitrateKbps: 4000,
  },
  { id: 'rtmp', kind: 'rtmp', servers: [], bitrateKbps: 6000 },
  { id: 'srt', kind: 'srt', servers: [], bitrateKbps: 6000 },
  { id: 'whip', kind: 'whip', servers: [], bitrateKbps: 4000 },
  { id: 'recording', kind: 'recording', servers: [], bitrateKbps: 12_000 },
  { id: 'replay', kind: 'replay', servers: [], bitrateKbps: 12_000 },
  { id: 'virtual-camera', kind: 'virtual-camera', servers: [], bitrateKbps: 0 },
]

/** Title of a service in the page's language. */
export const serviceTitle = ({ name, kind }: Service): string => name ?? t.outputs.kindTitle(kind)

/** Where the stream key of a service is found; undefined for servers of one's own. */
export const keyHelpOf = ({ id }: Service): string | undefined => t.outputs.keyHelp[id]

/** The service that an output goes to. */
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
