import { isIP } from 'node:net'
import { join } from 'node:path'
import { AppError } from '../../../platform/errors.ts'
import { requestLogFormat } from '../../logged-request.ts'
import { accessLogs, hasAskedLog } from './access-logs.ts'
import { askedLogFormat } from './asked-log.ts'
import { authority, network } from './checked-values.ts'
import { block, type ConfigurationText, type Directive, directive, entry, from, plain, writeDirectives } from './directives.ts'
import type { NginxProgram } from './find-nginx.ts'
import type { AgentEndpoint, FrontListener, FrontOptions } from './front-options.ts'
import { functionUpstream } from './function-configuration.ts'
import { imageUpstream } from './image-configuration.ts'
import { hasLoopScript, loopMaps } from './loop-configuration.ts'
import { networkMap, requestDirectives } from './request-configuration.ts'
import { requestMaps } from './request-maps.ts'
import { siteDirectives } from './site-configuration.ts'
import type { WorkerUser } from './worker-user.ts'

/** Where nginx finds what it needs, and as whom it runs. */
export interface FrontPlace {
  /** Configuration, PID file and script: read by nginx's master alone. */
  readonly folder: string
  /** Below the cache's folder: nginx's workers write here. */
  readonly storedLog: string
  /** The script that checks signatures. Another name for other keys: nginx takes the same configuration for unchanged. */
  readonly signatureScript: string
  /** The script that checks passes of challenged viewers, likewise. */
  readonly challengeScript: string
  /** The script that reads all lines of a header. */
  readonly loopScript: string
  /** Random bytes that stay the same over reloads and restarts, for HTTP/3. */
  readonly quicKey: string
  /** The user that workers change to; undefined where the edge itself has no rights to give up. */
  readonly user: WorkerUser | undefined
  readonly workers: number
  /** Files of the cache that each worker may keep open. */
  readonly openFiles: number
}

/** Files of the cache below its folder, as `proxy_cache_path` has them: two levels of folders, of one and two digits. */
export const cacheFilesFolder = 'files'

/** With less than this on the disk nothing is written, bytes. */
export const minFreeBytes = 32 * 2 ** 20

/** Requests that nginx has open at once in each worker; each of a viewer may have one to an origin. */
const workerConnections = 8192

const textTypes = [
  'text/plain',
  'text/css',
  'text/javascript',
  'text/xml',
  'text/vtt',
  'application/javascript',
  'application/json',
  'application/manifest+json',
  'application/xml',
  'application/wasm',
  'application/vnd.apple.mpegurl',
  'application/dash+xml',
  'image/svg+xml',
] // prettier-ignore

/**
 * Writes nginx's configuration. What a user gave can only be an argument in it.
 * Throws `config.invalid` and `network.module_missing`, which name the option.
 */
export function frontConfiguration(program: NginxProgram, place: FrontPlace, given: FrontOptions): ConfigurationText {
  const options = withoutMissing(program, given)
  const hasChallenge = options.requests?.challenge !== undefined
  const hasHttp3 = program.http3 && options.listen.some((each) => each.tls)
  const signed = options.sites.some(({ rules }) => rules.some((rule) => rule.signed))
  if (options.listen.length === 0)
    throw new AppError('config.invalid', 'Option listen: the edge needs a port', { details: { option: 'listen' } })
  return writeDirectives([
    directive('daemon', 'off'),
    ...(place.user === undefined ? [] : [directive('user', place.user.name, place.user.group)]),
    directive('worker_processes', place.workers),
    // Downloads and sockets go on in the old workers after a change of the configuration, but not for ever. Those read from the UDP sockets
    // of the new ones until they end (nginx issue 425), and what is for the others is lost then.
    directive('worker_shutdown_timeout', hasHttp3 ? '5m' : '1h'),
    directive('pid', join(place.folder, 'nginx.pid')),
    directive('error_log', 'stderr', 'notice'),
    directive('pcre_jit', 'on'),
    from('cache.folder', directive('working_directory', plain(options.cache.folder, 'cache.folder'))),
    ...((signed || hasChallenge || hasLoopScript(program)) && program.js !== undefined ? [directive('load_module', program.js)] : []),
    ...(options.compress && program.brotli !== undefined ? [directive('load_module', program.brotli)] : []),
    ...(options.countryDatabase !== undefined ? countryModule(program) : []),
    block('events', [], [directive('worker_connections', workerConnections)]),
    block(
      'http',
      [],
      [
        ...base(),
        ...temporaryFolders(options),
        ...caching(options),
        ...(options.compress ? compression(program) : []),
        ...tls(options),
        ...(hasHttp3 ? http3(place) : []),
        ...limits(options),
        ...viewerAddress(options),
        ...requestMaps(program),
        ...loopMaps(program, place.loopScript),
        ...countries(options),
        ...requestLog(options),
        ...askedLog(options),
        ...accessLogs(options),
        ...(options.requests === undefined ? [] : requestDirectives(options.requests)),
        ...(signed
          ? [directive('js_import', 'signature', 'from', place.signatureScript), directive('js_set', '$edge_denied', 'signature.check')]
          : []),
        ...(hasChallenge
          ? [directive('js_import', 'challenge', 'from', place.challengeScript), directive('js_set', '$edge_unproven', 'challenge.check')]
          : []),
        ...agents(options),
        ...functionUpstream(options),
        ...imageUpstream(options),
        ...servers(program, options, place),
      ],
    ),
  ])
}

/** Without the module for JavaScript nobody is challenged: who attacks is limited and blocked all the same. */
function withoutMissing({ js }: NginxProgram, options: FrontOptions): FrontOptions {
  if (js !== undefined || options.requests?.challenge === undefined) return options
  return { ...options, requests: { ...options.requests, challenge: undefined } }
}

function countryModule({ geoip2 }: NginxProgram): readonly Directive[] {
  if (geoip2 !== undefined) return [directive('load_module', geoip2)]
  throw new AppError('network.module_missing', 'Option countryDatabase: nginx has no module for countries (libnginx-mod-http-geoip2)', {
    details: { option: 'countryDatabase', package: 'libnginx-mod-http-geoip2' },
  })
}

function base(): readonly Directive[] {
  return [
    directive('log_subrequest', 'on'),
    // What a location has not set is empty: to set it costs each request.
    directive('uninitialized_variable_warn', 'off'),
    directive('server_tokens', 'off'),
    // What a cached answer needs is more than the usual 4 KiB: one piece of memory in place of two. Idle connections have none.
    directive('request_pool_size', '8k'),
    directive('sendfile', 'on'),
    directive('tcp_nopush', 'on'),
    directive('keepalive_timeout', '65s'),
    directive('keepalive_requests', 100_000),
    // What a server itself looks up are marks: most are not there, and to open what is not there costs more than to look.
    directive('open_file_cache', 'off'),
    directive('types_hash_max_size', 2048),
    directive('server_names_hash_bucket_size', 512),
    directive('server_names_hash_max_size', 4096),
    directive('map_hash_bucket_size', 256),
    directive('variables_hash_max_size', 4096),
    directive('max_ranges', 8),
  ]
}

function temporaryFolders({ cache }: FrontOptions): readonly Directive[] {
  const folder = plain(cache.folder, 'cache.folder')
  return ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) =>
    from('cache.folder', directive(`${name}_temp_path`, join(folder, 'temporary', name))),
  )
}

function caching({ cache }: FrontOptions): readonly Directive[] {
  const files = join(plain(cache.folder, 'cache.folder'), cacheFilesFolder)
  const most = Math.floor(cache.maxBytes * 0.9)
  // A key takes 128 bytes; most of what is cached is larger than 32 KiB.
  const keysMib = Math.min(512, Math.max(16, Math.ceil(((most / 32_768) * 128) / 2 ** 20)))
  return [
    from(
      'cache',
      directive(
        'proxy_cache_path',
        files,
        'levels=1:2',
        `keys_zone=edge:${keysMib}m`,
        `inactive=${cache.inactiveSeconds}s`,
        `max_size=${Math.max(1, Math.floor(most / 1024))}k`,
        // others fill the same disk: what was used least goes before it is full
        `min_free=${2 * minFreeBytes}`,
        'use_temp_path=off',
        'manager_files=200',
        'loader_files=500',
      ), // prettier-ignore
    ),
    ...(cache.isFull === true ? [directive('proxy_max_temp_file_size', 0)] : []),
    directive('proxy_http_version', '1.1'),
    directive('proxy_connect_timeout', '3s'),
    directive('proxy_send_timeout', '30s'),
    directive('proxy_read_timeout', '60s'),
    directive('proxy_buffer_size', '32k'),
    directive('proxy_buffers', 16, '32k'),
    directive('proxy_busy_buffers_size', '64k'),
    directive('proxy_next_upstream', 'error', 'timeout', 'invalid_header', 'http_502', 'http_503', 'http_504'),
    directive('proxy_next_upstream_tries', 3),
    directive('proxy_next_upstream_timeout', '10s'),
    directive('proxy_cache_methods', 'GET', 'HEAD'),
    directive('proxy_cache_lock', 'on'),
    directive('proxy_cache_lock_timeout', '60s'),
    directive('proxy_cache_lock_age', '60s'),
    directive('proxy_cache_revalidate', 'on'),
    directive('proxy_cache_background_update', 'on'),
    directive(
      'proxy_cache_use_stale',
      'error',
      'timeout',
      'invalid_header',
      'updating',
      'http_500',
      'http_502',
      'http_503',
      'http_504',
      'http_429',
    ),
    directive('proxy_force_ranges', 'on'),
    // What varies is in the key. An origin may not redirect within nginx, nor overrule its limits.
    directive(
      'proxy_ignore_headers',
      'Vary',
      'X-Accel-Redirect',
      'X-Accel-Expires',
      'X-Accel-Limit-Rate',
      'X-Accel-Buffering',
      'X-Accel-Charset',
    ),
    directive('proxy_hide_header', 'Cache-Tag'),
    directive('proxy_hide_header', 'X-Cache'),
    directive('proxy_hide_header', 'Strict-Transport-Security'),
    directive('proxy_hide_header', 'Alt-Svc'),
  ]
}

function compression({ brotli }: NginxProgram): readonly Directive[] {
  return [
    directive('gzip', 'on'),
    directive('gzip_proxied', 'any'),
    directive('gzip_vary', 'on'),
    directive('gzip_comp_level', 4),
    directive('gzip_min_length', 1024),
    directive('gzip_types', ...textTypes),
    ...(brotli === undefined
      ? []
      : [
          directive('brotli', 'on'),
          directive('brotli_comp_level', 4),
          directive('brotli_min_length', 1024),
          directive('brotli_types', ...textTypes),
        ]),
  ]
}

function tls({ listen, certificate, hstsSeconds }: FrontOptions): readonly Directive[] {
  if (!listen.some((each) => each.tls)) return []
  if (certificate === undefined) throw new AppError('config.invalid', 'Option tls: TLS needs a certificate', { details: { option: 'tls' } })
  return [
    from('tls.certificate', directive('ssl_certificate', plain(certificate.certFile, 'tls.certificate'))),
    from('tls.key', directive('ssl_certificate_key', plain(certificate.keyFile, 'tls.key'))),
    directive('ssl_protocols', 'TLSv1.2', 'TLSv1.3'),
    directive('ssl_ciphers', 'ECDHE+AESGCM:ECDHE+CHACHA20'),
    directive('ssl_session_cache', 'shared:edge_tls:10m'),
    directive('ssl_session_timeout', '1d'),
    directive('ssl_session_tickets', 'off'),
    ...(hstsSeconds > 0
      ? [block('map', ['$https', '$edge_hsts'], [directive('default', ''), directive('on', `max-age=${hstsSeconds}`)])]
      : []),
  ]
}

function http3({ quicKey }: FrontPlace): readonly Directive[] {
  return [
    // Who meets a worker that does not know its connection, behind a reload or a crash, learns of it at once: with keys that nginx makes by
    // itself each time, a player waited for up to six seconds.
    directive('quic_host_key', quicKey),
    // What SYN cookies are for TCP: packets with forged IP addresses make no connections, of which there is a number. It costs a browser one
    // way there and back at its first visit, while the page comes by HTTP/2. Workers that end send others on by it, too.
    directive('quic_retry', 'on'),
    // A browser takes it over TLS alone.
    block('map', ['$https', '$edge_alt_svc'], [directive('default', ''), directive('on', 'h3=":$server_port"; ma=86400')]),
  ]
}

function viewerAddress({ trustedProxies }: FrontOptions): readonly Directive[] {
  if (trustedProxies.length === 0) return []
  const lines = trustedProxies.map((each) => from('trustedProxies', directive('set_real_ip_from', network(each, 'trustedProxies'))))
  return [...lines, directive('real_ip_header', 'X-Forwarded-For'), directive('real_ip_recursive', 'on')]
}

function limits({ limits: each }: FrontOptions): readonly Directive[] {
  return [
    networkMap(),
    directive('limit_conn_zone', '$edge_network', 'zone=connections:10m'),
    directive('limit_conn_status', 429),
    from('limits.headerSeconds', directive('client_header_timeout', `${each.headerSeconds}s`)),
    from('limits.bodySeconds', directive('client_body_timeout', `${each.bodySeconds}s`)),
    from('limits.sendSeconds', directive('send_timeout', `${each.sendSeconds}s`)),
    directive('reset_timedout_connection', 'on'),
    directive('client_header_buffer_size', '2k'),
    from('limits.headerBytes', directive('large_client_header_buffers', 4, each.headerBytes)),
    from('limits.bodyBytes', directive('client_max_body_size', each.bodyBytes)),
  ]
}

function countries({ countryDatabase }: FrontOptions): readonly Directive[] {
  if (countryDatabase === undefined) return []
  const option = 'countryDatabase'
  const lines = [directive('auto_reload', '1h'), directive('$edge_country', 'default=--', 'country', 'iso_code')]
  return [from(option, block('geoip2', [plain(countryDatabase, option)], lines))]
}

/** What each request of a viewer is written down by. */
function requestLog({ requestLog: file, accessLog, countryDatabase, requests }: FrontOptions): readonly Directive[] {
  return [
    ...(file === undefined
      ? []
      : [directive('log_format', 'requests', requestLogFormat(requests !== undefined, countryDatabase !== undefined))]),
    // Requests within a request have no length.
    ...(accessLog === undefined
      ? []
      : [block('map', ['$request_length', '$edge_of_viewer'], [directive('volatile'), directive('default', 1), entry('0', 0)])]),
  ]
}

/** The same for requests below a rule with prefetch. */
function askedLog(options: FrontOptions): readonly Directive[] {
  if (!hasAskedLog(options)) return []
  return [
    block('map', ['$edge_prefetch$request_length', '$edge_asked'], [directive('volatile'), directive('default', 0), entry('~^on[1-9]', 1)]),
    directive('log_format', 'asked', askedLogFormat),
  ]
}

function agents({ live, challenges }: FrontOptions): readonly Directive[] {
  const upstream = (name: string, endpoint: AgentEndpoint | undefined): readonly Directive[] => {
    if (endpoint === undefined) return []
    const server = 'port' in endpoint ? `127.0.0.1:${endpoint.port}` : `unix:${plain(endpoint.socketPath, name)}`
    return [block('upstream', [`agent_${name}`], [directive('server', server, 'max_fails=0'), directive('keepalive', 64)])]
  }
  return [...upstream('live', live), ...upstream('challenges', challenges)]
}

function servers(program: NginxProgram, options: FrontOptions, place: FrontPlace): readonly Directive[] {
  const open = options.sites.findIndex(({ hosts }) => hosts.length === 0)
  const listeners = (first: boolean, fallback: boolean): readonly Directive[] =>
    options.listen.flatMap((each, index) => listenDirectives(program, each, `listen[${index}]`, first, fallback))
  const sites = options.sites.flatMap((_, index) => siteDirectives(program, options, index, listeners(index === 0, index === open), place))
  if (open >= 0) return sites
  // Nobody's host name: what is asked for is not here (RFC 9110, section 15.5.20).
  const nobody = block(
    'server',
    [],
    [...listeners(options.sites.length === 0, true), directive('server_name', '_'), directive('return', 421)],
  )
  return [...sites, nobody]
}

/** `first`: socket options may be said once for each port alone. `fallback`: this server answers for unknown host names. */
function listenDirectives(
  program: NginxProgram,
  listener: FrontListener,
  option: string,
  first: boolean,
  fallback: boolean,
): readonly Directive[] {
  const { address, port, tls: secure } = listener
  if (address !== '*' && isIP(address) === 0) authority('', `${option}.address`)
  const at = `${address.includes(':') ? `[${address}]` : address}:${port}`
  const words = [
    ...(secure ? ['ssl'] : []),
    ...(secure && program.http2 && !program.http2Directive ? ['http2'] : []),
    ...(fallback ? ['default_server'] : []),
    ...(first ? ['backlog=4096', ...(address === '::' ? ['ipv6only=off'] : [])] : []),
  ]
  const lines = [from(option, directive('listen', at, ...words))]
  if (secure && program.http2 && program.http2Directive) lines.push(directive('http2', 'on'))
  if (secure && program.http3) {
    lines.push(from(option, directive('listen', at, 'quic', ...(fallback ? ['default_server'] : []), ...(first ? ['reuseport'] : []))))
  }
  return lines
}
