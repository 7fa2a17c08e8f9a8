import { setTimeout as delay } from 'node:timers/promises'
import { repeat } from '../../platform/timing/repeat.ts'
import { listedUrls } from '../origin/warming/listed-urls.ts'
import { maxWarmed, type WarmProgress } from '../origin/warming/warm-schemas.ts'
import { fetchFromFront, type OwnFront, type OwnTarget } from './own-front.ts'

interface Target extends OwnTarget {
  /** How many playlists led here. */
  readonly depth: number
}

const atOnce = 4
const maxOrders = 4
const answerMs = 60_000
/** A multivariant playlist leads to playlists, and those to segments. */
const maxDepth = 2
const reportMs = 1000

/** Fetches from this node's own nginx what its origin names, so that it is kept when viewers come. */
export class CacheWarmer {
  readonly #orders = new Map<number, AbortController>()

  /** Resolves with how it ended. Throws where too many orders run. @param report how far it has come, each second */
  async run(
    front: OwnFront,
    id: number,
    { urls, perSecond }: { readonly urls: readonly string[]; readonly perSecond: number },
    report: (progress: WarmProgress) => void,
  ): Promise<WarmProgress> {
    if (this.#orders.size >= maxOrders) throw new Error(`${maxOrders} orders run already`)
    const stop = new AbortController()
    this.#orders.set(id, stop)
    const { signal } = stop
    const targets = urls.slice(0, maxWarmed).map((url) => targetOf(url, 0))
    const known = new Set(targets.map(keyOf))
    let [next, done, failed, bytes] = [0, 0, 0, 0]
    const progress = (): WarmProgress => ({ total: targets.length, done, failed, bytes })
    const timer = repeat(reportMs, () => report(progress()))
    const startedAt = performance.now()
    let running = 0
    const work = async (): Promise<void> => {
      for (;;) {
        const target = targets[next]
        // what runs may be a playlist that leads to more
        if (target === undefined) {
          if (running === 0) return
          await delay(20, undefined, { signal })
          continue
        }
        next++
        running++
        try {
          await delay(Math.max(0, startedAt + ((next - 1) * 1000) / perSecond - performance.now()), undefined, { signal })
          const fetched = await fetchFromFront(front, target, { signal, answerMs })
          bytes += fetched.bytes
          if (!fetched.isKept) failed++
          for (const url of target.depth < maxDepth ? listedUrls(fetched.playlist, target.path) : []) {
            const found = { ...targetOf(url, target.depth + 1), host: target.host }
            if (targets.length >= maxWarmed || known.has(keyOf(found))) continue
            known.add(keyOf(found))
            targets.push(found)
          }
        } catch {
          if (signal.aborted) return
          failed++
        } finally {
          running--
          done++
        }
      }
    }
    try {
      await Promise.all(Array.from({ length: atOnce }, () => work().catch(() => undefined)))
    } finally {
      clearInterval(timer)
      this.#orders.delete(id)
    }
    return progress()
  }

  stop(id: number): void {
    this.#orders.get(id)?.abort()
  }

  stopAll(): void {
    for (const stop of this.#orders.values()) stop.abort()
  }
}

function targetOf(url: string, depth: number): Target {
  if (url.startsWith('/')) return { host: undefined, path: url, depth }
  const parsed = URL.parse(url)
  // what is no URL is answered as no file
  return parsed === null ? { host: undefined, path: '/', depth } : { host: parsed.host, path: parsed.pathname + parsed.search, depth }
}

const keyOf = ({ host, path }: Target): string => `${host ?? ''} ${path}`
