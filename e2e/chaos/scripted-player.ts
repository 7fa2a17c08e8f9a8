import { setTimeout as wait } from 'node:timers/promises'
import { Nodes } from '../../src-client/index.ts'

/** When the viewer saw nothing new, ms since 1970. */
export interface Stall {
  readonly fromMs: number
  readonly toMs: number
  /** Base URL that it was playing from in the end; undefined where nobody knows. */
  readonly at?: string
}

/** A stall that a viewer notices, ms. */
const noticedMs = 2000

/** Stalls that a viewer notices, but for those in which who plays from the origin alone stalled, too: the machine was too busy. */
export function noticed(stalls: readonly Stall[], control: readonly Stall[]): readonly Stall[] {
  const overlaps = (a: Stall, b: Stall): boolean => a.fromMs < b.toMs + 500 && b.fromMs < a.toMs + 500
  return stalls.filter((stall) => stall.toMs - stall.fromMs > noticedMs && !control.some((each) => overlaps(each, stall)))
}

/** Players give a request up after this time, ms. */
const requestMs = 1500
/** Segments that a player starts behind the newest with. */
const behind = 3

/** A player of HLS without a screen: fetches every segment in time, or notes when it would have stalled. */
export class ScriptedPlayer {
  readonly stalls: Stall[] = []
  /** Segments that were played. */
  segments = 0
  readonly #nodes: Nodes | undefined
  readonly #home: string
  readonly #path: string
  readonly #stop = new AbortController()
  #emptyAtMs = Number.POSITIVE_INFINITY

  /** @param isRouted it chooses nodes by the client package; else it plays from `home` alone */
  constructor(home: string, stream: string, isRouted: boolean) {
    this.#home = home
    this.#path = `/live/${stream}/hls.m3u8`
    this.#nodes = isRouted ? new Nodes({ home, warmPath: this.#path }) : undefined
  }

  /** Base URL that it plays from now. */
  get base(): string {
    return this.#nodes?.base ?? this.#home
  }

  /** Plays until `stop`. */
  async run(): Promise<void> {
    await this.#nodes?.start()
    let media: string | undefined
    let next: number | undefined
    while (!this.#stop.signal.aborted) {
      try {
        media ??= await this.#mediaUrl()
        const url = this.#nodes?.at(media) ?? media
        const text = await (await this.#get(url)).text()
        const first = Number(/#EXT-X-MEDIA-SEQUENCE:(\d+)/.exec(text)?.[1])
        const listed = [...text.matchAll(/#EXTINF:([\d.]+),[^\n]*\n(?:#[^\n]*\n)*([^#\n]+)/g)]
        next ??= Math.max(first, first + listed.length - behind)
        for (let index = next - first; index < listed.length; index++, next++) {
          const [, seconds, uri] = listed[index] ?? []
          if (uri === undefined) break
          await (await this.#get(new URL(uri, url).href)).arrayBuffer()
          this.#played(Number(seconds) * 1000)
        }
      } catch {
        // the next round is at another node, where there is one
      }
      await wait(100, undefined, { signal: this.#stop.signal }).catch(() => undefined)
    }
  }

  stop(): void {
    this.#stop.abort()
    this.#nodes?.stop()
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
    const text = await (await this.#get(url)).text()
    const uri = text.split('\n').find((line) => line.includes('hls.m3u8') && !line.startsWith('#'))
    if (uri === undefined) throw new Error('the stream has no playlist')
    return new URL(uri, url).href
  }

  async #get(url: string): Promise<Response> {
    const { origin } = new URL(url)
    const signal = AbortSignal.any([this.#stop.signal, AbortSignal.timeout(requestMs)])
    try {
      const reply = await fetch(url, { signal, cache: 'no-store' })
      // one that is not there yet is asked for again; a node that has an error is left
      if (reply.status >= 500) throw new Error(String(reply.status))
      if (!reply.ok) await this.#nodes?.check()
      if (!reply.ok) throw new Error(String(reply.status))
      return reply
    } catch (error) {
      if (!this.#stop.signal.aborted && !/^4\d\d$/.test((error as Error).message)) this.#nodes?.failed(origin)
      throw error
    }
  }
}
