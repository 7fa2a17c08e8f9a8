import { matchesPattern, type ObjectName, type PurgeOrder, selectedTarget } from './purge-order.ts'

/** How long purges are kept, ms: an answer that takes longer is treated as purged. */
const keptMs = 120_000
/** The most that is kept of URLs, tags, prefixes and patterns; what is older counts as purged altogether. */
const maxKept = 20_000

/** An answer that was asked for at some time, and is stored now. */
export interface StoredAnswer extends ObjectName {
  readonly tags: readonly string[]
  readonly manyTags: boolean
  /** When the request for it came, ms of this machine's clock. */
  readonly askedAt: number
}

interface Purged {
  readonly at: number
  readonly hard: boolean
}

type Matched = 'hard' | 'soft' | undefined

/** A list of purges of one kind, the newest of a text last. */
class RecentPurges extends Map<string, Purged> {
  put(text: string, purged: Purged): void {
    const former = this.get(text)
    this.delete(text)
    // A hard purge is not weakened by a soft one behind it.
    this.set(text, { at: purged.at, hard: purged.hard || former?.hard === true })
  }
}

/**
 * What was purged of late. An answer that was asked for before a purge, and is stored after it, is old: it is found when the line about it
 * comes.
 */
export class PurgeLedger {
  readonly #siteOf: (host: string) => string | undefined
  readonly #now: () => number
  readonly #urls = new RecentPurges()
  readonly #tags = new RecentPurges()
  readonly #prefixes = new RecentPurges()
  readonly #patterns = new RecentPurges()
  #everything: Purged | undefined
  /** What was asked for before this is older than what is remembered. */
  #horizon = -Infinity

  /** @param now ms of the clock that the times of answers are of */
  constructor(siteOf: (host: string) => string | undefined, now: () => number = Date.now) {
    this.#siteOf = siteOf
    this.#now = now
  }

  /** Keeps what is purged now. Call it before the purge looks for what is stored. */
  add({ selection, hard }: PurgeOrder): void {
    const purged = { at: this.#now(), hard }
    if (selection.everything === true) this.#everything = { at: purged.at, hard: hard || this.#everything?.hard === true }
    for (const each of selection.urls ?? []) this.#urls.put(each, purged)
    for (const each of selection.tags ?? []) this.#tags.put(each, purged)
    for (const each of selection.prefixes ?? []) this.#prefixes.put(each, purged)
    for (const each of selection.patterns ?? []) this.#patterns.put(each, purged)
    this.#trim(purged.at)
  }

  /** Whether an answer was purged between its request and its storage, and how. */
  match(answer: StoredAnswer): Matched {
    // Times of the log are in ms and of the clock here: a little more is purged rather than too little.
    const asked = answer.askedAt - 1
    const hits: Purged[] = []
    const hit = (purged: Purged | undefined): void => {
      if (purged !== undefined && asked <= purged.at) hits.push(purged)
    }
    hit(this.#everything)
    for (const tag of answer.tags) hit(this.#tags.get(tag))
    if (answer.manyTags) for (const purged of this.#tags.values()) hit(purged)
    this.#matchTargets(answer, asked, hit)
    if (hits.length > 0) return hits.some(({ hard }) => hard) ? 'hard' : 'soft'
    return asked <= this.#horizon ? 'soft' : undefined
  }

  #matchTargets({ site, target }: ObjectName, asked: number, hit: (purged: Purged) => void): void {
    const look = (list: RecentPurges, fits: (pattern: string) => boolean): void => {
      for (const [text, purged] of list) {
        if (asked > purged.at) continue
        const selected = selectedTarget(text, this.#siteOf)
        if (selected !== undefined && (selected.site === undefined || selected.site === site) && fits(selected.target)) hit(purged)
      }
    }
    look(this.#urls, (url) => url === target)
    look(this.#prefixes, (prefix) => target.startsWith(prefix))
    look(this.#patterns, (pattern) => matchesPattern(pattern, target))
  }

  /** Entries are in the order of their time, so that the first is the oldest. */
  #trim(now: number): void {
    const lists = [this.#urls, this.#tags, this.#prefixes, this.#patterns]
    for (const list of lists) {
      for (const [text, { at }] of list) {
        const over = lists.reduce((sum, { size }) => sum + size, 0) > maxKept
        if (!over && now - at <= keptMs) break
        list.delete(text)
        this.#horizon = Math.max(this.#horizon, at)
      }
    }
    if (this.#everything !== undefined && now - this.#everything.at > keptMs) {
      this.#horizon = Math.max(this.#horizon, this.#everything.at)
      this.#everything = undefined
    }
  }
}
