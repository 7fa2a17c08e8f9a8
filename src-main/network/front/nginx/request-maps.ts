import { prefetchAgent } from './asked-log.ts'
import { block, type Directive, directive, entry } from './directives.ts'
import type { NginxProgram } from './find-nginx.ts'

const hostForm = '(?:[a-z0-9_.-]+|\\[[0-9a-f:.]+\\])'

/**
 * The host that a viewer names, with its port. HTTP/3 says it as `:authority`, of which nginx keeps the name alone (`$http_host` is empty);
 * where nginx has no HTTP/3 nobody pays for the look.
 */
export const namedHost = ({ http3 }: NginxProgram): string => (http3 ? '$edge_named_host' : '$http_host')

function namedHostMaps(): readonly Directive[] {
  return [
    block('map', ['$server_port', '$edge_own_host'], [directive('default', '$host:$server_port'), entry('443', '$host')]),
    // without a Host, an older request stays one without
    block('map', ['$server_protocol', '$edge_http3_host'], [directive('default', ''), entry('HTTP/3.0', '$edge_own_host')]),
    block('map', ['$http_host', '$edge_named_host'], [directive('default', '$http_host'), entry('', '$edge_http3_host')]),
  ]
}

/** What requests are judged and sorted by, the same for all sites. */
export function requestMaps(program: NginxProgram): readonly Directive[] {
  const named = namedHost(program)
  return [
    ...(program.http3 ? namedHostMaps() : []),
    block('map', ['$request_uri', '$edge_path'], [directive('default', '/'), entry('~^(?<edge_raw_path>[^?]*)', '$edge_raw_path')]),
    block('map', ['$request_method', '$edge_not_read'], [directive('default', 1), directive('GET', 0), directive('HEAD', 0)]),
    // What a node fetches ahead differs from what viewers do by a secret, which is no origin's or function's to know.
    block(
      'map',
      ['$http_user_agent', '$edge_agent'],
      [directive('default', '$http_user_agent'), entry(`~^${prefetchAgent}/`, prefetchAgent)],
    ),
    // Any other protocol, such as HTTP/2 in plain text, would make of the connection a tunnel to the origin, past all rules.
    block('map', ['$http_upgrade', '$edge_upgrade'], [directive('default', ''), entry('websocket', 'websocket')]),
    block('map', ['$edge_upgrade', '$edge_connection'], [directive('default', 'upgrade'), entry('', '')]),
    // The host that a request was judged for: a target with a host of its own (RFC 9112, section 3.2.2) goes before `Host`, and what is no
    // name could become that of a site where a URL is read of it.
    block(
      'map',
      [`$host ${named}`, '$edge_authority'],
      [directive('default', 'unknown.invalid'), entry(`~*^(${hostForm}) \\1(?::\\d+)?$`, named), entry(`~*^${hostForm} `, '$host')],
    ),
    // Errors are answered from what was kept before, or asked for again, whatever lifetime they say; a part is kept where slices are.
    lastingMap('$edge_not_lasting', '20[034]'),
    lastingMap('$edge_not_lasting_slice', '20[0346]'),
    block(
      'map',
      ['$http_accept_encoding', '$edge_encoding'],
      [
        directive('default', ''),
        // What most players and browsers send is found without looking at its text.
        entry('', ''),
        ...['gzip, deflate, br', 'gzip, deflate, br, zstd'].map((each) => entry(each, 'br')),
        ...['gzip', 'gzip, deflate'].map((each) => entry(each, 'gzip')),
        entry('~*\\b(?:br|gzip)\\s*;\\s*q=0(?:\\.0*)?(?:,|\\s|$)', ''),
        entry('~*\\bbr\\b', 'br'),
        entry('~*\\bgzip\\b', 'gzip'),
      ],
    ),
    block(
      'map',
      ['$edge_encoding', '$edge_accepted_encoding'],
      [directive('default', ''), directive('br', 'br, gzip'), directive('gzip', 'gzip')],
    ),
    block('map', ['$http_accept', '$edge_image'], [directive('default', ''), entry('~image/avif', 'avif'), entry('~image/webp', 'webp')]),
    block(
      'map',
      ['$edge_image', '$edge_accepted_image'],
      [directive('default', '*/*'), directive('avif', 'image/avif,image/webp,*/*'), directive('webp', 'image/webp,*/*')],
    ),
  ]
}

/** A variable that is 1 for the status of an answer that is not to be kept. Each slice of a file is another answer. */
function lastingMap(name: string, successes: string): Directive {
  const kept = `~(?:^|[ ])(?:${successes}|30[012378]|404|410)$`
  return block('map', ['$upstream_status', name], [directive('volatile'), directive('default', 1), entry(kept, 0)])
}
