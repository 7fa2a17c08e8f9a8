import { AppError } from '../../../platform/errors.ts'
import { accessLogs, storedAnswers, storedFormat } from './access-logs.ts'
import { authority, hostName, language, siteName } from './checked-values.ts'
import { block, type Directive, directive, entry, from, plain } from './directives.ts'
import type { NginxProgram } from './find-nginx.ts'
import type { FrontOptions, SiteOptions, SiteRule } from './front-options.ts'
import { functionContent, functionPaths, insideServer, routeAbove, ruleAbove } from './function-configuration.ts'
import { imageBranch, imageContent, imageMaps } from './image-configuration.ts'
import { openFiles } from './open-files.ts'
import { passed } from './passed-requests.ts'
import { playbackAccess, recordingLocation } from './recording-configuration.ts'
import { errorPages, liveChecks, markCheck, serverLimits } from './request-configuration.ts'
import { namedHost } from './request-maps.ts'
import { ruleChecks, ruleLocation, ruleMaps } from './rule-configuration.ts'

/** A site in nginx's words, and the names that its maps and locations share. */
interface SiteNames {
  /** Place of the site among the options, e.g. `sites[0]`. */
  readonly place: string
  readonly upstream: string
  /** What of a request distinguishes variants, as part of the cache's key. */
  readonly variant: string
  readonly unknownVary: string
  readonly language: string | undefined
  /** Logs of a location whose answers are kept; `format` is that of the one for the index of the cache. */
  readonly logs: (format: string) => readonly Directive[]
  /** Files that a location may keep open. */
  readonly openFiles: number
}

/** Body of a request that is for something kept, and so means nothing, bytes. */
const maxUnusedBody = 8192

/** Files of which a viewer seldom takes the whole at once. */
const largeFiles = '[.](?:mp4|m4v|m4a|mov|mkv|webm|ts|mp3|flac|wav|zip|gz|xz|zst|tar|7z|iso|img|dmg|exe|msi|deb|rpm|AppImage|pdf)$'

/** True for what is kept in slices: by the end of its name, or by a rule. */
export function isSliced({ rules }: Pick<SiteOptions, 'rules'>, target: string): boolean {
  const path = target.split('?')[0] ?? ''
  return new RegExp(largeFiles, 'i').test(path) || rules.some((rule) => rule.slices && path.startsWith(rule.path))
}

/** The words of a key behind site and target, as `namesOf` writes them: all that a site distinguishes. */
export function variantsOf({ languages, imageFormats }: Pick<SiteOptions, 'languages' | 'imageFormats'>): readonly string[] {
  const spoken = languages.length > 1 ? languages : ['']
  const images = imageFormats ? ['', 'avif', 'webp'] : ['']
  return ['', 'gzip', 'br'].flatMap((encoding) => spoken.flatMap((one) => images.map((image) => [encoding, one, image].join(','))))
}

const plainRule: SiteRule = {
  path: '/',
  cache: 'on',
  slices: false,
  signed: false,
  methods: [],
  referers: [],
  allowAddresses: [],
  denyAddresses: [],
  allowCountries: [],
  denyCountries: [],
  denyAgents: [],
}

function namesOf(site: SiteOptions, index: number, openFiles: number, logs: SiteNames['logs']): SiteNames {
  const languageMap = site.languages.length > 1 ? `$edge_language_${index}` : undefined
  return {
    place: `sites[${index}]`,
    upstream: `site_${index}`,
    variant: ['$edge_encoding', languageMap ?? '', site.imageFormats ? '$edge_image' : ''].join(','),
    unknownVary: `$edge_vary_${index}`,
    language: languageMap,
    openFiles,
    logs,
  }
}

/** Files that each location may keep open whose answers are whole files of the cache. */
function openFilesOf({ sites }: FrontOptions, ofWorker: number): number {
  const kept = sites.flatMap(({ rules }) => rules.filter(({ cache, slices }) => cache === 'on' && !slices))
  const locations = kept.length + kept.filter(({ images }) => images !== undefined).length + sites.length
  return Math.floor(ofWorker / locations)
}

/** What the `http` block has for a site: its upstream servers, maps, and a server for its host names. */
export function siteDirectives(
  program: NginxProgram,
  options: FrontOptions,
  index: number,
  listeners: readonly Directive[],
  { storedLog, openFiles }: { readonly storedLog: string; readonly openFiles: number },
): readonly Directive[] {
  const site = options.sites[index] as SiteOptions
  const names = namesOf(site, index, openFilesOf(options, openFiles), (format) => accessLogs(options, { file: storedLog, format }))
  const insideNames = namesOf(site, index, 0, (format) => [storedAnswers({ file: storedLog, format })])
  const { place } = names
  const inside = options.functions ?? options.images
  siteName(site.name, `${place}.name`)
  const serverName = from(
    `${place}.hosts`,
    directive('server_name', ...(site.hosts.length === 0 ? ['_'] : site.hosts.map((host) => hostName(host, `${place}.hosts`)))),
  )
  return [
    ...upstream(site, names),
    ...languageMap(site, names),
    varyMap(site, names),
    ...keptKeys(site, names).flatMap((key) => [false, true].map((sliced) => storedFormat(formatOf(names, key, sliced), key.text, sliced))),
    ...site.rules.flatMap((rule, at) => ruleMaps(rule, `${place}.rules[${at}]`, `${index}_${at}`)),
    ...site.rules.flatMap((rule, at) => imageMaps(rule, `${place}.rules[${at}]`, `${index}_${at}`)),
    from(
      place,
      block(
        'server',
        [],
        [
          ...listeners,
          serverName,
          rejectOddTargets(),
          directive('limit_conn', 'connections', options.limits.connectionsPerAddress),
          ...(options.requests === undefined ? [] : serverLimits(options.requests)),
          ...agentLocations(program, options, recordingRule(program, options, site, names)),
          ...rules(program, options, site, names, index),
        ],
      ),
    ),
    ...(inside === undefined
      ? []
      : [
          block(
            'server',
            [],
            [
              ...insideServer(inside, site.hosts.length === 0),
              serverName,
              rejectOddTargets(),
              ...agentLocations(program, { listen: [], ...(options.live && { live: options.live }) }),
              ...insideRules(program, options, site, insideNames),
            ],
          ),
        ]),
  ]
}

/** Targets that nginx and an origin could read as two different paths. */
const oddTarget =
  // nearly all are plain: one look says so
  '^(?!(?:/[\\w~-][\\w.~-]*+)*+/?(?:[?]|$))' +
  '(?:[^/]|[^?]*(?:#|(?:/|%2f|%5c|\\\\)(?:[.]|%2e){1,2}(?:[/?;\\\\]|%2f|%5c|%3b|$)|%00|%0a|%0d|\\\\|%5c))'

function rejectOddTargets(): Directive {
  return block('if', ['($request_uri', '~*', `${oddTarget})`], [directive('return', 400)])
}

function upstream(site: SiteOptions, { place, upstream: name }: SiteNames): readonly Directive[] {
  const option = `${place}.origins`
  if (site.origins.length === 0) throw new AppError('config.invalid', `Option ${option}: a site needs an origin`, { details: { option } })
  // With all of them down they are tried all the same: the judgement may be wrong, and what is kept answers meanwhile.
  const allDown = site.origins.every(({ down }) => down)
  const servers = site.origins.map(({ address, port, weight, backup, down }) => {
    const args = [`${address.includes(':') ? `[${address}]` : address}:${port}`, `weight=${weight}`, 'max_fails=2', 'fail_timeout=5s']
    if (backup && site.origins.some((each) => !each.backup)) args.push('backup')
    if (down && !allDown) args.push('down')
    return from(option, directive('server', ...args.map((each) => plain(each, option))))
  })
  return [block('upstream', [name], [directive('zone', name, '128k'), ...servers, directive('keepalive', 32)])]
}

function languageMap(site: SiteOptions, { place, language: name }: SiteNames): readonly Directive[] {
  if (name === undefined) return []
  const option = `${place}.languages`
  const languages = site.languages.map((each) => language(each, option))
  const lines = languages.map((each) => entry(`~*^\\s*${each}(?:[-,;\\s]|$)`, each))
  return [from(option, block('map', ['$http_accept_language', name], [directive('default', languages[0] as string), ...lines]))]
}

/** An answer that varies by more than what is in the key would be given to whom it is not for. */
function varyMap(site: SiteOptions, { unknownVary }: SiteNames): Directive {
  // Origin, Cookie and the like are not passed on, and the answer is the same for everybody; who varies by them means it otherwise.
  const known = [
    'accept-encoding',
    'origin',
    ...(site.languages.length > 1 ? ['accept-language'] : []),
    ...(site.imageFormats ? ['accept'] : []),
  ]
  return block(
    'map',
    ['$upstream_http_vary', unknownVary],
    [directive('default', 1), entry('', 0), entry(`~*^(?:\\s*(?:${known.join('|')})\\s*(?:,|$))+$`, 0)],
  )
}

/** Recordings of streams, where nginx can ask about their viewers and keep slices. */
function recordingRule(
  program: NginxProgram,
  options: FrontOptions,
  site: SiteOptions,
  names: SiteNames,
): { readonly server: Directive; readonly location: Directive } | undefined {
  if (!program.slices || !program.authRequest || options.live === undefined) return undefined
  const checks = options.requests === undefined ? [] : liveChecks(options.requests)
  const rule = { ...plainRule, slices: true, signed: true }
  return {
    server: playbackAccess(program),
    location: recordingLocation(program, checks, [
      ...kept(program, site, names, rule, options.cache.isFull === true),
      ...shownHeaders(program, options),
    ]),
  }
}

function agentLocations(
  program: NginxProgram,
  options: Pick<FrontOptions, 'listen' | 'live' | 'challenges' | 'requests'>,
  recordings?: ReturnType<typeof recordingRule>,
): readonly Directive[] {
  const { live, challenges, requests } = options
  const passed = [
    directive('proxy_set_header', 'Host', namedHost(program)),
    directive('proxy_set_header', 'X-Forwarded-For', '$remote_addr'),
    directive('proxy_set_header', 'X-Forwarded-Proto', '$scheme'),
    directive('proxy_set_header', 'Upgrade', '$edge_upgrade'),
    directive('proxy_set_header', 'Connection', '$edge_connection'),
    directive('proxy_buffering', 'off'),
    directive('proxy_request_buffering', 'off'),
    directive('gzip', 'off'),
  ]
  return [
    ...(live === undefined
      ? []
      : [
          block(
            'location',
            ['^~', '/live/'],
            [
              directive('proxy_pass', 'http://agent_live'),
              ...(requests === undefined ? [] : liveChecks(requests)),
              ...passed,
              ...saidHttp3(program, options),
              ...(recordings === undefined ? [] : [recordings.location]),
            ],
          ),
          ...(recordings === undefined ? [] : [recordings.server]),
        ]),
    ...(challenges === undefined
      ? []
      : [block('location', ['^~', '/.well-known/acme-challenge/'], [directive('proxy_pass', 'http://agent_challenges'), ...passed])]),
  ]
}

function rules(program: NginxProgram, options: FrontOptions, site: SiteOptions, names: SiteNames, index: number): readonly Directive[] {
  const routes = functionPaths(options, site)
  const checks = (rule: SiteRule): readonly Directive[] => {
    const at = site.rules.indexOf(rule)
    return [...marks(options, rule), ...(at < 0 ? [] : ruleChecks(rule, `${names.place}.rules[${at}]`, `${index}_${at}`, program, options))]
  }
  const answered = (rule: SiteRule, path: string): readonly Directive[] => {
    const route = routeAbove(routes, path)
    if (options.functions === undefined || route === undefined) return content(program, options, site, names, rule)
    return functionContent(options.functions, route)
  }
  const given = site.rules.map((rule, at) => {
    const place = `${names.place}.rules[${at}]`
    const own = `${index}_${at}`
    const pages = options.requests === undefined ? [] : errorPages(options.requests)
    const branch = rule.images === undefined ? [] : [...pages, ...imageBranch(own)]
    return from(place, block('location', ruleLocation(rule, place, options), [...checks(rule), ...branch, ...answered(rule, rule.path)]))
  })
  const { images } = options
  for (const [at, rule] of images === undefined ? [] : site.rules.entries()) {
    const own = `${index}_${at}`
    if (rule.images === undefined || images === undefined) continue
    const made = imageKey(site, own)
    const lines = [
      ...imageContent(images, rule, own),
      ...kept(program, site, names, { ...rule, slices: false }, options.cache.isFull === true, made),
    ]
    given.push(block('location', [`@images_${own}`], [...checks(rule), ...lines, ...shownHeaders(program, options)]))
  }
  // A function is behind all that is said of its path.
  for (const path of routes.filter((each) => site.rules.every((rule) => rule.path !== each))) {
    const rule = ruleAbove(site.rules, path) ?? plainRule
    given.push(block('location', path.endsWith('/') ? ['^~', path] : ['=', path], [...checks(rule), ...answered(rule, path)]))
  }
  if ([...site.rules.map(({ path }) => path), ...routes].includes('/')) return given
  const checked = (rule: SiteRule): readonly Directive[] => [...marks(options, rule), ...content(program, options, site, names, rule)]
  const slices = program.slices ? [block('location', ['~*', largeFiles], checked({ ...plainRule, slices: true }))] : []
  return [...given, block('location', ['/'], [...checked(plainRule), ...slices])]
}

/** The same without checks, which a request has passed before its function ran. */
function insideRules(program: NginxProgram, options: FrontOptions, site: SiteOptions, names: SiteNames): readonly Directive[] {
  const given = site.rules.map((rule, at) =>
    block('location', ruleLocation(rule, `${names.place}.rules[${at}]`, options), content(program, options, site, names, rule)),
  )
  if (site.rules.some(({ path }) => path === '/')) return given
  const contentOf = (rule: SiteRule): readonly Directive[] => content(program, options, site, names, rule)
  const slices = program.slices ? [block('location', ['~*', largeFiles], contentOf({ ...plainRule, slices: true }))] : []
  return [...given, block('location', ['/'], [...contentOf(plainRule), ...slices])]
}

const marks = ({ requests }: FrontOptions, rule: SiteRule): readonly Directive[] =>
  requests === undefined ? [] : markCheck(requests, rule)

function content(program: NginxProgram, options: FrontOptions, site: SiteOptions, names: SiteNames, rule: SiteRule): readonly Directive[] {
  const scheme = site.originTls ? 'https' : 'http'
  const host = authority(site.originHost, `${names.place}.originHost`)
  return [
    // A signature is no part of what is asked for: everybody's is different.
    directive('proxy_pass', `${scheme}://${names.upstream}${rule.signed ? '$edge_path' : ''}`),
    ...(site.originTls ? originTls(site, host, names) : []),
    directive('proxy_set_header', 'Host', host),
    ...(rule.cache === 'off' ? passed() : kept(program, site, names, rule, options.cache.isFull === true)),
    ...shownHeaders(program, options),
  ]
}

function originTls({ originCaFile }: SiteOptions, host: string, { place }: SiteNames): readonly Directive[] {
  return [
    directive('proxy_ssl_server_name', 'on'),
    directive('proxy_ssl_name', host.replace(/:\d+$/, '')),
    directive('proxy_ssl_verify', 'on'),
    directive('proxy_ssl_verify_depth', 4),
    from(
      `${place}.originCaFile`,
      directive('proxy_ssl_trusted_certificate', plain(originCaFile ?? '/etc/ssl/certs/ca-certificates.crt', `${place}.originCaFile`)),
    ),
  ]
}

/** What is kept, as the cache's key names it. */
interface KeptKey {
  readonly name: string
  readonly text: string
}

const targetKey = (site: SiteOptions, { variant }: SiteNames): KeptKey => ({ name: 'target', text: `${site.name} $request_uri ${variant}` })
/** Without the query, which has a signature or a token. */
const pathKey = (site: SiteOptions, { variant }: SiteNames): KeptKey => ({ name: 'path', text: `${site.name} $edge_path ${variant}` })
const imageKey = (site: SiteOptions, own: string): KeptKey => ({
  name: `image_${own}`,
  text: `${site.name} $edge_path ,,,$edge_resized_${own}`,
})

function keptKeys(site: SiteOptions, names: SiteNames): readonly KeptKey[] {
  const images = site.rules.flatMap((rule, at) => (rule.images === undefined ? [] : [imageKey(site, `${names.upstream.slice(5)}_${at}`)]))
  return [targetKey(site, names), pathKey(site, names), ...images]
}

/** The line about what is stored says its key as it is, without the slice: a variable for it would cost each request that is a hit. */
const formatOf = ({ upstream: site }: SiteNames, { name }: KeptKey, sliced: boolean): string =>
  `stored_${site}_${name}${sliced ? '_slices' : ''}`

/**
 * Kept for everybody: of a request only what is in the key reaches the origin, so that nothing else can change the answer that others are
 * given.
 */
function kept(
  program: NginxProgram,
  site: SiteOptions,
  names: SiteNames,
  rule: SiteRule,
  isFull: boolean,
  key = rule.signed ? pathKey(site, names) : targetKey(site, names),
): readonly Directive[] {
  const slices = rule.slices && program.slices
  const ttl = rule.ttlSeconds ?? site.ttlSeconds
  return [
    // A rule with methods of its own has checked them already.
    ...(rule.methods.length > 0 ? [] : [block('if', ['($edge_not_read)'], [directive('return', 405)])]),
    directive('proxy_pass_request_headers', 'off'),
    directive('proxy_pass_request_body', 'off'),
    // It is read before anything is answered, and written to the disk where it is large.
    directive('client_max_body_size', maxUnusedBody),
    directive('proxy_set_header', 'Content-Length', ''),
    directive('proxy_set_header', 'Connection', ''),
    // Here no circle is rejected: to look costs each hit, and the cache's lock slows a circle down until its time is over.
    directive('proxy_set_header', 'CDN-Loop', '$edge_counted_loop'),
    directive('proxy_set_header', 'Accept-Encoding', slices ? '' : '$edge_accepted_encoding'),
    ...(names.language === undefined ? [] : [directive('proxy_set_header', 'Accept-Language', names.language)]),
    ...(site.imageFormats ? [directive('proxy_set_header', 'Accept', '$edge_accepted_image')] : []),
    directive('proxy_set_header', 'Range', slices ? '$slice_range' : ''),
    ...(slices ? [directive('slice', '1m')] : []),
    directive('proxy_cache', 'edge'),
    // of what is in slices more would be kept open than is asked for again
    ...openFiles(slices ? 0 : names.openFiles),
    directive('proxy_cache_key', slices ? `${key.text} $slice_range` : key.text),
    ...names.logs(formatOf(names, key, slices)),
    ...(ttl > 0 ? [directive('proxy_cache_valid', 200, 206, 301, 302, 303, 307, 308, `${ttl}s`)] : []),
    ...(site.missingSeconds > 0 ? [directive('proxy_cache_valid', 404, 410, `${site.missingSeconds}s`)] : []),
    directive('proxy_no_cache', names.unknownVary, slices ? '$edge_not_lasting_slice' : '$edge_not_lasting', ...(isFull ? ['1'] : [])),
  ]
}

function shownHeaders(program: NginxProgram, options: FrontOptions): readonly Directive[] {
  return [
    directive('add_header', 'X-Cache', '$upstream_cache_status', 'always'),
    ...(options.hstsSeconds > 0 && options.listen.some((each) => each.tls)
      ? [directive('add_header', 'Strict-Transport-Security', '$edge_hsts', 'always')]
      : []),
    ...saidHttp3(program, options),
  ]
}

/** Says that there is HTTP/3, so that browsers change to it. */
const saidHttp3 = ({ http3 }: NginxProgram, { listen }: Pick<FrontOptions, 'listen'>): readonly Directive[] =>
  http3 && listen.some((each) => each.tls) ? [directive('add_header', 'Alt-Svc', '$edge_alt_svc')] : []
