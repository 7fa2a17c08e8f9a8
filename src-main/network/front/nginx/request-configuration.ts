import type { LimitSettings, Rate } from '../../limits/limit-settings.ts'
import type { ChallengeOptions } from '../challenge/challenge-pass.ts'
import { network } from './checked-values.ts'
import { block, type Directive, directive, entry, from } from './directives.ts'

/** What nginx counts and rejects by itself, besides what the node's own process says by marks. */
export interface RequestOptions {
  readonly limits: LimitSettings
  /** IP addresses and networks that are never limited or blocked. */
  readonly allow: readonly string[]
  /** Those that are always denied, unless they are allowed. */
  readonly deny: readonly string[]
  /** Viewers prove work while the mark `challengeMark` is there. Undefined: never. */
  readonly challenge?: ChallengeOptions | undefined
}

/** The mark of all viewers at once: while it is there, who shows no pass is challenged. */
export const challengeMark = 'challenge'
/** Where they are. */
const challenged = '@edge_challenged'
/** An answer within nginx alone, which leads there. */
const challengedStatus = 419

/**
 * In the folder of the cache, where nginx's workers run, as a short path is found sooner: a file in here, named like an IP address, has its
 * requests answered with 429; a folder with 403.
 */
export const marksFolder = 'marks'
/** Whose network a request is from. */
const networkMark = `${marksFolder}/$edge_network`
/** Where requests over a limit are answered. */
const limited = '@edge_limited'
/** When a rejected client may come again: nginx itself does not know it better, s. */
const retryAfterS = 5
/** First 16-bit groups of an IPv6 address as nginx writes it, RFC 5952, for `map`: the key of its /64 network. */
const group = '[0-9a-f]{1,4}'
const tail = (count: string): string => `(?::${group}){${count}}`
const networks: readonly (readonly [pattern: string, value: string])[] = [
  // most: a name for what matches would cost each request
  ['^[0-9.]+$', '$remote_addr'],
  ['^::ffff:(?<edge_v4>[0-9.]+)$', '$edge_v4'],
  [`^(?<edge_full>(?:${group}:){3}${group}):`, '$edge_full'],
  [`^(?<edge_g3>(?:${group}:){2}${group})::`, '$edge_g3:0'],
  [`^(?<edge_g1>${group})::(?<edge_g4>${group})${tail('4')}$`, '$edge_g1:0:0:$edge_g4'],
  [`^(?<edge_g2>${group}:${group})::`, '$edge_g2:0:0'],
  [`^(?<edge_one>${group})::`, '$edge_one:0:0:0'],
  [`^::(?<edge_t3>${group}):(?<edge_t4>${group})${tail('4')}$`, '0:0:$edge_t3:$edge_t4'],
  [`^::(?<edge_u4>${group})${tail('4')}$`, '0:0:0:$edge_u4'],
  ['^::', '0:0:0:0'],
]

/** Keys of IP addresses in nginx's maps, for tests: what `$edge_network` becomes. */
export function networkName(remoteAddress: string): string {
  for (const [pattern, value] of networks) {
    const match = new RegExp(pattern).exec(remoteAddress)
    if (match !== null)
      return value.replace('$remote_addr', remoteAddress).replace(/\$(edge_\w+)/g, (_, name: string) => match.groups?.[name] ?? '')
  }
  return remoteAddress
}

/** Whose a request is: an IPv4 address, or the first half of an IPv6 address, of which anybody has a whole /64 network. */
export function networkMap(): Directive {
  const lines = networks.map(([pattern, value]) => entry(`~${pattern}`, value))
  return block('map', ['$remote_addr', '$edge_network'], [directive('default', '$remote_addr'), ...lines])
}

/** Routes as nginx looks for them: the longest path first. Returns their places among the settings. */
function orderedRoutes({ routes }: LimitSettings): readonly number[] {
  return routes.map((_, index) => index).sort((a, b) => (routes[b]?.path.length ?? 0) - (routes[a]?.path.length ?? 0))
}

/** A path's own characters are few: the schema has them. */
const escaped = (path: string): string => path.replace(/[.*+]/g, '[$&]')

/** What belongs into the `http` block: who a request is from, zones of the limits. */
export function requestDirectives({ limits, allow, deny, challenge }: RequestOptions): readonly Directive[] {
  const routes = orderedRoutes(limits).map((index) => entry(`~^${escaped(limits.routes[index]?.path ?? '')}`, `r${index}`))
  return [
    block('geo', ['$edge_exempt'], lines(['127.0.0.0/8', '::1', ...allow], 'allow')),
    block('geo', ['$edge_listed'], lines(deny, 'deny')),
    block('map', ['$edge_exempt$edge_listed', '$edge_denied_address'], [directive('default', 0), directive('01', 1)]),
    // a signature as it can be valid: it becomes the name of a file
    block(
      'map',
      ['$arg_signature', '$edge_signature'],
      [directive('default', '-'), entry('~^(?<edge_signed>[A-Za-z0-9_-]{43})$', '$edge_signed')],
    ),
    block('map', ['$edge_exempt', '$edge_by_address'], [directive('default', '$edge_network'), directive('1', '')]),
    block('map', ['$edge_exempt', '$edge_by_user'], [directive('default', '$edge_user'), directive('1', '')]),
    block(
      'map',
      ['$edge_live$edge_user', '$edge_limit'],
      [directive('default', '"user"'), entry('', '"address"'), entry('live', '"live"')],
    ),
    block(
      'map',
      ['$edge_live$edge_user', '$edge_limit_per_minute'],
      [directive('default', limits.signedIn.perMinute), entry('', limits.anonymous.perMinute), entry('live', limits.live.perMinute)],
    ),
    ...(routes.length > 0 ? [block('map', ['$uri', '$edge_route'], [directive('default', '-'), ...routes])] : []),
    // the script runs where there is an attack alone
    ...(challenge === undefined
      ? []
      : [block('map', ['$edge_exempt$edge_attacked', '$edge_unproven_now'], [directive('default', ''), entry('01', '$edge_unproven')])]),
    ...zones(limits),
    directive('limit_req_status', 429),
    directive('limit_req_log_level', 'info'),
    directive('limit_conn_log_level', 'info'),
  ] // prettier-ignore
}

function lines(addresses: readonly string[], option: string): readonly Directive[] {
  const unique = new Set(addresses.map((each) => network(each, option)))
  return [directive('default', 0), ...[...unique].map((each) => from(option, directive(each, 1)))]
}

function zones(limits: LimitSettings): readonly Directive[] {
  if (!limits.enabled) return []
  const zone = (key: string, name: string, mib: number, { perMinute }: Rate): Directive =>
    directive('limit_req_zone', key, `zone=edge_${name}:${mib}m`, `rate=${perMinute}r/m`)
  return [
    zone('$edge_by_address', 'address', 16, limits.anonymous),
    zone('$edge_by_user', 'user', 8, limits.signedIn),
    zone('$edge_by_address', 'viewer', 8, limits.live),
    ...limits.routes.flatMap((route, index) => [
      block(
        'map',
        [`$edge_route$edge_exempt`, `$edge_by_route_${index}`],
        [directive('default', ''), directive(`r${index}0`, route.per === 'all' ? 'all' : '$edge_network')],
      ),
      zone(`$edge_by_route_${index}`, `route_${index}`, 4, route),
    ]),
  ] // prettier-ignore
}

/** The limits of a location: of an IP address, of a user or of a live viewer, and those of routes. nginx looks at no others then. */
function limitsOf({ enabled, routes }: LimitSettings, name: string, rate: Rate): readonly Directive[] {
  const limit = (zone: string, { burst }: Rate): Directive =>
    directive('limit_req', `zone=edge_${zone}`, ...(burst > 1 ? [`burst=${burst - 1}`] : []), 'nodelay')
  return enabled ? [limit(name, rate), ...routes.map((route, index) => limit(`route_${index}`, route))] : []
}

/** What each server has: the limits, and the answer to who is over one. */
export function serverLimits(options: RequestOptions): readonly Directive[] {
  const { limits, deny, challenge } = options
  return [
    ...(deny.length > 0 ? [block('if', ['($edge_denied_address)'], [directive('return', 403)])] : []),
    // Looked up here, where no files are kept open, and once: locations judge what was found. Nearly always it ends at the second line.
    block('if', ['(-e', `${networkMark}$edge_passed)`], [directive('set', '$edge_marked', networkMark)]),
    block('if', ['($edge_marked', '=', '', ')'], [directive('break')]),
    block('if', ['(-d', '$edge_marked)'], [directive('set', '$edge_blocked', 1)]),
    ...limitsOf(limits, 'address', limits.anonymous),
    ...errorPages(options),
    ...(challenge === undefined
      ? []
      : [block('location', [challenged], [isBlocked, directive('gzip', 'on'), directive('js_content', 'challenge.answer')])]),
    block(
      'location',
      [limited],
      [
        isBlocked,
        // Says that there are such variables. Empty where nothing else has set them.
        directive('set', '$edge_user', '$edge_user'),
        directive('set', '$edge_live', '$edge_live'),
        directive('default_type', 'application/problem+json'),
        directive('add_header', 'Retry-After', retryAfterS, 'always'),
        directive('add_header', 'RateLimit-Policy', '$edge_limit;q=$edge_limit_per_minute;w=60', 'always'),
        directive('add_header', 'RateLimit', `$edge_limit;r=0;t=${retryAfterS}`, 'always'),
        directive('add_header', 'Cache-Control', 'no-store', 'always'),
        directive('return', 429, limitedBody),
      ],
    ),
  ]
}

/** What a location has that has error pages of its own, which are in place of those of its server. */
export function errorPages({ challenge }: RequestOptions): readonly Directive[] {
  return [
    directive('error_page', 429, '=', limited),
    ...(challenge === undefined ? [] : [directive('error_page', challengedStatus, '=', challenged)]),
  ]
}

const limitedBody = JSON.stringify({
  type: 'urn:ami-streams:error:network.rate_limited',
  title: 'Too many requests',
  status: 429,
  code: 'network.rate_limited',
})

/** What the location of live streams has, whose requests the node's own process counts: who is blocked gets no further. */
export function liveChecks({ limits }: RequestOptions): readonly Directive[] {
  return [isBlocked, directive('set', '$edge_live', 'live'), ...limitsOf(limits, 'viewer', limits.live)]
}

/**
 * What a location has whose requests nginx answers: whose mark is there is rejected. Requests within a request (slices, updates in the
 * background) go on, though a mark comes in between: variables are those of the request that they are part of.
 */
export function markCheck(
  { limits, challenge }: RequestOptions,
  { signed, challenge: isChallenged = true }: { readonly signed: boolean; readonly challenge?: boolean },
): readonly Directive[] {
  const check = (name: string): Directive => block('if', ['(-e', `${marksFolder}/${name}$edge_passed)`], [directive('return', 429)])
  return [
    ...(signed
      ? [
          isBlocked,
          directive('set', '$edge_user', '$edge_signature'),
          check('u-$edge_signature'),
          ...limitsOf(limits, 'user', limits.signedIn),
        ]
      : [block('if', ['($edge_marked)'], [directive('return', 429)])]),
    ...(limits.enabled && limits.routes.length > 0 ? [check('$edge_route'), check('$edge_route-$edge_network')] : []),
    ...(challenge === undefined || !isChallenged
      ? []
      : [
          directive('set', '$edge_attacked', 0),
          block('if', ['(-e', `${marksFolder}/${challengeMark}$edge_passed)`], [directive('set', '$edge_attacked', 1)]),
          block('if', ['($edge_unproven_now)'], [directive('return', challengedStatus)]),
        ]),
    directive('set', '$edge_passed', '/-'),
  ] // prettier-ignore
}

const isBlocked: Directive = block('if', ['($edge_blocked)'], [directive('return', 403)])
