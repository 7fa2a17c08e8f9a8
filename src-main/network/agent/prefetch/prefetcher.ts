import { randomBytes } from 'node:crypto'
import { repeat } from '../../../platform/timing/repeat.ts'
import { type AskedRequest, prefetchAgent } from '../../front/nginx/asked-log.ts'
import { RecentMap } from '../../limits/recent-map.ts'
import { listedUrls } from '../../origin/warming/listed-urls.ts'
import type { FetchedFile, FetchLimits, OwnTarget } from '../own-front.ts'
import { NextRequests } from './next-requests.ts'
import { PredictionScore } from './prediction-score.ts'

/** So many requests ahead of a player. */
const ahead = 2
const atOnce = 4
const maxQueued = 100
const perSecond = 50
const answerMs = 30_000
const maxBytes = 32 * 1024 * 1024
/** What was asked for this recently is kept, or cannot be, ms. */
const recentMs = 60_000
/** A playlist is read again after this time, ms. */
const playlistMs = 10_000
const sweepMs = 1000

/** What prefetch did since the start. */
export interface PrefetchFigures {
  /** False while too few predictions come: they are made, and nothing is fetched. */
  readonly isOn: boolean
  readonly predicted: number
  /** Of the newest predictions; null before the first. */
  readonly share: number | null
  readonly fetched: number
  readonly bytes: number
}

export interface PrefetcherOptions {
  /** Fetches from this node's own nginx. */
  readonly fetch: (target: OwnTarget, limits: FetchLimits) => Promise<FetchedFile>
  /** On any clock that does not go back, ms. */
  readonly now?: () => number
}

/** What leads to each variant that nginx keeps. */
const acceptEncodings = { '': '', gzip: 'gzip', br: 'gzip, deflate, br' } as const

interface Wanted extends OwnTarget {
  /** As the player accepts it whose next request it is. */
  readonly encoding: AskedRequest['encoding']
  /** Its order is to be learned, whether it is kept or not. */
  readonly isPlaylist: boolean
}

/** Has nginx fetch what players ask for next, as long as that proves right. */
export class Prefetcher {
  /** User agent of its requests, which nobody else knows, so that no viewer leaves the figures by it. */
  readonly userAgent = `${prefetchAgent}/${randomBytes(12).toString('hex')}`
  readonly #fetch: PrefetcherOptions['fetch']
  readonly #now: () => number
  readonly #next = new NextRequests()
  readonly #score = new PredictionScore()
  /** When each URL was last asked for, by a player or from here. */
  readonly #recent = new RecentMap<number>(20_000)
  readonly #playlists = new RecentMap<number>(2000)
  readonly #stop = new AbortController()
  readonly #timer: NodeJS.Timeout
  #queue: Wanted[] = []
  #running = 0
  #second = { at: 0, started: 0 }
  #fetched = 0
  #bytes = 0
  #isUsed = false

  constructor({ fetch, now = () => performance.now() }: PrefetcherOptions) {
    this.#fetch = fetch
    this.#now = now
    this.#timer = repeat(sweepMs, () => {
      this.#score.sweep(this.#now())
      this.#work()
    })
  }

  /** Undefined while no request has come below a rule with prefetch. */
  figures(): PrefetchFigures | undefined {
    if (!this.#isUsed) return undefined
    const { isOn, predicted, share } = this.#score
    return { isOn, predicted, share, fetched: this.#fetched, bytes: this.#bytes }
  }

  /** Requests of players, as nginx logs them. */
  seen(requests: readonly AskedRequest[]): void {
    this.#score.sweep(this.#now())
    for (const { host, path, isPlaylist, encoding, player } of requests) {
      this.#isUsed = true
      const now = this.#now()
      const url = `${host} ${path}`
      this.#score.asked(url)
      this.#recent.set(url, now)
      this.#next.add(player, url, now)
      if (isPlaylist && now - (this.#playlists.get(url) ?? Number.NEGATIVE_INFINITY) >= playlistMs) {
        this.#playlists.set(url, now)
        this.#enqueue({ host, path, encoding, isPlaylist: true })
      }
      this.#predict(url, encoding)
    }
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#stop.abort()
    this.#queue = []
  }

  #predict(url: string, encoding: Wanted['encoding']): void {
    const known = new Set([url])
    for (let step = 0, at = this.#next.after(url); step < ahead && at !== undefined && !known.has(at); step++) {
      known.add(at)
      this.#expect(at, encoding)
      at = this.#next.after(at)
    }
  }

  #expect(url: string, encoding: Wanted['encoding']): void {
    const now = this.#now()
    if (this.#score.isWaiting(url) || now - (this.#recent.get(url) ?? Number.NEGATIVE_INFINITY) < recentMs) return
    if (!this.#score.add(url, now) || !this.#score.isOn) return
    const space = url.indexOf(' ')
    this.#enqueue({ host: url.slice(0, space), path: url.slice(space + 1), encoding, isPlaylist: false })
  }

  #enqueue(wanted: Wanted): void {
    if (this.#queue.length >= maxQueued) return
    this.#queue.push(wanted)
    this.#work()
  }

  #work(): void {
    const second = Math.floor(this.#now() / 1000)
    if (this.#second.at !== second) this.#second = { at: second, started: 0 }
    while (this.#running < atOnce && this.#second.started < perSecond) {
      const wanted = this.#queue.shift()
      if (wanted === undefined) return
      this.#second.started++
      this.#running++
      void this.#run(wanted).finally(() => {
        this.#running--
        if (!this.#stop.signal.aborted) this.#work()
      })
    }
  }

  async #run({ host, path, encoding, isPlaylist }: Wanted): Promise<void> {
    const limits = {
      ...{ signal: this.#stop.signal, answerMs, maxBytes, userAgent: this.userAgent },
      // a playlist is to be read
      encoding: isPlaylist ? 'identity' : acceptEncodings[encoding],
    }
    // a prediction that cannot be fetched is judged by whether it comes all the same
    const file = await this.#fetch({ host, path }, limits).catch(() => undefined)
    if (file === undefined) return
    if (!isPlaylist) {
      this.#fetched++
      this.#bytes += file.bytes
      return
    }
    const listed = listedUrls(file.playlist, path).map((each) => `${host} ${each}`)
    this.#next.addList(listed)
    for (const url of listed.slice(0, ahead)) this.#expect(url, encoding)
  }
}
