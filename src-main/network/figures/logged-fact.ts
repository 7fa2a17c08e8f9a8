import type { LoggedRequest } from '../logged-request.ts'
import { countedPath, countedReferer, deviceOf, type RequestFact, smallBytes, waitsForMedia } from './request-fact.ts'

/** What a line of nginx's log says, and how many connections there were then. */
export interface LoggedFact extends RequestFact {
  readonly connections: number
}

const hits = new Set(['HIT', 'STALE', 'UPDATING', 'REVALIDATED'])

/** What is counted of a request that nginx wrote down. */
export function loggedFact(line: LoggedRequest): LoggedFact {
  const { status, bytesIn, bytesOut, cacheStatus, path, referer, agent, country, connections } = line
  return {
    ...{ status, bytesIn, bytesOut, connections, country },
    latencyMs: latencyOf(line),
    hit: cacheStatus === '-' || cacheStatus === '' ? undefined : hits.has(cacheStatus),
    path: countedPath(path.replaceAll(' ', '%20')),
    referer: countedReferer(referer),
    device: deviceOf(agent),
  }
}

function latencyOf({ path, waits, took, upstreamTook, bytesOut }: LoggedRequest): number | undefined {
  if (waits || waitsForMedia(path)) return undefined
  // Several servers that were asked one after the other are separated by commas.
  const asked = upstreamTook
    .split(/[,:]/)
    .map((each) => Number.parseFloat(each))
    .filter(Number.isFinite) // prettier-ignore
  if (asked.length > 0) return asked.reduce((sum, seconds) => sum + seconds, 0) * 1000
  const seconds = Number.parseFloat(took)
  return bytesOut <= smallBytes && Number.isFinite(seconds) ? seconds * 1000 : undefined
}
