/**
 * What nginx writes down of each request of a viewer, once: figures and limits read the same line. Its form `escape=default` has `\xHH`
 * for quotes, control characters and all that is not ASCII, so that no value has a tab.
 */
const fields = [
  '$status',
  '$request_length',
  '$bytes_sent',
  '$request_time',
  '$upstream_header_time',
  '$upstream_cache_status',
  '$connections_active',
  '$uri',
  '$arg__hls_msn',
  '$http_referer',
  '$http_user_agent',
]
/** Where requests are limited: the key of the limits, which is empty for who is never limited, as nginx has looked it up already. */
const limitFields = ['$edge_by_address', '$edge_user']

/** A line of the log as it is; `-` for what there is not. */
export interface LoggedRequest {
  readonly status: number
  readonly bytesIn: number
  readonly bytesOut: number
  /** Seconds until the last byte. */
  readonly took: string
  /** Seconds until the first byte of an upstream server; several are separated by commas and colons. */
  readonly upstreamTook: string
  readonly cacheStatus: string
  readonly connections: number
  /** Decoded, without the query, and then escaped. */
  readonly path: string
  /** Waits for the next part of a stream (RFC 8216bis, section 6.2.5.2). */
  readonly waits: boolean
  readonly referer: string
  readonly agent: string
  /** ISO 3166-1 alpha-2; undefined where it is not known. */
  readonly country: string | undefined
  /** Who is counted; undefined for who is never limited, and where nothing is. */
  readonly client: { readonly network: string; readonly user: string } | undefined
}

/** Variables of the log, for nginx. */
export function requestLogFormat(isLimited: boolean, hasCountries: boolean): string {
  const client = limitFields.map((field) => (isLimited ? field : '-'))
  return [...fields, hasCountries ? '$edge_country' : '-', ...client].join('\t')
}

/** Reads a line; undefined where it is no such line, and for requests within a request, which have no length. */
export function readLoggedRequest(line: string): LoggedRequest | undefined {
  const parts = line.split('\t')
  const [status = '', bytesIn, bytesOut, took = '', upstreamTook = '', cacheStatus = '', connections, path = ''] = parts
  const [msn = '', referer = '', agent = '', country = '', network = '', user = ''] = parts.slice(8)
  if (parts.length !== fields.length + 1 + limitFields.length || !/^\d{3}$/.test(status)) return undefined
  if (bytesIn === '0') return undefined
  return {
    ...{ status: Number(status), bytesIn: count(bytesIn), bytesOut: count(bytesOut), took, upstreamTook, cacheStatus },
    ...{ connections: count(connections), path, waits: msn !== '-' && msn !== '', referer, agent },
    country: /^[A-Z]{2}$/.test(country) ? country : undefined,
    client: network !== '-' && network !== '' ? { network, user: user === '-' ? '' : user } : undefined,
  }
}

/** Text as it was before nginx escaped it, a character for each byte. */
export function unescaped(text: string): string {
  if (text === '-') return ''
  return text.includes('\\') ? text.replace(/\\x([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))) : text
}

function count(text: string | undefined): number {
  const value = Number(text)
  return Number.isSafeInteger(value) && value > 0 ? value : 0
}
