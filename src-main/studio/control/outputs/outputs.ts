import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '../../../platform/errors.ts'
import type { Reach } from '../../../platform/outbound/reach.ts'
import { repeat } from '../../../platform/timing/repeat.ts'
import type { Collection } from '../../document/collection.ts'
import { checkOutput, outputKinds, type RecordingSettings } from '../../document/kinds/output-kinds.ts'
import { keysByEditors } from '../../document/references/authorship.ts'
import { referencesIn } from '../../document/references/references.ts'
import type { Output } from '../../document/schemas/output-schemas.ts'
import type { StudioDependencies } from '../../studio-dependencies.ts'
import type { StudioEngine } from '../engine/studio-engine.ts'
import type { StateStore } from '../state-store.ts'
import { FeedStore } from './feed-store.ts'
import type { FileBook } from './files/file-book.ts'
import { folderOf, judgeFolder } from './files/file-place.ts'
import { HostOutput } from './host-output.ts'
import { RecordingOutput } from './recording/recording-output.ts'
import { ReplayOutput } from './replay/replay-output.ts'
import type { OutputContext, OutputState, RunningOutput } from './running-output.ts'
import { SendOutput } from './sending/send-output.ts'
import type { OutputReport, ReturnedOutput, StudioOutputs } from './studio-outputs.ts'
import { VirtualCameraOutput } from './virtual-camera/virtual-camera-output.ts'
import { type WantedOutput, WantedOutputs } from './wanted-outputs.ts'

export interface OutputsDependencies extends Pick<StudioDependencies, 'carrier' | 'events' | 'audit' | 'log'> {
  readonly engine: StudioEngine
  readonly files: FileBook
  /** Where recordings go that name no folder of their own. */
  readonly folder: string
  readonly reach: Pick<Reach, 'policy'>
  /** ms since 1970. */
  readonly now: () => number
  readonly store: StateStore
  /** For how long a host may have been away for outputs to go on by themselves, ms; 0: never. */
  readonly resumeWithinMs: () => number
}

interface Entry {
  output: Output
  /** What its settings name is limited to what editors may use. */
  limited: boolean
  state: OutputState
  error: AppError | undefined
  startedAtMs: number | undefined
  running: RunningOutput | undefined
  /** Starts and stops of one output come one after the other. */
  turn: Promise<unknown>
  /** Counts starts: what an earlier one tells is not heard. */
  run: number
}

const tickMs = 1000
/** How long somebody who stops an output waits for a disk that hangs, ms. */
const maxStopMs = 5000

/** All outputs of the collection: each is by itself, and what happens to one touches no other. */
export class Outputs implements StudioOutputs {
  readonly #dependencies: OutputsDependencies
  readonly #feeds: FeedStore
  readonly #wanted: WantedOutputs
  readonly #entries = new Map<string, Entry>()
  /** Outputs that were removed and are not at their end yet, by id: one that comes back under it starts behind them. */
  readonly #leaving = new Map<string, Promise<unknown>>()
  /** Scene on air by canvas. */
  readonly #onAir = new Map<string, string>()
  readonly #leaveEngine: () => void
  #collection: Collection | undefined
  #timer: NodeJS.Timeout | undefined
  #closed = false

  constructor(dependencies: OutputsDependencies) {
    this.#dependencies = dependencies
    this.#wanted = new WantedOutputs(dependencies.store, dependencies.now)
    this.#feeds = new FeedStore({ engine: dependencies.engine, log: dependencies.log })
    this.#leaveEngine = dependencies.engine.onEvent((event) => {
      if (event.kind === 'switched') this.#onAir.set(event.canvas, event.scene)
    })
  }

  sync(collection: Collection | undefined): void {
    const before = this.#collection
    this.#collection = collection
    const outputs = collection?.outputs ?? []
    if (before?.outputs === outputs && before.byEditors === collection?.byEditors) return
    const kept = new Set(outputs.map(({ id }) => id))
    for (const [id, entry] of this.#entries) {
      if (kept.has(id)) continue
      this.#entries.delete(id)
      this.#wanted.unwant(id, false)
      this.#leave(id, entry)
      this.#dependencies.events.publish('studio.output.removed', { id })
    }
    const byEditors = keysByEditors(collection ?? {})
    for (const output of outputs) this.#adopt(output, isLimited(output, byEditors))
  }

  list(): readonly OutputReport[] {
    return (this.#collection?.outputs ?? []).flatMap(({ id }) => {
      const entry = this.#entries.get(id)
      return entry === undefined ? [] : [report(entry)]
    })
  }

  autostart(): void {
    for (const id of this.#wanted.forgetBefore()) this.#leaveOff(id, 'another collection was opened')
    for (const { output } of this.#entries.values()) if (output.autostart) this.#beginByItself(output)
  }

  resume(): readonly ReturnedOutput[] {
    const { goesOn, stopped, leftOff } = this.#wanted.takeUp(this.#dependencies.resumeWithinMs())
    for (const [id, why] of leftOff) this.#leaveOff(id, why)
    for (const id of goesOn) if (!this.#entries.has(id)) this.#wanted.unwant(id, false)
    for (const { output } of this.#entries.values()) {
      if (goesOn.has(output.id) || (output.autostart && !stopped.has(output.id))) this.#beginByItself(output)
    }
    return [...this.#entries.values()].flatMap(({ output: { id, name, kind } }): readonly ReturnedOutput[] => {
      if (goesOn.has(id)) return [{ id, name, kind, goesOn: true, why: null }]
      const why = leftOff.get(id)
      return why === undefined ? [] : [{ id, name, kind, goesOn: false, why }]
    })
  }

  async start(id: string, actor = 'host'): Promise<OutputReport> {
    const entry = this.#entry(id)
    await this.#inTurn(entry, () => this.#begin(entry, true))
    this.#did(`started the output ${entry.output.name}`, actor)
    await this.#wanted.written()
    return report(entry)
  }

  async stop(id: string, actor = 'host'): Promise<OutputReport> {
    const entry = this.#entry(id)
    await this.#inTurn(entry, async () => {
      // First of all: a host that dies while a disk hangs does not go on with it.
      if (this.#entries.get(id) === entry) this.#wanted.unwant(id, entry.output.autostart)
      await this.#off(entry)
    })
    this.#did(`stopped the output ${entry.output.name}`, actor)
    await this.#wanted.written()
    return report(entry)
  }

  async command(
    id: string,
    name: string,
    details: Readonly<Record<string, unknown>>,
    actor = 'host',
  ): Promise<Readonly<Record<string, unknown>>> {
    const { output, running } = this.#entry(id)
    const known = outputKinds.find(({ kind }) => kind === output.kind)?.commands ?? []
    if (!known.includes(name)) {
      const others = known.length === 0 ? 'it takes none' : `it takes ${known.join(', ')}`
      throw new AppError('studio.output_command_unknown', `${output.name} does not take ${name}: ${others}`)
    }
    if (running === undefined) throw new AppError('studio.output_off')
    const answer = await running.command(name, details)
    if (this.#entries.get(id)?.running === running) this.#wanted.note(id, { paused: running.paused === true })
    this.#did(`${name} of the output ${output.name}`, actor)
    await this.#wanted.written()
    return answer
  }

  async close(byPerson: boolean): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    this.#wanted.end(byPerson)
    this.#leaveEngine()
    for (const [id, entry] of this.#entries) this.#leave(id, entry)
    await Promise.all(this.#leaving.values())
    clearInterval(this.#timer)
  }

  #entry(id: string): Entry {
    const entry = this.#entries.get(id)
    if (entry !== undefined) return entry
    throw this.#collection === undefined ? new AppError('studio.no_collection') : new AppError('studio.output_not_found')
  }

  #adopt(output: Output, limited: boolean): void {
    const entry = this.#entries.get(output.id)
    if (entry === undefined) {
      const made: Entry = {
        output,
        limited,
        state: 'off',
        error: undefined,
        startedAtMs: undefined,
        running: undefined,
        turn: this.#leaving.get(output.id) ?? Promise.resolve(),
        run: 0,
      }
      this.#entries.set(output.id, made)
      this.#notify(made)
      return
    }
    if (entry.output === output && entry.limited === limited) return
    const same = essence(entry.output) === essence(output) && entry.limited === limited
    const shown = entry.output !== output
    entry.output = output
    entry.limited = limited
    if (shown) this.#notify(entry)
    if (same || entry.state === 'off') return
    this.#inTurn(entry, async () => {
      if (entry.state === 'off') return
      await this.#finish(entry)
      await this.#begin(entry, false)
    }).catch((error: unknown) => this.#dependencies.log.warn({ err: error, output: output.id }, 'a changed output did not restart'))
  }

  #beginByItself({ id }: Output): void {
    this.start(id).catch((error: unknown) => this.#dependencies.log.warn({ err: error, output: id }, 'an output did not start'))
  }

  /** It ran when the host ended, and stays off: `error` of its report says why. */
  #leaveOff(id: string, why: string): void {
    const entry = this.#entries.get(id)
    const { log, audit } = this.#dependencies
    log.warn({ output: id, why }, 'an output was left off')
    if (entry === undefined) audit.record({ kind: 'state', message: `studio: the output ${id} was left off: ${why}` })
    else this.#enter(entry, 'off', new AppError('studio.output_left_off', `Left off: ${why}`))
  }

  /** `asked`: somebody wants it to run, also where it is failed. */
  async #begin(entry: Entry, asked: boolean): Promise<void> {
    const { id } = entry.output
    if (this.#closed) throw new AppError('studio.not_running', 'The host is ending')
    if (this.#entries.get(id) !== entry) throw new AppError('studio.output_not_found', 'The output was removed meanwhile')
    if (entry.running !== undefined) {
      if (!asked || entry.state !== 'failed') return
      await this.#finish(entry)
    }
    const run = ++entry.run
    const wanted = this.#wanted.want(id)
    entry.startedAtMs = wanted.sinceMs
    this.#enter(entry, 'starting', undefined)
    try {
      const running = await this.#open(checkOutput(entry.output), entry.limited, wanted, (state, error) => {
        if (entry.run === run) this.#enter(entry, state, error)
      })
      entry.running = running
      this.#timer ??= repeat(tickMs, () => this.second())
    } catch (error) {
      const reason = error instanceof AppError ? error : new AppError('internal', undefined, { cause: error })
      entry.run++
      this.#enter(entry, 'failed', reason)
      this.#wanted.unwant(id, false)
      throw reason
    }
  }

  async #open(
    output: Output,
    limited: boolean,
    { session, paused }: WantedOutput,
    onState: OutputContext['onState'],
  ): Promise<RunningOutput> {
    const { engine, carrier, files, events, log, now, folder } = this.#dependencies
    const context: OutputContext = {
      output,
      limited,
      engine,
      feeds: this.#feeds,
      carrier,
      files,
      folder,
      events,
      log: log.child({ output: output.id }),
      now,
      session,
      paused,
      shown: () => this.#shown(output.canvas),
      sceneName: (id) => this.#sceneName(id),
      secondsOf: (frame) => this.#secondsOf(frame),
      onState,
    }
    switch (output.kind) {
      case 'host':
        return new HostOutput(context)
      case 'recording':
        return RecordingOutput.start(context, await this.#folderFor(output, limited))
      case 'replay':
        return ReplayOutput.start(context, await this.#folderFor(output, limited))
      case 'virtual-camera':
        return new VirtualCameraOutput(context)
      default:
        return new SendOutput(context)
    }
  }

  /** The real folder that an output writes to. Throws `studio.folder_unusable` and `path.forbidden`. */
  async #folderFor({ settings }: Output, limited: boolean): Promise<string> {
    const { folder } = settings as RecordingSettings
    return judgeFolder(folderOf(this.#dependencies.folder, folder), this.#dependencies.reach.policy().files, limited)
  }

  /** Ends an output for good. */
  #leave(id: string, entry: Entry): void {
    const left = this.#inTurn(entry, () => this.#off(entry)).finally(() => {
      if (this.#leaving.get(id) === left) this.#leaving.delete(id)
    })
    this.#leaving.set(id, left)
  }

  async #off(entry: Entry): Promise<void> {
    await this.#finish(entry)
    this.#enter(entry, 'off', undefined)
  }

  async #finish(entry: Entry): Promise<void> {
    entry.run++
    const { running } = entry
    entry.running = undefined
    entry.startedAtMs = undefined
    if (running === undefined) return
    const { name, id } = entry.output
    const late = new AbortController()
    const stopped = running.stop().then(
      () => true,
      (error: unknown) => {
        this.#dependencies.log.error({ err: error, output: id }, 'an output did not stop cleanly')
        return true
      },
    )
    const inTime = await Promise.race([stopped, sleep(maxStopMs, false, { signal: late.signal }).catch(() => false)])
    late.abort()
    if (inTime) return
    this.#dependencies.log.error({ output: id }, 'an output is not at its end: a disk or a server hangs')
    this.#dependencies.audit.record({
      kind: 'error',
      message: `output ${name}: not at its end after ${maxStopMs / 1000} s: a disk or a server hangs`,
    })
  }

  #inTurn<T>(entry: Entry, work: () => Promise<T>): Promise<T> {
    const turn = entry.turn.then(work, work)
    entry.turn = turn.catch(() => undefined)
    return turn
  }

  /** What is due each second while something runs. */
  second(): void {
    const items: { id: string; statistics: OutputReport['statistics'] }[] = []
    for (const { output, running } of this.#entries.values()) {
      if (running === undefined) continue
      try {
        running.tick()
        items.push({ id: output.id, statistics: running.statistics() })
      } catch (error) {
        this.#dependencies.log.error({ err: error, output: output.id }, 'an output failed in its second')
      }
    }
    if (items.length > 0) this.#dependencies.events.publish('studio.output.statistics', { items }, { volatile: true })
    if (items.length > 0) return
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  #did(what: string, actor: string): void {
    this.#dependencies.audit.record({ kind: 'command', message: `studio: ${what}`, actor })
  }

  #enter(entry: Entry, state: OutputState, error: AppError | undefined): void {
    if (entry.state === state && entry.error === error) return
    if (state !== 'off') this.#wanted.note(entry.output.id, { failed: state === 'failed' ? (error?.code ?? 'internal') : null })
    entry.state = state
    entry.error = error
    this.#notify(entry)
    if (error === undefined) return
    const { output } = entry
    if (error.code === 'internal') this.#dependencies.log.error({ err: error.cause ?? error, output: output.id }, 'an output failed')
    this.#dependencies.audit.record({ kind: 'error', message: `output ${output.name}: ${error.message}`, code: error.code })
  }

  #notify(entry: Entry): void {
    if (this.#entries.get(entry.output.id) === entry) this.#dependencies.events.publish('studio.output.updated', report(entry))
  }

  #shown(canvas: string): { readonly canvas: string; readonly scene: string } {
    const found = this.#collection?.canvases.find(({ id }) => id === canvas)
    const scene = this.#onAir.get(canvas) ?? found?.scene
    return { canvas: found?.name ?? canvas, scene: scene === undefined ? '' : this.#sceneName(scene) }
  }

  #secondsOf(frame: number): number {
    const { numerator, denominator } = this.#collection?.frameRate ?? { numerator: 30, denominator: 1 }
    return (frame * denominator) / numerator
  }

  #sceneName(id: string): string {
    return this.#collection?.scenes.find((scene) => scene.id === id)?.name ?? id
  }
}

/** Whether an editor wrote what an output's settings name. */
function isLimited({ kind, settings }: Output, byEditors: ReadonlySet<string>): boolean {
  const schema = outputKinds.find((each) => each.kind === kind)?.settings
  return schema !== undefined && referencesIn(settings, schema, `output/${kind}`).some(({ key }) => byEditors.has(key))
}

/** What of an output makes it another one. */
function essence({ kind, canvas, video, audio, settings }: Output): string {
  return JSON.stringify([kind, canvas, video, audio, settings])
}

function report({ output, state, error, startedAtMs, running }: Entry): OutputReport {
  return {
    id: output.id,
    name: output.name,
    kind: output.kind,
    state,
    error: error === undefined ? null : { code: error.code, message: error.message, remedy: error.remedy },
    startedAt: startedAtMs === undefined ? null : new Date(startedAtMs).toISOString(),
    statistics: running?.statistics() ?? {},
  }
}
