import type { EngineKind } from '../player/engine.ts'
import { isStart } from '../player/start-time.ts'

export interface WatchUrl {
  readonly name: string
  readonly embedded: boolean
  readonly engine: EngineKind
  /** What a signed link carries, as it is in media URLs; undefined in open ones. */
  readonly token: string | undefined
  /** Where to start: seconds from the window's start, or before live where negative, or an ISO 8601 time; undefined: live. */
  readonly start: string | undefined
}

const kinds: readonly EngineKind[] = ['hls', 'dash', 'webrtc']

/** Reads /watch/NAME and /embed/NAME, `?player=dash`, `?protocol=webrtc|hls|dash`, and `?start=`; an invalid start means live. */
export function readWatchUrl(pathname: string, search: string): WatchUrl {
  const [, endpoint = 'watch', name = ''] = pathname.split('/')
  let decoded = name
  try {
    decoded = decodeURIComponent(name)
  } catch {
    // A broken escape cannot be the name of a stream; the host will say that it does not exist.
  }
  const query = new URLSearchParams(search)
  const start = query.get('start') ?? ''
  return {
    name: decoded,
    embedded: endpoint === 'embed',
    engine: kinds.find((kind) => kind === (query.get('protocol') ?? query.get('player'))) ?? 'hls',
    token: tokenOf(query),
    start: isStart(start) ? start : undefined,
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

/** Names that the host accepts for streams. */
const streamName = /^[a-z0-9][a-z0-9_-]{0,63}$/

/** The HTML that puts the player on another page; undefined where `name`, which the maker of the link chose, is not a stream's. */
export function embedSnippet(origin: string, name: string): string | undefined {
  if (!streamName.test(name)) return undefined
  return `<iframe src="${attribute(`${origin}/embed/${name}`)}" width="960" height="540" style="border:0;aspect-ratio:16/9;width:100%;height:auto" allow="autoplay; fullscreen; picture-in-picture" allowfullscreen title="${attribute(name)}"></iframe>`
}

function attribute(text: string): string {
  return text.replace(/[&"'<>]/g, (letter) => `&#${letter.charCodeAt(0)};`)
}
