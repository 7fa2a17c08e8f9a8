/** A request below a rule with prefetch, as nginx logs it for this program alone. */
export interface AskedRequest {
  readonly host: string
  /** Path and query, as they were asked for. */
  readonly path: string
  readonly isPlaylist: boolean
  /** What of its `Accept-Encoding` is part of what is kept. */
  readonly encoding: '' | 'gzip' | 'br'
  /** Distinguishes players: IP address and user agent. */
  readonly player: string
}

/** What requests ahead of players say that they are, before a `/` and a secret. */
export const prefetchAgent = 'ami-streams-prefetch'

/** What of a request goes into the log; `escape=default` leaves no tab in a value. */
export const askedLogFormat =
  '$status\t$edge_authority\t$request_uri\t$sent_http_content_type\t$edge_encoding\t$remote_addr\t$http_user_agent'

/** Longer URLs are not predicted. */
const maxPath = 2000

/**
 * Reads a line; undefined where nothing can be learned from it.
 * @param ownAgent user agent of this program's own requests
 */
export function readAskedRequest(line: string, ownAgent: string): AskedRequest | undefined {
  const [status = '', host = '', path = '', type = '', encoding = '', address = '', agent, more] = line.split('\t')
  if (agent === undefined || more !== undefined || agent === ownAgent || !/^(?:200|206|304)$/.test(status)) return undefined
  if (!/^\/[!-[\]-~]*$/.test(path) || path.length > maxPath || !/^[\w.:[\]-]{1,260}$/.test(host)) return undefined
  return {
    ...{ host, path, isPlaylist: /mpegurl/i.test(type), player: `${address} ${agent}` },
    encoding: encoding === 'br' || encoding === 'gzip' ? encoding : '',
  }
}
