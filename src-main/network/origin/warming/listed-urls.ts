/** URLs of one playlist that are looked at. */
const maxListed = 5000

/** Paths that an HLS playlist (RFC 8216) lists and that are at its own host. @param path of the playlist, with its query */
export function listedUrls(playlist: string, path: string): readonly string[] {
  if (!playlist.startsWith('#EXTM3U')) return []
  const base = `http://own.invalid${path}`
  const found: string[] = []
  for (const line of playlist.split('\n')) {
    if (found.length >= maxListed) break
    const text = line.trim()
    const uri = text.startsWith('#') ? /[:,]URI="([^"]+)"/.exec(text)?.[1] : text
    const url = uri === undefined || uri === '' ? null : URL.parse(uri, base)
    if (url?.host === 'own.invalid') found.push(url.pathname + url.search)
  }
  return found
}
