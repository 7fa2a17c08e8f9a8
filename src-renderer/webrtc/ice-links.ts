/**
 * Reads the ICE servers out of the `Link` header of a WHIP or WHEP answer (RFC 9725 section 4.6):
 * `<turn:HOST:PORT?transport=udp>; rel="ice-server"; username="U"; credential="C"; credential-type="password", <stun:...>`.
 * Links of another relation, and what cannot be read, are left out.
 */
export function readIceLinks(header: string | null): RTCIceServer[] {
  const servers: RTCIceServer[] = []
  for (const [, urls = '', parameters = ''] of (header ?? '').matchAll(/<((?:stun|turns?):[^>\s]*)>((?:\s*;\s*[\w-]+="[^"]*")*)/g)) {
    const named = new Map([...parameters.matchAll(/([\w-]+)="([^"]*)"/g)].map(([, name = '', value = '']) => [name, value]))
    if (named.get('rel') !== 'ice-server') continue
    const username = named.get('username')
    const credential = named.get('credential')
    servers.push({ urls, ...(username === undefined ? {} : { username }), ...(credential === undefined ? {} : { credential }) })
  }
  return servers
}
