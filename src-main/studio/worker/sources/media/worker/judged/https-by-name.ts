import type { UrlTranslator } from '../../../../../../platform/outbound/judged-proxy.ts'

/**
 * FFmpeg speaks TLS itself, and then nobody sees which URLs a playlist leads to. So it is given http URLs whose host says that TLS is
 * meant (`_https-443.cdn.example`), which no name server knows: they work by the proxy alone, which speaks TLS in its place.
 */
const marked = /^_https-(\d+)\.(.+)$/
/** An IP address as one label of a name: behind other labels it would be no URL. */
const address = /^_ipv([46])-([\da-fx-]+)$/
/** An https URL in a text up to its path. A user in it is left alone: such a URL does not work then, rather than by another way. */
const inText = /https:\/\/(\[[\da-f:.]+\]|[^\s/"'<>?#:@\\[\]]+)(?::(\d{1,5}))?(?=[\s/"'<>?#,;]|$)/gi

/** A URL as FFmpeg is to ask for it. */
export function httpsByName(url: URL): URL {
  if (url.protocol !== 'https:') return url
  const user = url.username === '' ? '' : `${url.username}${url.password === '' ? '' : `:${url.password}`}@`
  return new URL(`http://${user}${markedHost(url.hostname, url.port)}${url.pathname}${url.search}`)
}

export const httpsNames: UrlTranslator = {
  toOrigin(url) {
    const [, port, name = ''] = marked.exec(url.hostname) ?? []
    if (port === undefined) return url
    const [, version, label = ''] = address.exec(name) ?? []
    const host = version === undefined ? name : version === '6' ? `[${label.replaceAll('-', ':')}]` : label.replaceAll('-', '.')
    return new URL(`https://${host}:${port}${url.pathname}${url.search}`)
  },
  toProgram: (text) => text.replace(inText, (_whole, host: string, port: string | undefined) => `http://${markedHost(host, port)}`),
}

function markedHost(host: string, port: string | undefined): string {
  const isNumber = /(?:^|\.)(?:\d+|0x[\da-f]*)\.?$/i.test(host)
  const name = host.startsWith('[')
    ? `_ipv6-${host.slice(1, -1).replaceAll(':', '-')}`
    : isNumber
      ? `_ipv4-${host.replaceAll('.', '-')}`
      : host
  return `_https-${port || '443'}.${name}`
}
