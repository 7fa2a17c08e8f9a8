import { type ListedNode, type NodeList, readSignedList } from './node-list.ts'

export interface NodesOptions {
  /** Base URL of the host, or of the node whose page this is: where the first list comes from, and where players go when no node is left. */
  readonly home: string
  /** Keys of the host, as `POST /api/v1/network/routing/key` names them; without them the keys of the first list are trusted. */
  readonly keys?: readonly string[]
  /** Path that a node is asked for before players move there by choice, so that it has the stream by then, e.g. `/live/NAME/index.m3u8`. */
  readonly warmPath?: string
  /** The player fetches from `base` from now on; it was `from`. */
  onMove?(base: string, from: string): void
  /** For tests. */
  readonly fetch?: typeof fetch
  readonly random?: () => number
  readonly now?: () => number
}

/** Nodes that are measured. */
const maxMeasured = 4
/** A node that does not answer within this time is not there, ms. */
const probeMs = 1500
/** A node that has kept a request waiting already gets this time, ms, or as many times what its last answer took. */
const suspectProbeMs = 600
const suspectProbeTimes = 4
/** Home is asked as well when no node has answered for this time, ms. */
const homeAfterMs = 300
const listMs = 2000
/** How often the node in use is asked how it is, ms. */
const checkMs = 3000
/** A node that failed is not used again for so long, ms. */
const restMs = 15_000
/** Nodes that answer nearly as fast as the nearest are as good: some ms, and a share. */
const nearMs = 10
const nearShare = 1.5

interface Probe {
  readonly state: 'serving' | 'draining' | 'away'
  /** When the list of nodes was signed that the node has, ms since 1970. */
  readonly issuedAt: number
  /** How long the answer took. */
  readonly ms: number
}

/** Which node a player fetches from: the nearest of a few, kept while it serves, left when it fails or drains. */
export class Nodes {
  readonly #options: NodesOptions
  readonly #home: string
  readonly #fetch: typeof fetch
  readonly #now: () => number
  readonly #stop = new AbortController()
  /** Base URLs that were ever listed: what was fetched from one of them can be fetched from another. */
  readonly #bases = new Set<string>()
  /** Until when nodes rest that failed, ms of `performance.now`. */
  readonly #failed = new Map<string, number>()
  #keys: readonly string[] | undefined
  #list: NodeList = { nodes: [], issuedAt: 0, keys: [] }
  #base: string
  #timer: ReturnType<typeof setInterval> | undefined
  #checking = false
  /** What the last answers of nodes took, ms. */
  readonly #tookMs = new Map<string, number>()
  /** Of a node that has lost its origin. */
  #leaving: Promise<void> | undefined
  /** Nowhere to go was found: asked again from then on, ms of `performance.now`. */
  #leaveFromMs = 0

  constructor(options: NodesOptions) {
    this.#options = options
    this.#fetch = options.fetch ?? ((...parts) => fetch(...parts))
    this.#now = options.now ?? (() => performance.now())
    this.#home = new URL(options.home).origin
    this.#base = this.#home
    this.#bases.add(this.#home)
    this.#keys = options.keys
  }

  /** Base URL to fetch from now. */
  get base(): string {
    return this.#base
  }

  /** True where the host says that viewers may use nodes, and as long as this one uses one. */
  get isRouted(): boolean {
    return this.#list.nodes.length > 0 || this.#base !== this.#home
  }

  /** The same resource at the node in use; URLs of elsewhere stay as they are. */
  at(url: string): string {
    const { origin } = new URL(url)
    return this.#bases.has(origin) ? this.#base + url.slice(url.indexOf('/', url.indexOf('//') + 2)) : url
  }

  /** Gets the list, measures, and chooses. Never rejects: without a list the player stays at home. */
  async start(): Promise<void> {
    await this.#refresh(this.#home)
    if (this.#stop.signal.aborted) return
    if (!this.isRouted) return
    const base = await this.#choose()
    if (this.#stop.signal.aborted) return
    if (base !== undefined) this.#base = base
    this.#timer = setInterval(() => void this.check(), checkMs)
  }

  stop(): void {
    this.#stop.abort()
    clearInterval(this.#timer)
  }

  /** A request to `base` failed: the player goes to another node at once. False where there is no other. */
  failed(base: string): boolean {
    if (base !== this.#base) return true
    this.#failed.set(base, this.#now() + restMs)
    const next = this.#next()
    if (next === undefined) return false
    this.#move(next)
    // which of the others is nearest is found out while it plays
    void this.#refresh(next)
    return true
  }

  /** A request takes long: asks the node how it is, and leaves it if it does not answer or has lost its origin. */
  async suspect(base: string = this.#base): Promise<void> {
    if (!this.isRouted || base !== this.#base) return
    const usualMs = (this.#tookMs.get(base) ?? suspectProbeMs) * suspectProbeTimes
    const found = await this.#probe(base, Math.min(probeMs, Math.max(suspectProbeMs, usualMs)))
    if (found === undefined) this.failed(base)
    else if (found.state === 'away') await this.#leave(base)
  }

  /** Asks the node in use how it is; a player at a node that drains moves, once another has the stream. */
  async check(): Promise<void> {
    if (this.#checking || this.#stop.signal.aborted) return
    this.#checking = true
    try {
      const base = this.#base
      const found = await this.#probe(base)
      const state = found?.state
      if (found !== undefined && found.issuedAt > this.#list.issuedAt) await this.#refresh(base)
      if (base !== this.#base || !this.isRouted) return
      if (state === undefined) this.failed(base)
      else if (state === 'away') await this.#leave(base)
      else if (state !== 'serving' || base === this.#home) await this.#moveWarm(base)
    } finally {
      this.#checking = false
    }
  }

  /**
   * Leaves a node that has lost its origin, and so has nothing new: for the first node that answers, else for home. It stays where all have
   * lost it. The node's own list is as old as its connection: nobody is asked for a newer one before the move.
   */
  #leave(from: string): Promise<void> {
    if (this.#now() < this.#leaveFromMs) return Promise.resolve()
    this.#leaving ??= this.#firstServing(from)
      .then(
        (base) => {
          if (this.#base !== from || this.#stop.signal.aborted) return
          this.#failed.set(from, this.#now() + restMs)
          this.#move(base)
          void this.#refresh(base)
        },
        () => {
          this.#leaveFromMs = this.#now() + checkMs
        },
      )
      .finally(() => {
        this.#leaving = undefined
      })
    return this.#leaving
  }

  /** Rejects where none serves. */
  #firstServing(but: string): Promise<string> {
    const ask = async (url: string): Promise<string> => {
      if ((await this.#probe(url))?.state !== 'serving') throw new Error('it does not serve')
      return url
    }
    const asked = this.#drawn(this.#candidates(but))
      .slice(0, maxMeasured)
      .map(({ url }) => ask(url))
    if (but !== this.#home) {
      const later = asked.length === 0 ? Promise.resolve() : new Promise((resolve) => setTimeout(resolve, homeAfterMs))
      asked.push(Promise.race([later, Promise.allSettled(asked)]).then(() => ask(this.#home)))
    }
    return Promise.any(asked)
  }

  /** Goes to the nearest other node, if there is one and it has the stream. */
  async #moveWarm(from: string): Promise<void> {
    await this.#refresh(from)
    const base = await this.#choose(from)
    if (base === undefined || !(await this.#warm(base)) || this.#base !== from) return
    this.#move(base)
  }

  async #warm(base: string): Promise<boolean> {
    const { warmPath } = this.#options
    if (warmPath === undefined) return true
    try {
      return (await this.#ask(base + warmPath, listMs * 2)).ok
    } catch {
      return false
    }
  }

  #move(base: string): void {
    const from = this.#base
    this.#base = base
    if (from !== base) this.#options.onMove?.(base, from)
  }

  /** Nodes that take viewers and have not failed lately, but for one. */
  #candidates(but?: string): readonly ListedNode[] {
    const now = this.#now()
    return this.#list.nodes.filter(
      ({ url, weight, draining }) => weight > 0 && !draining && url !== but && (this.#failed.get(url) ?? 0) <= now,
    )
  }

  /** Where to go at once: a node that takes viewers, else home, else what has rested longest. */
  #next(): string | undefined {
    const from = this.#base
    const [first] = this.#drawn(this.#candidates(from))
    if (first !== undefined) return first.url
    if (from !== this.#home && (this.#failed.get(this.#home) ?? 0) <= this.#now()) return this.#home
    const others = [...this.#failed].filter(([url]) => url !== from).sort(([, a], [, b]) => a - b)
    return others[0]?.[0]
  }

  /** In an order by chance, those of more weight rather first. */
  #drawn(nodes: readonly ListedNode[]): readonly ListedNode[] {
    const random = this.#options.random ?? Math.random
    return nodes
      .map((node) => ({ node, key: -Math.log(1 - random()) / node.weight }))
      .sort((a, b) => a.key - b.key)
      .map(({ node }) => node)
  }

  /** The nearest of a few nodes; of several that are about as near, the one that was drawn first. */
  async #choose(but?: string): Promise<string | undefined> {
    const few = this.#drawn(this.#candidates(but)).slice(0, maxMeasured)
    const measured = await Promise.all(
      few.map(async ({ url }) => {
        // the first answer waits for the connection
        if ((await this.#probe(url))?.state !== 'serving') return { url, ms: Number.POSITIVE_INFINITY }
        const again = await this.#probe(url)
        return { url, ms: again?.state === 'serving' ? again.ms : Number.POSITIVE_INFINITY }
      }),
    )
    const best = Math.min(...measured.map(({ ms }) => ms))
    return measured.find(({ ms }) => ms < Number.POSITIVE_INFINITY && ms <= best * nearShare + nearMs)?.url
  }

  /** How a node is, and how long its answer took, ms; undefined where it does not answer. */
  async #probe(base: string, withinMs = probeMs): Promise<Probe | undefined> {
    const from = this.#now()
    try {
      const reply = await this.#ask(`${base}/api/v1/cdn/probe`, withinMs)
      const { state, issuedAt = 0 } = (await reply.json()) as Partial<Probe>
      if (!reply.ok || state === undefined) return undefined
      const ms = this.#now() - from
      this.#tookMs.set(base, ms)
      return { state, issuedAt, ms }
    } catch {
      return undefined
    }
  }

  /** Keeps the former list where no newer one is had. */
  async #refresh(base: string): Promise<void> {
    try {
      const reply = await this.#ask(`${base}/api/v1/cdn/nodes`, listMs)
      if (!reply.ok) return
      const list = await readSignedList(await reply.json(), this.#keys, Date.now())
      // an old list that is shown again changes nothing
      if (list.issuedAt < this.#list.issuedAt) return
      this.#list = list
      this.#keys = list.keys
      for (const { url } of list.nodes) this.#bases.add(new URL(url).origin)
    } catch {
      // the node may be gone: what is known goes on
    }
  }

  #ask(url: string, withinMs: number): Promise<Response> {
    return this.#fetch(url, { cache: 'no-store', signal: AbortSignal.any([this.#stop.signal, AbortSignal.timeout(withinMs)]) })
  }
}
