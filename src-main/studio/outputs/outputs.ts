import { AppError } from '../../platform/errors.ts'
import type { Collection } from '../collection/collection.ts'
import type { StudioEngine } from '../engine/studio-engine.ts'
import type { StudioNeeds } from '../studio-needs.ts'
import { FeedStore } from './feed-store.ts'
import type { FileBook } from './files/file-book.ts'
import { folderOf } from './files/file-place.ts'
import { RecordingOutput } from './files/recording-output.ts'
import { HostOutput } from './host-output.ts'
import { checkOutput, outputKinds, type RecordingSettings } from './output-kinds.ts'
import type { Output } from './output-schemas.ts'
import { ReplayOutput } from './replay/replay-output.ts'
import type { OutputContext, OutputState, RunningOutput } from './running-output.ts'
import { SendOutput } from './sending/send-output.ts'
import type { OutputReport, StudioOutputs } from './studio-outputs.ts'
import { VirtualCameraOutput } from './virtual-camera/virtual-camera-output.ts'

export interface OutputsNeeds extends Pick<StudioNeeds, 'carrier' | 'events' | 'audit' | 'log'> {
  readonly engine: StudioEngine
  readonly files: FileBook
  /** Where recordings go that name no folder of their own. */
  readonly folder: string
  /** ms since 1970. */
  readonly now: () => number
}

interface Entry {
  output: Output
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

/** All outputs of the collection: each is by itself, and what happens to one touches no other. */
export class Outputs implements StudioOutputs {
  readonly #needs: OutputsNeeds
  readonly #feeds: FeedStore
  readonly #entries = new Map<string, Entry>()
  /** Scene on air by canvas. */
  readonly #onAir = new Map<string, string>()
  readonly #leaveEngine: () => void
  #collection: Collection | undefined
  #timer: NodeJS.Timeout | undefined

  constructor(needs: OutputsNeeds) {
    this.#needs = needs
    this.#feeds = new FeedStore({ engine: needs.engine, log: needs.log })
    this.#leaveEngine = needs.engine.onEvent((event) => {
      if (event.kind === 'switched') this.#onAir.set(event.canvas, event.scene)
    })
  }

  sync(collection: Collection): void {
    const before = this.#collection
    this.#collection = collection
    if (before?.outputs === collection.outputs) return
    const kept = new Set(collection.outputs.map(({ id }) => id))
    for (const [id, entry] of this.#entries) {
      if (kept.has(id)) continue
      this.#entries.delete(id)
      void this.#end(entry)
      this.#needs.events.publish('studio.output.removed', { id })
    }
    for (const output of collection.outputs) this.#adopt(output)
  }

  list(): readonly OutputReport[] {
    return (this.#collection?.outputs ?? []).flatMap(({ id }) => {
      const entry = this.#entries.get(id)
      return entry === undefined ? [] : [report(entry)]
    })
  }

  autostart(): void {
    for (const { output } of this.#entries.values()) {
      if (!output.autostart) continue
      this.start(output.id).catch((error: unknown) => this.#needs.log.warn({ err: error, output: output.id }, 'an output did not start'))
    }
  }

  async start(id: string): Promise<OutputReport> {
    const entry = this.#entry(id)
    await this.#inTurn(entry, () => this.#begin(entry))
    return report(entry)
  }

  async stop(id: string): Promise<OutputReport> {
    const entry = this.#entry(id)
    await this.#end(entry)
    return report(entry)
  }

  async command(id: string, name: string, details: Readonly<Record<string, unknown>>): Promise<Readonly<Record<string, unknown>>> {
    const { output, running } = this.#entry(id)
    const known = outputKinds.find(({ kind }) => kind === output.kind)?.commands ?? []
    if (!known.includes(name)) {
      const others = known.length === 0 ? 'it takes none' : `it takes ${known.join(', ')}`
      throw new AppError('studio.output_command_unknown', `${output.name} does not take ${name}: ${others}`)
    }
    if (running === undefined) throw new AppError('studio.output_off')
    return running.command(name, details)
  }

  async close(): Promise<void> {
    clearInterval(this.#timer)
    this.#leaveEngine()
    await Promise.all([...this.#entries.values()].map((entry) => this.#end(entry)))
  }

  #entry(id: string): Entry {
    const entry = this.#entries.get(id)
    if (entry === undefined) throw new AppError('studio.output_not_found')
    return entry
  }

  #adopt(output: Output): void {
    const entry = this.#entries.get(output.id)
    if (entry === undefined) {
      const made: Entry = {
        output,
        state: 'off',
        error: undefined,
        startedAtMs: undefined,
        running: undefined,
        turn: Promise.resolve(),
        run: 0,
      }
      this.#entries.set(output.id, made)
      this.#tell(made)
      return
    }
    if (entry.output === output) return
    const same = essence(entry.output) === essence(output)
    entry.output = output
    this.#tell(entry)
    if (same || entry.state === 'off') return
    this.#inTurn(entry, async () => {
      if (entry.state === 'off') return
      await this.#finish(entry)
      await this.#begin(entry)
    }).catch((error: unknown) => this.#needs.log.warn({ err: error, output: output.id }, 'a changed output did not start anew'))
  }

  async #begin(entry: Entry): Promise<void> {
    if (entry.running !== undefined) return
    const run = ++entry.run
    entry.startedAtMs = this.#needs.now()
    this.#enter(entry, 'starting', undefined)
    try {
      const running = await this.#open(checkOutput(entry.output), (state, error) => {
        if (entry.run === run) this.#enter(entry, state, error)
      })
      entry.running = running
      this.#timer ??= setInterval(() => this.second(), tickMs).unref()
    } catch (error) {
      const reason = error instanceof AppError ? error : new AppError('internal', undefined, { cause: error })
      entry.run++
      this.#enter(entry, 'failed', reason)
      throw reason
    }
  }

  async #open(output: Output, onState: OutputContext['onState']): Promise<RunningOutput> {
    const { engine, carrier, files, events, log, now, folder } = this.#needs
    const context: OutputContext = {
      output,
      engine,
      feeds: this.#feeds,
      carrier,
      files,
      folder,
      events,
      log: log.child({ output: output.id }),
      now,
      shown: () => this.#shown(output.canvas),
      sceneName: (id) => this.#sceneName(id),
      secondsOf: (frame) => this.#secondsOf(frame),
      onState,
    }
    switch (output.kind) {
      case 'host':
        return new HostOutput(context)
      case 'recording':
        return RecordingOutput.start(context, folderOf(folder, (output.settings as RecordingSettings).folder))
      case 'replay':
        return ReplayOutput.start(context, folderOf(folder, (output.settings as RecordingSettings).folder))
      case 'virtual-camera':
        return new VirtualCameraOutput(context)
      default:
        return new SendOutput(context)
    }
  }

  #end(entry: Entry): Promise<void> {
    return this.#inTurn(entry, async () => {
      await this.#finish(entry)
      if (entry.state !== 'off') this.#enter(entry, 'off', undefined)
    })
  }

  async #finish(entry: Entry): Promise<void> {
    entry.run++
    const { running } = entry
    entry.running = undefined
    entry.startedAtMs = undefined
    try {
      await running?.stop()
    } catch (error) {
      this.#needs.log.error({ err: error, output: entry.output.id }, 'an output did not stop cleanly')
    }
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
        this.#needs.log.error({ err: error, output: output.id }, 'an output failed in its second')
      }
    }
    if (items.length > 0) this.#needs.events.publish('studio.output.statistics', { items }, { volatile: true })
    if (items.length > 0) return
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  #enter(entry: Entry, state: OutputState, error: AppError | undefined): void {
    if (entry.state === state && entry.error === error) return
    entry.state = state
    entry.error = error
    this.#tell(entry)
    if (error === undefined) return
    const { output } = entry
    this.#needs.audit.record({ kind: 'error', message: `output ${output.name}: ${error.message}`, code: error.code })
  }

  #tell(entry: Entry): void {
    if (this.#entries.get(entry.output.id) === entry) this.#needs.events.publish('studio.output.updated', report(entry))
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
