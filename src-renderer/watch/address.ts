import type { EngineKind } from '../player/engine.ts'

export interface WatchAddress {
  readonly name: string
  readonly embedded: boolean
  readonly engine: EngineKind
  /** What a signed link carries, as it stands in media addresses; undefined in open ones. */
  readonly token: string | undefined
}

const kinds: readonly EngineKind[] = ['hls', 'dash', 'webrtc']

/** Reads /watch/NAME and /embed/NAME, `?player=dash`, and `?protocol=webrtc|hls|dash`. */
export function readAddress(pathname: string, search: string): WatchAddress {
  const [, door = 'watch', name = ''] = pathname.split('/')
  let decoded = name
  try {
    decoded = decodeURIComponent(name)
  } catch {
    // A broken escape cannot be the name of a stream; the host will say that it does not exist.
  }
  const query = new URLSearchParams(search)
  return {
    name: decoded,
    embedded: door === 'embed',
    engine: kinds.find((kind) => kind === (query.get('protocol') ?? query.get('player'))) ?? 'hls',
    token: tokenOf(query),
  }
}

/** The token of a signed link, or its signature's parts joined to one. */
function tokenOf(query: URLSearchParams): string | undefined {
  const token = query.get('token')
  if (token !== null) return token
  const signature = query.get('signature')
  if (signature === null) return undefined
  return ['h', query.get('key') ?? '', query.get('expires') ?? '', query.get('address') ?? '', signature].join('~')
}

/** The HTML that puts the player on another page. */
export function embedSnippet(origin: string, name: string): string {
  return `<iframe src="${origin}/embed/${encodeURIComponent(name)}" width="960" height="540" style="border:0;aspect-ratio:16/9;width:100%;height:auto" allow="autoplay; fullscreen; picture-in-picture" allowfullscreen title="${name}"></iframe>`
}
