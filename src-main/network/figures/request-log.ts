import { countedPath, countedReferer, deviceOf, type RequestFact, smallBytes, waitsForMedia } from './request-fact.ts'

/** nginx's own form of `escape=default` has `\xHH` for quotes, control characters and all that is not ASCII: no value has a tab. */
export const requestLogFormat = [
  '$status',
  '$request_length',
  '$bytes_sent',
  '$request_time',
  '$upstream_header_time',
  '$upstream_cache_status',
  '$connections_active',
  '$request_uri',
  '$http_referer',
  '$http_user_agent',
].join('\t')

/** What a line of the log says, and how many connections there were then. */
export interface RequestLine extends RequestFact {
  readonly connections: number
}

const hits = new Set(['HIT', 'STALE', 'UPDATING', 'REVALIDATED'])

/** Reads a line; undefined where it is no such line. */
export function readRequestLine(line: string): RequestLine | undefined {
  const fields = line.split('\t')
  const [status = '', bytesIn, bytesOut, took, header, cache = '', connections, target = '', referer = '', agent = '', country] = fields
  if (fields.length < 10 || fields.length > 11 || !/^\d{3}$/.test(status)) return undefined
  const out = count(bytesOut)
  return {
    status: Number(status),
    bytesIn: count(bytesIn),
    bytesOut: out,
    latencyMs: latencyOf(target, took, header, out),
    hit: cache === '-' || cache === '' ? undefined : hits.has(cache),
    path: countedPath(target),
    referer: countedReferer(referer),
    device: deviceOf(agent),
    country: country !== undefined && /^[A-Z]{2}$/.test(country) ? country : undefined,
    connections: count(connections),
  }
}

function latencyOf(target: string, took: string | undefined, header: string | undefined, bytesOut: number): number | undefined {
  if (waitsForMedia(target)) return undefined
  // Several servers that were asked one after the other are separated by commas.
  const asked = (header ?? '')
    .split(/[,:]/)
    .map((each) => Number.parseFloat(each))
    .filter(Number.isFinite) // prettier-ignore
  if (asked.length > 0) return asked.reduce((sum, seconds) => sum + seconds, 0) * 1000
  const seconds = Number.parseFloat(took ?? '')
  return bytesOut <= smallBytes && Number.isFinite(seconds) ? seconds * 1000 : undefined
}

function count(text: string | undefined): number {
  const value = Number(text)
  return Number.isSafeInteger(value) && value > 0 ? value : 0
}
