/** Kinds of devices that viewers use, as far as `User-Agent` says. */
export const devices = ['desktop', 'phone', 'tablet', 'tv', 'player', 'bot', 'other'] as const
export type Device = (typeof devices)[number]

/** What is counted of a request. Nothing here says who sent it. */
export interface RequestFact {
  readonly status: number
  readonly bytesIn: number
  readonly bytesOut: number
  /** Until the first byte of the answer, ms; undefined where it does not say how fast the node is. */
  readonly latencyMs: number | undefined
  /** From the cache; undefined where nothing is kept. */
  readonly hit: boolean | undefined
  readonly path: string
  /** Host name of the page that referred; empty for none. */
  readonly referer: string
  readonly device: Device
  /** ISO 3166-1 alpha-2; undefined where it is not known. */
  readonly country: string | undefined
}

const maxPath = 200
const maxAgent = 300

/**
 * A target as it is counted: without its query, which may have secrets, and of a stream only its name, whose token, session or segment
 * may follow.
 */
export function countedPath(target: string): string {
  const path = (/^[^?#]*/.exec(target.slice(0, maxPath * 4))?.[0] ?? '').replace(/\\x([0-9A-F]{2})/g, '%$1')
  if (!path.startsWith('/')) return '(invalid)'
  const live = /^\/live\/[^/]*/.exec(path)?.[0]
  return (live ?? path).replace(/[^!-~]/g, '?').slice(0, maxPath)
}

/** Host name of a `Referer`. Those that are IP addresses are counted as one: they may be somebody's. */
export function countedReferer(referer: string): string {
  if (referer === '' || referer === '-') return ''
  const host = /^https?:\/\/(?:[^/?#@]*@)?(\[[^\]]*\]|[^/?#:]*)/i.exec(referer.slice(0, 2000))?.[1]?.toLowerCase() ?? ''
  if (/^\[|^[\d.]+$/.test(host)) return '(IP address)'
  return /^[a-z0-9](?:[a-z0-9.-]{0,98}[a-z0-9])?$/.test(host) ? host : '(other)'
}

const agents: readonly (readonly [RegExp, Device])[] = [
  [/bot|crawl|spider|curl|wget|python|go-http|headless/i, 'bot'],
  [/smart-?tv|apple ?tv|hbbtv|tizen|web0s|webos|roku|crkey|bravia|\baft[a-z]/i, 'tv'],
  [/vlc|lavf|ffmpeg|exoplayer|applecoremedia|avfoundation|gstreamer|\bmpv\b/i, 'player'],
  [/ipad|tablet|android(?!.*mobile)/i, 'tablet'],
  [/mobile|iphone|android/i, 'phone'],
  [/windows|macintosh|x11|linux|cros/i, 'desktop'],
]

/** The kind of device that an agent says it is. */
export function deviceOf(agent: string): Device {
  const text = agent.slice(0, maxAgent)
  return agents.find(([pattern]) => pattern.test(text))?.[1] ?? 'other'
}

/** True for requests that wait for media that is not there yet, as players of Low-Latency HLS send them: they are not slow. */
export function waitsForMedia(target: string): boolean {
  return target.includes('_HLS_msn=') || /^\/live\/[^?]*\/part-\d+\.m4s/.test(target)
}

/** The whole time of a larger answer says how fast its viewer takes it, and not how fast the node is. */
export const smallBytes = 64 * 1024
