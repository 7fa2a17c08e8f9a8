import type { IncomingHttpHeaders } from 'node:http'

/** What a site's answer says about being shown in a frame of another origin. */
export type Framing = 'allowed' | 'x-frame-options' | 'frame-ancestors'

/** Reads `frame-ancestors`, which counts before `X-Frame-Options` where there are both. `page` is the origin that frames. */
export function framingOf(headers: IncomingHttpHeaders, url: URL, page: URL): Framing {
  const policies = [headers['content-security-policy'] ?? []].flat().join(', ').split(',')
  const ancestors = policies.flatMap((policy) => {
    const found = policy
      .split(';')
      .map((each) => each.trim().split(/\s+/))
      .find(([name]) => name?.toLowerCase() === 'frame-ancestors')
    return found === undefined ? [] : [found.slice(1)]
  })
  if (ancestors.length > 0) {
    return ancestors.every((sources) => sources.some((source) => matches(source.toLowerCase(), url, page))) ? 'allowed' : 'frame-ancestors'
  }
  const option = [headers['x-frame-options'] ?? []].flat().join(',').toLowerCase()
  return /\b(?:deny|sameorigin)\b/.test(option) ? 'x-frame-options' : 'allowed'
}

function matches(source: string, url: URL, page: URL): boolean {
  if (source === '*') return page.protocol === 'http:' || page.protocol === 'https:'
  if (source === "'self'") return url.origin === page.origin
  if (/^[a-z][a-z0-9+.-]*:$/.test(source)) return source === page.protocol
  const [, scheme, host, port] = /^(?:([a-z][a-z0-9+.-]*):\/\/)?([^:/]+)(?::(\d+|\*))?/.exec(source) ?? []
  if (host === undefined || host === "'none'") return false
  if (scheme !== undefined && `${scheme}:` !== page.protocol && !(scheme === 'http' && page.protocol === 'https:')) return false
  const usual = page.protocol === 'https:' ? '443' : '80'
  if (port !== '*' && (port ?? usual) !== (page.port || usual)) return false
  return host.startsWith('*.') ? page.hostname.endsWith(host.slice(1)) : host === page.hostname
}
