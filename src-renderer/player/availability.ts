/** What the host says about a stream's playlist. */
export type Availability =
  | { readonly kind: 'playable'; readonly playlist: string; readonly epoch: string }
  | { readonly kind: 'waiting' | 'ended' | 'missing' | 'refused' | 'unreachable' }

/** The run of the stream that a multivariant playlist belongs to: the folder of its first media playlist; '' without one. */
export function epochOf(playlist: string): string {
  for (const line of playlist.split('\n')) {
    const address = line.startsWith('#') ? /URI="([^"]+)"/.exec(line)?.[1] : line.trim()
    if (!address) continue
    const folders = address.split('?')[0]!.split('/')
    return folders.length >= 3 ? folders.at(-3)! : ''
  }
  return ''
}

export interface About {
  /** `playable`: the multivariant playlist is there, or about to be. */
  readonly kind: Availability['kind']
  readonly title: string
}

/** Reads the answer to a request for about.json. */
export function readAbout(status: number, body: string): About {
  if (status === 401 || status === 403) return { kind: 'refused', title: '' }
  if (status !== 200) return { kind: status === 404 ? 'missing' : 'unreachable', title: '' }
  let about: { state?: unknown; title?: unknown }
  try {
    about = JSON.parse(body) as typeof about
  } catch {
    return { kind: 'unreachable', title: '' }
  }
  const title = typeof about.title === 'string' ? about.title : ''
  switch (about.state) {
    case 'active':
      return { kind: 'playable', title }
    case 'ended':
    case 'error':
      return { kind: 'ended', title }
    case 'missing':
      return { kind: 'missing', title }
    default:
      return { kind: 'waiting', title }
  }
}

/** Reads the answer to a request for the multivariant playlist. */
export function readAvailability(status: number, body: string): Availability {
  if (status === 200 && body.startsWith('#EXTM3U')) return { kind: 'playable', playlist: body, epoch: epochOf(body) }
  if (status === 401 || status === 403) return { kind: 'refused' }
  if (status !== 404 && status !== 409 && status !== 410 && status !== 503) return { kind: 'unreachable' }
  let problem: { code?: unknown; state?: unknown; details?: { state?: unknown } }
  try {
    problem = JSON.parse(body) as typeof problem
  } catch {
    return status === 503 ? { kind: 'unreachable' } : { kind: 'missing' }
  }
  const state = problem.state ?? problem.details?.state
  if (problem.code === 'stream.not_found' || problem.code === 'stream.name_invalid') return { kind: 'missing' }
  if (state === 'ended' || state === 'error') return { kind: 'ended' }
  if (problem.code === 'request.not_found') return { kind: 'missing' }
  return { kind: 'waiting' }
}
