import { setTimeout as wait } from 'node:timers/promises'
import { Nodes, nodeLoader } from '../../src-client/index.ts'
import { FetchLoader } from './fetch-loader.ts'

/** When the viewer saw nothing new, ms since 1970. */
export interface Stall {
  readonly fromMs: number
  readonly toMs: number
  /** Base URL that it was playing from in the end; undefined where nobody knows. */
  readonly at?: string
}

/** The machine was too busy for so long around a stall of who plays from the origin alone, ms. */
const aroundMs = 500

/**
 * Stalls that a viewer notices, without the time in which who plays from the origin alone stalled, too: the machine was too busy.
 * @param noticedMs shorter ones are not noticed
 */
export function noticed(stalls: readonly Stall[], control: readonly Stall[], noticedMs: number): readonly Stall[] {
  const ownMs = ({ fromMs, toMs }: Stall): number => {
    let [left, sinceMs] = [0, fromMs]
    for (const each of control.toSorted((a, b) => a.fromMs - b.fromMs)) {
      left += Math.max(0, Math.min(toMs, each.fromMs - aroundMs) - sinceMs)
      sinceMs = Math.max(sinceMs, Math.min(toMs, each.toMs + aroundMs))
    }
    return left + toMs - sinceMs
  }
  return stalls.filter((stall) => ownMs(stall) > noticedMs)
}

/** Players give a request up after this time, as hls.js does, ms. */
const requestMs = 10_000
/** Segments that a player starts behind the newest with. */
const behind = 3

/**
 * A player of HLS without a screen: asks for the playlist with the next segment, fetches it in time, or notes when it would have stalled.
 * Its requests go through the loader of the client package, as those of hls.js do.
 */
export class ScriptedPlayer {
  readonly stalls: Stall[] = []
  /** Segments that were played. */
  segments = 0
  readonly #nodes: Nodes
  readonly #isRouted: boolean
  readonly #Loader: ReturnType<typeof nodeLoader>
  readonly #path: string
  readonly #stop = new AbortController()
  #emptyAtMs = Number.POSITIVE_INFINITY

  /** @param isRouted it chooses nodes by the client package; else it plays from `home` alone */
  constructor(home: string, stream: string, isRouted: boolean) {
    this.#path = `/live/${stream}/index.m3u8`
    this.#isRouted = isRouted
    this.#nodes = new Nodes({ home, warmPath: this.#path })
    this.#Loader = nodeLoader(FetchLoader, this.#nodes)
  }

  /** Base URL that it plays from now. */
  get base(): string {
    return this.#nodes.base
  }

  /** Plays until `stop`. */
  async run(): Promise<void> {
    if (this.#isRouted) await this.#nodes.start()
    let media: string | undefined
    let next: number | undefined
    while (!this.#stop.signal.aborted) {
      try {
        media ??= await this.#mediaUrl()
        const { data } = await this.#get(next === undefined ? media : `${media}${media.includes('?') ? '&' : '?'}_HLS_msn=${next}`)
        const text = String(data)
        const first = Number(/#EXT-X-MEDIA-SEQUENCE:(\d+)/.exec(text)?.[1])
        const listed = [...text.matchAll(/#EXTINF:([\d.]+),[^\n]*\n(?:#[^\n]*\n)*([^#\n]+)/g)]
        next ??= Math.max(first, first + listed.length - behind)
        for (let index = next - first; index < listed.length; index++, next++) {
          const [, seconds, uri] = listed[index] ?? []
          if (uri === undefined) break
          await this.#get(new URL(uri, media).href)
          this.#played(Number(seconds) * 1000)
        }
      } catch {
        // it is asked for again
      }
      await wait(100, undefined, { signal: this.#stop.signal }).catch(() => undefined)
    }
  }

  stop(): void {
    this.#stop.abort()
    this.#nodes.stop()
    if (Date.now() > this.#emptyAtMs) this.stalls.push({ fromMs: this.#emptyAtMs, toMs: Date.now(), at: this.base })
  }

  #played(ms: number): void {
    const nowMs = Date.now()
    this.segments++
    if (this.#emptyAtMs === Number.POSITIVE_INFINITY) this.#emptyAtMs = nowMs
    if (nowMs > this.#emptyAtMs) this.stalls.push({ fromMs: this.#emptyAtMs, toMs: nowMs, at: this.base })
    this.#emptyAtMs = Math.max(nowMs, this.#emptyAtMs) + ms
  }

  async #mediaUrl(): Promise<string> {
    const url = `${this.base}${this.#path}?node=chosen`
    const text = String((await this.#get(url)).data)
    const uri = text.split('\n').find((line) => line.includes('index.m3u8') && !line.startsWith('#'))
    if (uri === undefined) throw new Error('the stream has no playlist')
    return new URL(uri, url).href
  }

  #get(url: string): Promise<{ readonly data: Buffer }> {
    const { signal } = this.#stop
    return new Promise((resolve, reject) => {
      const loader = new this.#Loader({} as never)
      const end = (error: Error): void => {
        settle()
        reject(error)
      }
      const stopped = (): void => end(new Error('the player has stopped'))
      const late = setTimeout(() => end(new Error('the answer is late')), requestMs)
      const settle = (): void => {
        clearTimeout(late)
        signal.removeEventListener('abort', stopped)
        loader.destroy()
      }
      signal.addEventListener('abort', stopped, { once: true })
      const callbacks = {
        onSuccess: (response: { readonly data: Buffer }) => {
          settle()
          resolve(response)
        },
        onError: ({ code, text }: { readonly code: number; readonly text: string }) => end(new Error(`${code} ${text}`)),
        onTimeout: () => end(new Error('the answer is late')),
      }
      loader.load({ url } as never, { loadPolicy: {} } as never, callbacks as never)
      if (signal.aborted) stopped()
    })
  }
}
