import { isDeepStrictEqual } from 'node:util'
import { isFault } from '../../formats/fault.ts'
import { readPngPixels } from '../../formats/images/png-pixels.ts'
import type { ChosenSettings } from '../../media/following/chosen-settings.ts'
import { LevelWatch } from '../../media/following/follow-level.ts'
import type { AuditLog } from '../../platform/audit.ts'
import { AppError } from '../../platform/errors.ts'
import type { EventBus } from '../../platform/events/events.ts'
import type { Logger } from '../../platform/logger.ts'
import { repeat } from '../../platform/timing/repeat.ts'
import { listOf, numberOf, type Said } from '../connection/said.ts'
import type { InstanceBook } from '../instances/instance-book.ts'
import type { ObsSession } from '../instances/obs-session.ts'
import type { StatusReader } from '../instances/status/status-reader.ts'
import { type FollowChange, type Following, type FollowingKind, usualFollows } from '../schemas/following.ts'
import { imageWays, levelWays, type ObsSettings, peakBefore, shownSettings } from './filter-ways.ts'
import type { FollowingStore, StoredFollowing } from './following-store.ts'

export interface FollowingFiltersDependencies {
  readonly book: Pick<InstanceBook, 'session' | 'sessions' | 'onEvent' | 'wantLevels' | 'describe'>
  readonly reader: Pick<StatusReader, 'screenshot'>
  readonly store: FollowingStore
  readonly events: Pick<EventBus, 'publish' | 'subscribe'>
  readonly audit: Pick<AuditLog, 'record'>
  readonly log: Pick<Logger, 'warn'>
  /** How often each filter looks, ms. */
  readonly everyMs?: number
}

/** How often each filter looks at the image, or the level, ms. */
const usualEveryMs = 1000
/** Width of the image that is looked at, pixels. */
const imageWidth = 96
/** Of the tallest image that comes of it. */
const maxPixels = imageWidth * 1024
/** Readings of a level, in meters of OBS, which come every 50 ms. */
const metersInReading = 2
/** Filters that follow, of one OBS. */
const maxFollowing = 100

interface Entry {
  stored: StoredFollowing
  chosen: ChosenSettings | undefined
  problem: string | null
  /** All its settings, as they were when it looked last. */
  settings: ObsSettings
  watch: LevelWatch
  meters: number
  peakDb: number
  /** The look that is under way, or the change. */
  turn: Promise<void>
  looking: boolean
}

const keyOf = ({ instance, source, filter }: Pick<StoredFollowing, 'instance' | 'source' | 'filter'>): string =>
  JSON.stringify([instance, source, filter])

/** Filters of OBS whose settings follow the light or the level: looks, chooses within limits, sets. */
export class FollowingFilters {
  readonly #dependencies: FollowingFiltersDependencies
  readonly #entries = new Map<string, Entry>()
  readonly #leave: readonly (() => void)[]
  /** Defaults of a kind of filter, of an instance. */
  readonly #defaults = new Map<string, ObsSettings>()
  #timer: NodeJS.Timeout | undefined
  #stopped = true

  private constructor(dependencies: FollowingFiltersDependencies) {
    this.#dependencies = dependencies
    const { book, events } = dependencies
    this.#leave = [
      book.onEvent(({ id }, event, data) => this.#onEvent(id, event, data)),
      events.subscribe(({ topic, data }) => {
        if (topic === 'obs.removed') this.#drop((data as { readonly id: string }).id)
      }),
    ]
  }

  /** Reads them from the store; nothing is looked at before `start`. */
  static async open(dependencies: FollowingFiltersDependencies): Promise<FollowingFilters> {
    const filters = new FollowingFilters(dependencies)
    for (const stored of await dependencies.store.all()) filters.#entries.set(keyOf(stored), newEntry(stored))
    return filters
  }

  start(): void {
    this.#stopped = false
    this.#arrange()
  }

  stop(): void {
    this.#stopped = true
    clearInterval(this.#timer)
    for (const leave of this.#leave) leave()
  }

  /** Throws `obs.not_found`. */
  list(idOrName: string): Following[] {
    const { id } = this.#dependencies.book.describe(idOrName)
    return [...this.#entries.values()].filter(({ stored }) => stored.instance === id).map(viewOf)
  }

  /**
   * Has a filter follow, or not, or within other limits. Where it no longer does, what was set before is set again. Rejects with `obs.*` and
   * `request.invalid`.
   */
  async change(idOrName: string, { source, filter, ...changes }: FollowChange, actor: string): Promise<Following> {
    const { book, audit } = this.#dependencies
    const session = book.session(idOrName)
    const kind = kindOf(session, source, filter)
    const key = keyOf({ instance: session.id, source, filter })
    const known = this.#entries.get(key)
    const same = known?.stored.kind === kind ? known : undefined
    if (known === undefined && this.#of(session.id).length >= maxFollowing)
      throw new AppError('obs.limit', `At most ${maxFollowing} filters of an OBS follow`)
    const entry = same ?? newEntry({ ...usualFollows, instance: session.id, source, filter, kind, before: null, made: null })
    this.#entries.set(key, entry)
    await this.#inTurn(entry, async () => {
      const { stored } = entry
      const next: StoredFollowing = { ...stored, ...changes }
      const restarts = !next.on || !isDeepStrictEqual(fieldsOf(stored), fieldsOf(next))
      if (restarts && stored.before !== null) await setSettings(session, stored, stored.before)
      await this.#keep(entry, { ...next, ...(restarts && { before: null, made: null }) })
      if (restarts) Object.assign(entry, { chosen: undefined, problem: null, watch: new LevelWatch() })
    })
    audit.record({
      kind: 'command',
      message: `OBS ${session.name}: the filter ${filter} of ${source} ${entry.stored.on ? 'follows' : 'does not follow'}`,
      actor,
      data: { obs: session.id },
    })
    this.#arrange()
    return this.#publish(entry)
  }

  #of(instance: string): Entry[] {
    return [...this.#entries.values()].filter(({ stored }) => stored.instance === instance)
  }

  #drop(instance: string): void {
    for (const entry of this.#of(instance)) this.#entries.delete(keyOf(entry.stored))
    this.#arrange()
  }

  /** Looks while something follows, and has OBS send levels while a filter follows them. */
  #arrange(): void {
    const on = this.#stopped ? [] : [...this.#entries.values()].filter(({ stored }) => stored.on)
    const levelled = on.filter(({ stored }) => levelWays.has(stored.kind)).map(({ stored }) => stored.instance)
    this.#dependencies.book.wantLevels('following', new Set(levelled))
    if (on.length > 0) this.#timer ??= repeat(this.#dependencies.everyMs ?? usualEveryMs, () => this.#look())
    else {
      clearInterval(this.#timer)
      this.#timer = undefined
    }
  }

  #look(): void {
    const sessions = new Map(this.#dependencies.book.sessions().map((session) => [session.id, session]))
    for (const entry of this.#entries.values()) {
      const session = sessions.get(entry.stored.instance)
      if (!entry.stored.on || entry.looking || session === undefined) continue
      entry.looking = true
      this.#inTurn(entry, () => this.#check(entry, session))
        .catch((error: unknown) => {
          // OBS has ended, or the source has gone meanwhile: the next look says how it is.
          if (!(error instanceof AppError)) this.#dependencies.log.warn({ err: error }, 'a filter of OBS could not follow')
        })
        .finally(() => {
          entry.looking = false
        })
    }
  }

  async #check(entry: Entry, session: ObsSession): Promise<void> {
    const { source, filter, kind } = entry.stored
    const present = filtersOf(session, source)?.find(({ name }) => name === filter)
    if (present?.kind !== kind) return this.#setProblem(entry, 'OBS has no such filter at present')
    if (!entry.stored.on || !present.enabled || !isSeen(session, source)) return this.#setProblem(entry, null)
    const settings = await this.#settingsOf(session, entry.stored)
    entry.settings = settings
    const current = pick(settings, fieldsOf(entry.stored))
    // Somebody else set it: that is what it starts from.
    const byOthers = entry.stored.made !== null && !isDeepStrictEqual(pick(entry.stored.made, fieldsOf(entry.stored)), current)
    if (byOthers) entry.chosen = undefined
    if (byOthers || entry.stored.before === null) await this.#keep(entry, { ...entry.stored, before: current, made: null })
    const made = await this.#choose(entry, session, { ...settings, ...entry.stored.before })
    if (made === undefined) return
    // By then somebody may have removed it.
    if (this.#entries.get(keyOf(entry.stored)) !== entry) return
    // Or set it, while the image was on its way: the next look starts from that.
    if (!isDeepStrictEqual(pick(await this.#settingsOf(session, entry.stored), fieldsOf(entry.stored)), current)) {
      entry.chosen = undefined
      return this.#keep(entry, { ...entry.stored, before: null, made: null })
    }
    await setSettings(session, entry.stored, made)
    entry.settings = { ...settings, ...made }
    await this.#keep(entry, { ...entry.stored, made: pick({ ...current, ...made }, fieldsOf(entry.stored)) })
    this.#publish(entry)
  }

  /** What to set, in the words of OBS; undefined where all is as it should be. */
  async #choose(entry: Entry, session: ObsSession, set: ObsSettings): Promise<Readonly<Record<string, string | number>> | undefined> {
    const { source, kind, made } = entry.stored
    const [byImage, byLevel] = [imageWays.get(kind), levelWays.get(kind)]
    const way = byImage ?? byLevel
    if (way === undefined) return undefined
    this.#setProblem(entry, way.problem?.(set) ?? null)
    if (entry.problem !== null) return undefined
    const before = entry.chosen ?? (made === null ? undefined : way.fromObs(made))
    let next: ChosenSettings | undefined
    if (byImage !== undefined) {
      const { data } = await this.#dependencies.reader.screenshot(session, { source, format: 'png', width: imageWidth })
      const pixels = readPngPixels(data, maxPixels)
      if (isFault(pixels)) {
        this.#setProblem(entry, `The image that OBS sent cannot be read: ${pixels.fault}`)
        return undefined
      }
      next = byImage.choose(pixels.rgba, set, before, entry.stored)
    } else {
      const { loudness } = entry.watch
      next = loudness && byLevel?.choose(loudness, set, before, entry.stored)
      // Noise is heard behind the filter: with other settings it is listened to again.
      if (next !== undefined && next !== before && kind === 'noise_suppress_filter_v2') entry.watch = new LevelWatch()
    }
    if (next === undefined || next === before) {
      entry.chosen = before
      return undefined
    }
    entry.chosen = next
    return way.toObs(next)
  }

  #onEvent(instance: string, event: string, data: Record<string, unknown>): void {
    if (event === 'InputVolumeMeters') this.#hear(instance, data)
    else if (event === 'SourceFilterNameChanged')
      this.#rename(instance, data.sourceName, data.sourceName, data.oldFilterName, data.filterName)
    else if (event === 'InputNameChanged') this.#rename(instance, data.oldInputName, data.inputName)
    else if (event === 'SceneNameChanged') this.#rename(instance, data.oldSceneName, data.sceneName)
  }

  #hear(instance: string, { inputs }: Record<string, unknown>): void {
    for (const entry of this.#entries.values()) {
      const { stored } = entry
      if (stored.instance !== instance || !stored.on || !levelWays.has(stored.kind)) continue
      const input = listOf(inputs).find(({ inputName }) => inputName === stored.source)
      if (input === undefined) continue
      // The third level of a channel is behind the filters and before the fader.
      const channels = Array.isArray(input.inputLevelsMul) ? input.inputLevelsMul : []
      const peak = Math.max(0, ...channels.map((channel: unknown) => numberOf((channel as unknown[] | undefined)?.[2])))
      entry.peakDb = Math.max(entry.peakDb, peakBefore(stored.kind, 20 * Math.log10(peak), entry.settings))
      entry.meters++
      if (entry.meters % metersInReading !== 0) continue
      entry.watch.add(entry.peakDb)
      entry.peakDb = Number.NEGATIVE_INFINITY
    }
  }

  /** It goes on under its other name. */
  #rename(instance: string, oldSource: unknown, source: unknown, oldFilter?: unknown, filter?: unknown): void {
    if (typeof source !== 'string' || (oldFilter !== undefined && typeof filter !== 'string')) return
    for (const entry of this.#of(instance)) {
      const { stored } = entry
      if (stored.source !== oldSource || (oldFilter !== undefined && stored.filter !== oldFilter)) continue
      this.#entries.delete(keyOf(stored))
      const next: StoredFollowing = { ...stored, source, ...(typeof filter === 'string' && { filter }) }
      this.#entries.set(keyOf(next), entry)
      entry.stored = next
      const { store, log } = this.#dependencies
      store
        .remove(stored)
        .then(() => store.save(next))
        .catch((error: unknown) => log.warn({ err: error }, 'a filter of OBS that follows could not be kept under its other name'))
    }
  }

  /** All of them: OBS names what differs from its defaults alone. */
  async #settingsOf(session: ObsSession, { source, filter, kind }: StoredFollowing): Promise<ObsSettings> {
    const said = await session.call('GetSourceFilter', { sourceName: source, filterName: filter })
    return { ...(await this.#defaultsOf(session, kind)), ...(said?.filterSettings as Said | undefined) }
  }

  async #defaultsOf(session: ObsSession, kind: FollowingKind): Promise<ObsSettings> {
    const key = `${session.id} ${session.version.obs} ${kind}`
    const known = this.#defaults.get(key)
    if (known !== undefined) return known
    const said = await session.call('GetSourceFilterDefaultSettings', { filterKind: kind })
    const defaults = (said?.defaultFilterSettings ?? {}) as ObsSettings
    this.#defaults.set(key, defaults)
    return defaults
  }

  #setProblem(entry: Entry, problem: string | null): void {
    if (entry.problem === problem) return
    entry.problem = problem
    this.#publish(entry)
  }

  #inTurn(entry: Entry, work: () => Promise<void>): Promise<void> {
    const turn = entry.turn.then(work)
    entry.turn = turn.catch(() => undefined)
    return turn
  }

  async #keep(entry: Entry, stored: StoredFollowing): Promise<void> {
    entry.stored = stored
    await this.#dependencies.store.save(stored)
  }

  #publish(entry: Entry): Following {
    const view = viewOf(entry)
    this.#dependencies.events.publish('obs.following', { obs: entry.stored.instance, ...view }, { volatile: true })
    return view
  }
}

const newEntry = (stored: StoredFollowing): Entry => ({
  stored,
  chosen: undefined,
  problem: null,
  settings: {},
  watch: new LevelWatch(),
  meters: 0,
  peakDb: Number.NEGATIVE_INFINITY,
  turn: Promise.resolve(),
  looking: false,
})

function viewOf({ stored, problem }: Entry): Following {
  const { instance: _instance, before: _before, made, ...shown } = stored
  return { ...shown, chosen: made === null || !stored.on ? null : shownSettings(made), problem: stored.on ? problem : null }
}

const fieldsOf = (stored: StoredFollowing): readonly string[] =>
  (imageWays.get(stored.kind) ?? levelWays.get(stored.kind))?.fields(stored) ?? []
const pick = (settings: ObsSettings, fields: readonly string[]): Readonly<Record<string, unknown>> =>
  Object.fromEntries(fields.flatMap((field) => (settings[field] === undefined ? [] : [[field, settings[field]]])))

const setSettings = (session: ObsSession, { source, filter }: StoredFollowing, filterSettings: ObsSettings) =>
  session.call('SetSourceFilterSettings', { sourceName: source, filterName: filter, filterSettings, overlay: true })

function filtersOf(session: ObsSession, source: string) {
  const { inputs, scenes } = session.mirror()
  return (inputs.find(({ name }) => name === source) ?? scenes.find(({ name }) => name === source))?.filters
}

/** An input that nobody sees or hears, or a scene that is not open, changes for nobody. */
function isSeen(session: ObsSession, source: string): boolean {
  const { inputs, program, preview, scenes } = session.mirror()
  const input = inputs.find(({ name }) => name === source)
  if (input !== undefined) return input.active || input.showing
  return source === program || source === preview || scenes.some(({ isGroup, name }) => isGroup && name === source)
}

/** Throws `obs.resource_not_found`, and `request.invalid` where filters of its kind cannot follow. */
function kindOf(session: ObsSession, source: string, filter: string): FollowingKind {
  const kind = filtersOf(session, source)?.find(({ name }) => name === filter)?.kind
  if (kind === undefined) throw new AppError('obs.resource_not_found', `"${source}" of OBS has no filter "${filter}"`)
  if (!imageWays.has(kind) && !levelWays.has(kind))
    throw new AppError('request.invalid', `body.filter: filters of the kind ${kind} do not follow`, { details: { field: 'body.filter' } })
  return kind as FollowingKind
}
