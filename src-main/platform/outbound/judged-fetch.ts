import { type IncomingMessage, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { fetchedByHost } from './fetched-by-host.ts'
import { type JudgeTarget, lookupOf } from './judged-connection.ts'
import { OutboundFault } from './network-policy.ts'
import { fetchable } from './url-secrets.ts'

export interface JudgedFetchOptions {
  readonly judge: JudgeTarget
  readonly headers?: Readonly<Record<string, string>>
  readonly signal: AbortSignal
}

const maxRedirects = 5
const redirects = new Set([301, 302, 303, 307, 308])

/**
 * GETs a URL over HTTP or HTTPS. Each hop is judged, redirects too, and connected to at the IP addresses that were judged. Rejects with
 * OutboundFault if a hop is not allowed, else with what went wrong. The body is to be read or destroyed.
 */
export async function fetchJudged(address: URL, { judge, headers, signal }: JudgedFetchOptions): Promise<IncomingMessage> {
  let url = address
  for (let hops = 0; ; hops++) {
    const response = await once(url, judge, { ...headers }, signal)
    const { location } = response.headers
    if (!redirects.has(response.statusCode ?? 0) || location === undefined) return response
    response.destroy()
    const next = URL.parse(location, url.href)
    if (next === null || !/^https?:$/.test(next.protocol)) throw new OutboundFault(`${url.host} redirects to what is no http or https URL`)
    if (hops >= maxRedirects) throw new OutboundFault(`${address.host} redirects more than ${maxRedirects} times`)
    url = next
  }
}

async function once(url: URL, judge: JudgeTarget, headers: Record<string, string>, signal: AbortSignal): Promise<IncomingMessage> {
  const secure = url.protocol === 'https:'
  const port = Number(url.port) || (secure ? 443 : 80)
  const target = await judge(url.hostname, port)
  signal.throwIfAborted()
  const given = fetchable(url.href)
  return new Promise((resolve, reject) => {
    const asking = (secure ? requestHttps : requestHttp)({
      host: target.host,
      port,
      path: `${url.pathname}${url.search}`,
      headers: { ...headers, ...given.headers, host: url.host, [fetchedByHost.name]: fetchedByHost.value },
      agent: false,
      lookup: lookupOf(target),
      signal,
    })
    asking.once('response', resolve)
    asking.once('error', (error) => reject(signal.aborted ? signal.reason : error))
    asking.end()
  })
}
