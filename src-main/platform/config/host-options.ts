import { type Static, Type } from 'typebox'
import { AcmeOptionsSchema } from '../acme/acme-settings.ts'

const port = (fallback: number, description: string) =>
  Type.Union([Type.Integer({ minimum: 0, maximum: 65535 }), Type.Literal('off')], { default: fallback, description })

const most = (fallback: number, description: string) =>
  Type.Integer({ default: fallback, minimum: 1, maximum: 1_000_000, description: `${description} that one IP address may have at a time` })

/** What one client may have open. The IP addresses of this machine have no such limit. */
const PerIpSchema = Type.Object({
  connections: most(1024, 'HTTP connections (and requests in progress over HTTP/2 and behind a trusted proxy)'),
  eventStreams: most(512, 'event streams (server-sent events)'),
  waitingRequests: most(1024, 'requests that wait for media (blocked playlist reloads of Low-Latency HLS)'),
  flvPlayers: most(256, 'HTTP-FLV players'),
  webSockets: most(512, 'WebSockets'),
})

/** Files that editors send to the studio. */
const UploadsSchema = Type.Object({
  maxMegabytes: Type.Integer({
    default: 10_000,
    minimum: 1,
    maximum: 1_000_000,
    description: 'largest file that can be uploaded to the studio, MB',
  }),
  quotaMegabytes: Type.Integer({
    default: 50_000,
    minimum: 1,
    maximum: 100_000_000,
    description: 'space that uploaded files may take together, MB',
  }),
})

/** The options of the host itself. The parts' own schemas are joined to these in `host/config.ts`. */
export const HostOptionsSchema = Type.Object({
  data: Type.String({
    default: '',
    description: 'folder for the database, certificate and state; empty for the usual place of this system',
  }),
  bind: Type.String({
    default: '127.0.0.1',
    pattern: '^[0-9A-Za-z.:\\[\\]_-]+$',
    description: 'IP address that every port listens on; anything wider than this machine (0.0.0.0) turns sign-in on',
  }),
  httpPort: Type.Integer({ default: 8080, minimum: 0, maximum: 65535, description: 'HTTP port; 0 takes a free one' }),
  httpsPort: port(8443, 'HTTPS and HTTP/2 port; 0 takes a free one, off for none'),
  rtmpPort: Type.Integer({ default: 1935, minimum: 0, maximum: 65535, description: 'RTMP port; 0 takes a free one' }),
  rtmpsPort: port(1936, 'RTMPS port; 0 takes a free one, off for none'),
  srtPort: port(8890, 'SRT port (UDP) for encoders and players; 0 takes a free one, off for none'),
  auth: Type.Union([Type.Literal('auto'), Type.Literal('on'), Type.Literal('off')], {
    default: 'auto',
    description:
      'who must sign in: auto asks nobody on this machine, and everybody once a port is wider, publicUrl is set or a proxy passes requests on; off trusts everyone who reaches the port',
  }),
  publicUrl: Type.String({
    default: '',
    pattern: '^$|^https?://[^/\\s?#]+/?$',
    description: 'URL that people outside use, e.g. https://live.example.com, where a proxy or a name is in front of the host',
  }),
  tlsCert: Type.String({ default: '', description: 'PEM file with the certificate chain; empty for a self-signed one' }),
  tlsKey: Type.String({ default: '', description: 'PEM file with the private key of tlsCert' }),
  acme: AcmeOptionsSchema,
  safeMode: Type.Boolean({
    default: false,
    description:
      'the studio starts in safe mode: without browser sources and without sources that crashed, until somebody leaves it on the page',
  }),
  logLevel: Type.Union([Type.Literal('silent'), Type.Literal('error'), Type.Literal('warn'), Type.Literal('info'), Type.Literal('debug')], {
    default: 'info',
    description: 'minimum level of the log lines',
  }),
  logFile: Type.String({ default: '', description: 'file that log lines are appended to; empty for standard error' }),
  auditRows: Type.Integer({
    default: 100_000,
    minimum: 100,
    maximum: 10_000_000,
    description: 'newest lines that the audit log keeps about administration, and as many about streams',
  }),
  auditViewerRows: Type.Integer({
    default: 100_000,
    minimum: 100,
    maximum: 10_000_000,
    description: 'newest lines that the audit log keeps about viewers, connections and rejections',
  }),
  maxConnections: Type.Integer({
    default: 4096,
    minimum: 16,
    maximum: 1_000_000,
    description: 'open connections that each HTTP port takes; others are closed, and the log says so',
  }),
  perAddress: PerIpSchema,
  uploads: UploadsSchema,
  trustedProxies: Type.String({
    default: '',
    maxLength: 2000,
    pattern: '^[0-9A-Fa-f.:/, ]*$',
    description:
      'IP addresses and networks of reverse proxies in front of this host, separated by commas (127.0.0.1, 10.0.0.0/8): clients are those in their X-Forwarded-For; empty for none',
  }),
})
export type HostOptions = Static<typeof HostOptionsSchema>
