export interface WatchAddress {
  readonly name: string
  readonly embedded: boolean
  readonly engine: 'hls' | 'dash'
}

/** Reads /watch/NAME and /embed/NAME, and `?player=dash`. */
export function readAddress(pathname: string, search: string): WatchAddress {
  const [, door = 'watch', name = ''] = pathname.split('/')
  let decoded = name
  try {
    decoded = decodeURIComponent(name)
  } catch {
    // A broken escape cannot be the name of a stream; the host will say that it does not exist.
  }
  return { name: decoded, embedded: door === 'embed', engine: new URLSearchParams(search).get('player') === 'dash' ? 'dash' : 'hls' }
}

/** The HTML that puts the player on another page. */
export function embedSnippet(origin: string, name: string): string {
  return `<iframe src="${origin}/embed/${encodeURIComponent(name)}" width="960" height="540" style="border:0;aspect-ratio:16/9;width:100%;height:auto" allow="autoplay; fullscreen; picture-in-picture" allowfullscreen title="${name}"></iframe>`
}
