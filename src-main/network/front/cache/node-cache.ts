import { setImmediate as turn } from 'node:timers/promises'
import { AppError } from '../../../platform/errors.ts'
import type { Logger } from '../../../platform/logger.ts'
import { repeat } from '../../../platform/timing/repeat.ts'
import { Turns } from '../../../platform/timing/turns.ts'
import { FollowedLog } from '../nginx/followed-log.ts'
import { type CacheEntry, fileName, pathOf, readCacheFile, removeFile, setFreshUntil } from './cache-file.ts'
import { CacheIndex } from './cache-index.ts'
import { type FoundObjects, foundObject, maxFound } from './cache-search.ts'
import { CacheSweep } from './cache-sweep.ts'
import { PurgeLedger } from './purge-ledger.ts'
import { checkSelection, nameOfKey, type ObjectName, type PurgeOrder, type PurgeSelection, selectedTarget } from './purge-order.ts'
import { readStoredLine, type StoredLine } from './stored-log.ts'

/** What went, or would go. */
export interface PurgeOutcome {
  readonly objects: number
  readonly bytes: number
}

/** What an origin knows of its purges: those that it still has, oldest first, and the number of the last. */
export interface PurgeHistory {
  readonly last: number
  readonly orders: readonly PurgeOrder[]
}

export interface NodeCacheOptions {
  /** Folder of nginx's files. */
  readonly files: string
  /** nginx's log of stored answers. */
  readonly storedLog: string
  /** The index: made again from the files when it is lost. */
  readonly indexFile: string
  /** Name of the site of a host name; undefined for none. */
  readonly siteOf: (host: string) => string | undefined
  /** How long an answer of a site is fresh by its media type, where the origin did not say it, in seconds. */
  readonly lifetimeOf: (site: string, type: string) => number | undefined
  /** What a site distinguishes answers by, as the words behind the target in its keys. */
  readonly variantsOf: (site: string) => readonly string[]
  readonly sites: () => readonly string[]
  /** A host name of a site; undefined for one that answers for all others. */
  readonly hostOf: (site: string) => string | undefined
  /** An answer that is kept in slices, whose keys are not known from its URL. */
  readonly isSliced: (target: string) => boolean
  readonly reopenLog: () => void
  readonly log: Logger
}

/** Files that are purged before others get their turn. */
const filesAtOnce = 100
/** Lines that wait for the end of a purge. */
const maxPostponed = 20_000
/** After lines about slices the folders are looked at, ms. */
const slicesMs = 2000
/** Between two looks at the folders for files that nginx removed, which it says nowhere, ms: as often as it looks for some to remove. */
const removedMs = 10_000
/** Between two counts of what is kept, ms. */
const countedMs = 1000

/** The cache of one node: what is in it, and its purges, one after the other. */
export class NodeCache {
  readonly #options: NodeCacheOptions
  readonly #index: CacheIndex
  readonly #sweep: CacheSweep
  readonly #ledger: PurgeLedger
  readonly #purges = new Turns(1000, 'purges', 'network.busy')
  readonly #log: FollowedLog<StoredLine>
  /** Objects that were found in the folders and are older than a purge: hard or soft. */
  #late = new Map<string, boolean>()
  #slices: NodeJS.Timeout | undefined
  #removed: NodeJS.Timeout | undefined
  /** Targets whose slices were purged while they were fetched: hard or soft. */
  #purgedSlices = new Map<string, boolean>()
  /** Purges that wait or are carried out. */
  #active = 0
  /** Lines that came during a purge: it does not wait for them, and finds their files by itself. */
  #postponed: StoredLine[] = []
  /** A purge failed: what it was about is purged again at the next connection to the origin. */
  #isBehind = false
  #counted: { readonly atMs: number; readonly objects: number; readonly bytes: number } | undefined
  #stopped = false

  constructor(options: NodeCacheOptions) {
    this.#options = options
    this.#index = new CacheIndex(options.indexFile)
    this.#ledger = new PurgeLedger(options.siteOf)
    this.#sweep = new CacheSweep(options.files, this.#index, (entry) => this.#onFound(entry))
    this.#log = new FollowedLog({
      file: options.storedLog,
      parse: readStoredLine,
      onLines: (lines) => this.#onLines(lines),
      reopen: options.reopenLog,
    })
  }

  /** Reads what is in the files. A purge waits for it. */
  async start(): Promise<void> {
    const startedAt = performance.now()
    await this.#sweep.run()
    this.#options.log.info(
      { ...this.#index.figures(), ms: Math.round(performance.now() - startedAt) },
      'the index of the cache is complete',
    )
    if (!this.#stopped) this.#removed = repeat(removedMs, () => this.#lookLater())
  }

  /** Number of the last purge that this node carried out; undefined for a new one. */
  get lastPurge(): number | undefined {
    return this.#index.lastPurge
  }

  /** What is kept, as it was within the last second: strangers ask for it, and counting reads the whole index. */
  figures(): { readonly objects: number; readonly bytes: number } {
    const nowMs = performance.now()
    if (this.#counted === undefined || nowMs - this.#counted.atMs > countedMs) this.#counted = { atMs: nowMs, ...this.#index.figures() }
    const { objects, bytes } = this.#counted
    return { objects, bytes }
  }

  /** Purges, and resolves when nothing of it is served as fresh any more. Throws `network.purge_invalid`, `network.busy`. */
  purge(order: PurgeOrder): Promise<PurgeOutcome> {
    checkSelection(order.selection)
    // Before its turn: what is stored from now on is compared with it.
    this.#ledger.add(order)
    this.#active++
    return this.#next(order).finally(() => {
      if (--this.#active === 0) void this.#takePostponed()
    })
  }

  async #next(order: PurgeOrder): Promise<PurgeOutcome> {
    const { selection } = order
    const direct = this.#onlyWhole(selection) ? this.#namesOf(selection.urls ?? []) : undefined
    // Not in its turn: purges that wait share one look at the folders.
    const looked = direct === undefined ? this.#look() : Promise.resolve(new Map<string, boolean>())
    looked.catch(() => undefined)
    return this.#purges.next(async () => {
      try {
        return await this.#purge(order, direct, await looked)
      } catch (error) {
        this.#isBehind = true
        throw error
      }
    })
  }

  async #purge(order: PurgeOrder, direct: readonly string[] | undefined, late: ReadonlyMap<string, boolean>): Promise<PurgeOutcome> {
    const { selection } = order
    // A purge that did not see every file is carried out at the next start.
    if (this.#stopped) throw new AppError('network.busy', 'The node is stopping')
    const found = this.#index.find(selection, this.#options.siteOf).map(({ name }) => name)
    const outcome = await this.#apply([...new Set([...found, ...(direct ?? [])])], order.hard)
    this.#purgeLate(late)
    if (!this.#isBehind && order.number > (this.#index.lastPurge ?? -1)) this.#index.lastPurge = order.number
    return outcome
  }

  /** Objects whose URL or path starts like this. Throws `network.purge_invalid`. */
  search(prefix: string): FoundObjects {
    const { files, siteOf, hostOf } = this.#options
    checkSelection({ prefixes: [prefix] })
    const selected = selectedTarget(prefix, siteOf)
    if (selected === undefined) return { objects: [], hasMore: false }
    const names = this.#index.startingWith(selected, maxFound + 1)
    const objects = names.slice(0, maxFound).flatMap((name) => {
      const entry = readCacheFile(pathOf(files, name))
      return entry === undefined ? [] : (foundObject(entry, hostOf) ?? [])
    })
    return { objects, hasMore: names.length > maxFound }
  }

  /** What a purge would take along. */
  async preview(selection: PurgeSelection): Promise<PurgeOutcome> {
    checkSelection(selection)
    this.#purgeLate(await this.#look())
    const files = this.#index.find(selection, this.#options.siteOf)
    return { objects: files.length, bytes: files.reduce((sum, { bytes }) => sum + bytes, 0) }
  }

  /**
   * Carries out what was purged while this node was away; call it before viewers are served. Where the origin does not know all of it any
   * more, everything becomes stale.
   */
  async catchUp({ last, orders }: PurgeHistory): Promise<void> {
    this.#isBehind = false
    const since = this.#index.lastPurge
    const missed = orders.filter(({ number }) => since === undefined || number > since)
    // A new node has nothing that an older purge was about, unless its cache is older than its index.
    const complete =
      since === last || (since !== undefined && since < last && missed[0]?.number === since + 1) || this.#index.figures().objects === 0
    if (complete) for (const order of missed) await this.purge(order)
    else await this.purge({ number: last, selection: { everything: true }, hard: false })
    if (!this.#isBehind) this.#index.lastPurge = last
  }

  async stop(): Promise<void> {
    this.#stopped = true
    clearTimeout(this.#slices)
    clearInterval(this.#removed)
    await this.#log.stop()
    await this.#sweep.stop()
    await this.#purges.behind(async () => undefined)
    this.#index.close()
  }

  /** URLs of whole answers alone: their files are known without looking at all folders, which takes tens of milliseconds. */
  #onlyWhole({ urls = [], prefixes = [], patterns = [], tags = [], everything = false }: PurgeSelection): boolean {
    if (everything || prefixes.length + patterns.length + tags.length > 0) return false
    return urls.every((url) => !this.#options.isSliced(selectedTarget(url, this.#options.siteOf)?.target ?? ''))
  }

  /** Files of URLs, in all variants, whether the index knows them yet or not. */
  #namesOf(urls: readonly string[]): readonly string[] {
    const { siteOf, sites, variantsOf } = this.#options
    return urls.flatMap((url) => {
      const selected = selectedTarget(url, siteOf)
      if (selected === undefined) return []
      const given = url.replace(/^https?:\/\/[^/?#]*/i, '').replace(/#.*$/s, '')
      const targets = new Set([selected.target, given])
      const named = selected.site === undefined ? sites() : [selected.site]
      return named.flatMap((site) =>
        variantsOf(site).flatMap((variant) => [...targets].map((target) => fileName(`${site} ${target} ${variant}`))),
      )
    })
  }

  async #apply(names: readonly string[], hard: boolean): Promise<PurgeOutcome> {
    let objects = 0
    let bytes = 0
    for (let at = 0; at < names.length; at += filesAtOnce) {
      if (at > 0) await turn()
      const gone: string[] = []
      for (const name of names.slice(at, at + filesAtOnce)) {
        const freed = this.#purgeFile(name, hard)
        if (freed === undefined || hard) gone.push(name)
        if (freed === undefined) continue
        objects++
        bytes += freed
      }
      if (gone.length > 0) this.#index.remove(gone)
    }
    return { objects, bytes }
  }

  #purgeFile(name: string, hard: boolean): number | undefined {
    const path = pathOf(this.#options.files, name)
    return hard ? removeFile(path) : setFreshUntil(path, Date.now() / 1000 - 1)
  }

  #onLines(lines: readonly StoredLine[]): void {
    const waits = this.#active > 0 || this.#postponed.length > 0
    if (waits && this.#postponed.length < maxPostponed) this.#postponed.push(...lines)
    else this.#takeLines(lines)
  }

  async #takePostponed(): Promise<void> {
    while (this.#active === 0 && this.#postponed.length > 0 && !this.#stopped) {
      this.#takeLines(this.#postponed.splice(0, filesAtOnce))
      await turn()
    }
  }

  #takeLines(lines: readonly StoredLine[]): void {
    // An answer that only said that the old one is right has no type and no tags of its own.
    const stored = lines.filter((line) => !line.sliced && !line.revalidated)
    const entries = stored.flatMap((line) => readCacheFile(pathOf(this.#options.files, fileName(line.key))) ?? [])
    this.#index.put(entries)
    const byKey = new Map(entries.map((entry) => [entry.key, entry]))
    for (const line of lines) {
      const named = nameOfKey(line.key)
      if (named === undefined) continue
      if (line.sliced) this.#onSlice(line, named)
      else this.#onStored(line, named, byKey.get(line.key))
    }
  }

  #onStored(line: StoredLine, named: ObjectName, entry: CacheEntry | undefined): void {
    const name = fileName(line.key)
    const path = pathOf(this.#options.files, name)
    const known = entry ?? { ...line, type: line.type || (this.#index.typeOf(name) ?? '') }
    const purged = this.#ledger.match({ ...named, ...known, askedAt: line.askedAt })
    if (purged !== undefined) {
      this.#purgeFile(name, purged === 'hard')
      return
    }
    if (line.hasLifetime || line.missing) return
    const lifetime = this.#options.lifetimeOf(named.site, known.type)
    if (lifetime === 0) removeFile(path)
    else if (lifetime !== undefined) setFreshUntil(path, line.storedAt / 1000 + lifetime)
  }

  /** Which slices were stored is seen in the files alone. */
  #onSlice(line: StoredLine, named: ObjectName): void {
    const purged = this.#ledger.match({ ...named, tags: line.tags, manyTags: line.manyTags, askedAt: line.askedAt })
    if (purged === undefined) {
      this.#slices ??= setTimeout(() => {
        this.#slices = undefined
        this.#lookLater()
      }, slicesMs)
      return
    }
    const isFirst = this.#purgedSlices.size === 0
    const former = this.#purgedSlices.get(named.target)
    this.#purgedSlices.set(named.target, former === true || purged === 'hard')
    if (isFirst) {
      void this.#purges
        .behind(() => this.#purgeSlices())
        .catch((error) => this.#options.log.error({ err: error }, 'slices that were purged while they were fetched are still there'))
    }
  }

  /** A file has a line for each of its slices: the folders are looked at once for all. */
  async #purgeSlices(): Promise<void> {
    const targets = this.#purgedSlices
    this.#purgedSlices = new Map()
    this.#purgeLate(await this.#look())
    for (const [target, hard] of targets) {
      const files = this.#index.find({ urls: [target] }, this.#options.siteOf)
      await this.#apply(
        files.map(({ name }) => name),
        hard,
      )
    }
  }

  /** No line came about it yet: its own time says whether it is older than a purge. */
  #onFound(entry: CacheEntry): void {
    const named = nameOfKey(entry.key)
    const purged = named && this.#ledger.match({ ...named, ...entry, askedAt: entry.storedAt })
    if (purged !== undefined) this.#late.set(fileName(entry.key), purged === 'hard')
  }

  #lookLater(): void {
    void this.#look()
      .then((late) => this.#purgeLate(late))
      .catch((error) => this.#options.log.error({ err: error }, 'the cache could not be read'))
  }

  /** Brings the index in line with the folders. Returns what is older than a purge. */
  async #look(): Promise<ReadonlyMap<string, boolean>> {
    await this.#sweep.run()
    const late = this.#late
    this.#late = new Map()
    return late
  }

  #purgeLate(late: ReadonlyMap<string, boolean>): void {
    for (const [name, hard] of late) this.#purgeFile(name, hard)
  }
}
