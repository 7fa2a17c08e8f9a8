import { type Static, Type } from 'typebox'
import { AppError } from '../../platform/errors.ts'

const closed = { additionalProperties: false }
const PerMinute = Type.Integer({ minimum: 1, maximum: 10_000_000, description: 'Requests a minute in the long run' })
const Burst = Type.Integer({ minimum: 1, maximum: 1_000_000, description: 'Requests that may come at once after a rest' })
const rate = (perMinute: number, burst: number, description: string) =>
  Type.Object({ perMinute: PerMinute, burst: Burst }, { ...closed, default: { perMinute, burst }, description })

const RouteLimitSchema = Type.Object(
  {
    path: Type.String({ minLength: 1, maxLength: 200, pattern: '^/[\\w.\\-~!*+,=:@/%]*$', description: 'What starts with it is counted' }),
    perMinute: PerMinute,
    burst: Burst,
    per: Type.Union([Type.Literal('address'), Type.Literal('all')], {
      default: 'address',
      description: '`address`: each IP address has a limit of its own; `all`: all share one',
    }),
  },
  closed,
)
export type RouteLimit = Static<typeof RouteLimitSchema>

/** Requests that viewers may make. An IP address is an IPv4 address or a /64 network of IPv6. */
export const LimitSettingsSchema = Type.Object(
  {
    enabled: Type.Boolean({ default: true, description: 'Whether requests are limited' }),
    anonymous: rate(1000, 500, 'Of one IP address, except what is below'),
    signedIn: rate(10_000, 2000, 'Of one signed URL that is valid; it counts in place of the IP address'),
    live: rate(
      60_000,
      10_000,
      'Of one IP address, below `/live/`: a viewer with Low-Latency HLS makes up to 1,200 a minute, and many may share an IP address',
    ),
    routes: Type.Array(RouteLimitSchema, { maxItems: 20, default: [], description: 'Limits of paths, besides the others' }),
  },
  closed,
)
export type LimitSettings = Static<typeof LimitSettingsSchema>

/** Requests a minute, and how many may come at once. */
export type Rate = Pick<RouteLimit, 'perMinute' | 'burst'>

/** What applies where nobody said anything else. */
export const defaultLimits: LimitSettings = {
  enabled: true,
  anonymous: { perMinute: 1000, burst: 500 },
  signedIn: { perMinute: 10_000, burst: 2000 },
  live: { perMinute: 60_000, burst: 10_000 },
  routes: [],
}

/** What is limited: the first word of a bucket's key. */
export type LimitKind = 'anonymous' | 'signedIn' | 'live' | 'route'

/** Longest key of a bucket: kind, path of a route, IP address or signature. */
export const maxKeyLength = 320

/** Key of a bucket: `KIND OF`, for routes `route PATH OF`. */
export function bucketKey(kind: LimitKind, of: string, path = ''): string {
  return kind === 'route' ? `route ${path} ${of}` : `${kind} ${of}`
}

/** The rate that a key's bucket has; undefined for keys that these settings do not limit. */
export function rateOf(settings: LimitSettings, key: string): Rate | undefined {
  if (!settings.enabled) return undefined
  const [kind, path] = key.split(' ', 2)
  if (kind === 'anonymous' || kind === 'signedIn' || kind === 'live') return settings[kind]
  return kind === 'route' ? settings.routes.find((route) => route.path === path) : undefined
}

/** Throws `config.invalid` where two limits are for the same path: requests would be counted twice. */
export function checkLimits({ routes }: LimitSettings, option: string): void {
  const twice = routes.find(({ path }, index) => routes.findIndex((other) => other.path === path) !== index)
  if (twice === undefined) return
  throw new AppError('config.invalid', `Option ${option}.routes: there are two limits for ${twice.path}`, { details: { option } })
}
