import type { IncomingHttpHeaders } from 'node:http'

/** Headers that proxies, load balancers, tunnels and CDNs add to what they pass on. Browsers and our command line send none of them. */
const ofProxies = [
  /^(?:forwarded|via|cdn-loop|client-ip|front-end-https|proxy-connection|true-client-ip|wl-proxy-client-ip)$/,
  /^x-(?:forwarded|original|envoy|azure|appengine|arr|vercel|nf|proxyuser|sendfile|cloud-trace)(?:-|$)/,
  /^x-(?:real-ip|real-port|client-ip|cluster-client-ip|remote-addr|remote-ip|scheme|url-scheme|host|served-by|accel-internal|amzn-trace-id|amz-cf-id)$/,
  /^(?:cf|fastly|akamai|fly|ngrok|tailscale|incap)-/,
]

/**
 * Why a request was not sent by its client to this port itself, or undefined where nothing says so. HTTP/1.0 is what nginx before 1.29.7
 * sends by default, without any header of its own; browsers and the command line speak HTTP/1.1 or later.
 */
export function proxyMark(headers: IncomingHttpHeaders, httpVersion: string): string | undefined {
  if (httpVersion === '1.0') return 'HTTP/1.0'
  for (const name in headers) if (ofProxies.some((pattern) => pattern.test(name))) return name
  return undefined
}
