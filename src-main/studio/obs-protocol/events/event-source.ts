import { subscription } from '../../../formats/obs-websocket/protocol.ts'
import type { SourceReport } from '../../../media/source-report.ts'
import type { MeterReading } from '../../control/engine/mixer-readings.ts'
import type { EngineEvent, ShownSources } from '../../control/engine/studio-engine.ts'
import type { OutputReport } from '../../control/outputs/studio-outputs.ts'
import type { ProgramState } from '../../control/program/program-state.ts'
import type { Collection } from '../../document/collection.ts'
import { findSourceKind } from '../../document/kinds/source-kinds.ts'
import type { ProtocolStudio } from '../protocol-studio.ts'
import { sceneList } from '../requests/scene-requests.ts'
import { FilterSettings } from '../view/filter-settings.ts'
import { inputName, mulOf } from '../view/input-view.ts'
import { type OutputRole, outputOf, outputRoles } from '../view/output-view.ts'
import { type Emit, emitChanges } from './collection-events.ts'
import { emitOutputChange } from './output-events.ts'
import { emitProgramChanges } from './program-events.ts'

export interface EventSourceDependencies {
  readonly studio: ProtocolStudio
  readonly emit: Emit
  /** True where some client is subscribed to one of these. */
  readonly isWanted: (bits: number) => boolean
}

/** Bits of all subscriptions. */
const everything = -1
/** Levels are sent no more often than OBS does, ms. */
const levelsEveryMs = 50

/** Turns what happens in the studio into events of the protocol, by comparing each state with the one before. */
export class EventSource {
  readonly #dependencies: EventSourceDependencies
  readonly #leave: (() => void)[] = []
  #collection: Collection | undefined
  #program: ProgramState
  readonly #outputs = new Map<OutputRole, OutputReport>()
  readonly #reports = new Map<string, SourceReport>()
  #shown: ShownSources = { program: [], preview: [] }
  #lastReplay: string | undefined
  #recordFile: unknown = null
  #stopLevels: (() => void) | undefined
  #levelsMs = 0

  constructor(dependencies: EventSourceDependencies) {
    this.#dependencies = dependencies
    this.#program = dependencies.studio.show.control.state
  }

  get shown(): ShownSources {
    return this.#shown
  }

  get lastReplay(): string | undefined {
    return this.#lastReplay
  }

  start(): void {
    const { studio } = this.#dependencies
    this.#take()
    this.#leave.push(
      studio.events.subscribe(({ topic, data }) => {
        if (topic === 'studio.changed') this.#edited()
        else if (topic === 'studio.opened' || topic === 'studio.closed') this.#opened()
        else if (topic === 'studio.program') this.#switched(data as ProgramState)
        else if (topic === 'studio.output.updated') this.#output(data as OutputReport)
        else if (topic === 'studio.output.statistics') this.#recordedFile()
        else if (topic === 'studio.replay.saved') this.#replay((data as { readonly file: { readonly path: string } }).file.path)
        else if (topic === 'studio.meters') this.#levels((data as { readonly meters: readonly MeterReading[] }).meters)
      }),
      studio.engine.onEvent((event) => this.#engine(event)),
    )
  }

  /** Clients came, went, or are subscribed to other events. */
  follow(): void {
    const wanted = this.#dependencies.isWanted(subscription.inputVolumeMeters)
    if (wanted && this.#stopLevels === undefined) this.#stopLevels = this.#dependencies.studio.events.want(['studio.meters'])
    else if (!wanted) {
      this.#stopLevels?.()
      this.#stopLevels = undefined
    }
  }

  stop(): void {
    for (const leave of this.#leave.splice(0)) leave()
    this.#stopLevels?.()
    this.#stopLevels = undefined
  }

  #take(): void {
    const { show, outputs } = this.#dependencies.studio
    this.#collection = show.openFile?.collection.collection
    this.#program = show.control.state
    this.#outputs.clear()
    for (const role of Object.keys(outputRoles) as OutputRole[]) {
      const report = outputOf(outputs, role)
      if (report !== undefined) this.#outputs.set(role, report)
    }
  }

  #edited(): void {
    const { studio, emit, isWanted } = this.#dependencies
    const before = this.#collection
    this.#collection = studio.show.openFile?.collection.collection
    if (before === undefined || this.#collection === undefined || !isWanted(everything)) return
    emitChanges(before, this.#collection, {
      emit,
      filterSettings: new FilterSettings(studio.reader.kinds),
      reports: () => studio.engine.reports(),
      sceneList: (view) => sceneList(view, view.mainCanvas.id),
    })
  }

  #opened(): void {
    const { studio, emit } = this.#dependencies
    const name = studio.show.openFile?.name ?? ''
    emit('CurrentSceneCollectionChanging', { sceneCollectionName: name })
    this.#take()
    emit('CurrentSceneCollectionChanged', { sceneCollectionName: name })
  }

  #switched(state: ProgramState): void {
    const before = this.#program
    this.#program = state
    const collection = this.#dependencies.studio.show.openFile?.collection.collection
    if (collection !== undefined) emitProgramChanges(before, state, collection, this.#dependencies.emit)
  }

  #output(report: OutputReport): void {
    for (const role of Object.keys(outputRoles) as OutputRole[]) {
      if (outputOf(this.#dependencies.studio.outputs, role)?.id !== report.id) continue
      const before = this.#outputs.get(role)
      this.#outputs.set(role, report)
      emitOutputChange(role, before?.id === report.id ? before : undefined, report, this.#dependencies.emit)
      if (role === 'record') this.#recordedFile()
    }
  }

  /** A recording that is split goes on in another file. */
  #recordedFile(): void {
    const report = outputOf(this.#dependencies.studio.outputs, 'record')
    const file = report?.statistics.file ?? null
    const before = this.#recordFile
    this.#recordFile = file
    if (report !== undefined && file !== null) this.#outputs.set('record', report)
    if (file !== null && before !== null && before !== file) this.#dependencies.emit('RecordFileChanged', { newOutputPath: file })
  }

  #replay(path: string): void {
    this.#lastReplay = path
    this.#dependencies.emit('ReplayBufferSaved', { savedReplayPath: path })
  }

  #engine(event: EngineEvent): void {
    if (event.kind === 'source') this.#source(event.source, event.report)
    else if (event.kind === 'shown') this.#shows(event)
  }

  #source(id: string, report: SourceReport): void {
    const before = this.#reports.get(id)?.state
    this.#reports.set(id, report)
    const source = this.#collection?.sources.find((each) => each.id === id)
    if (source === undefined) {
      this.#reports.delete(id)
      return
    }
    if (before === report.state || findSourceKind(source.kind)?.commands.includes('play') !== true) return
    const { emit } = this.#dependencies
    if (report.state === 'running' && before !== 'paused') emit('MediaInputPlaybackStarted', inputName(source))
    else if (report.state === 'ended') emit('MediaInputPlaybackEnded', inputName(source))
  }

  #shows({ program, preview }: ShownSources): void {
    const before = this.#shown
    this.#shown = { program, preview }
    const { emit, isWanted } = this.#dependencies
    if (!isWanted(subscription.inputActiveStateChanged | subscription.inputShowStateChanged)) return
    for (const source of this.#collection?.sources ?? []) {
      const [wasActive, isActive] = [before, this.#shown].map((shown) => shown.program.includes(source.id))
      const [wasShown, isShown] = [before, this.#shown].map((shown) => [...shown.program, ...shown.preview].includes(source.id))
      if (wasActive !== isActive) emit('InputActiveStateChanged', { ...inputName(source), videoActive: isActive })
      if (wasShown !== isShown) emit('InputShowStateChanged', { ...inputName(source), videoShowing: isShown })
    }
  }

  #levels(meters: readonly MeterReading[]): void {
    const nowMs = performance.now()
    if (this.#stopLevels === undefined || nowMs - this.#levelsMs < levelsEveryMs) return
    this.#levelsMs = nowMs
    const readings = new Map(meters.map((reading) => [reading.of, reading]))
    const inputs = (this.#collection?.sources ?? []).flatMap((source) => {
      const reading = readings.get(`source:${source.id}`)
      if (reading === undefined) return []
      const muted = source.audio?.muted === true
      const channels = [0, 1].map((channel) => [
        muted ? 0 : mulOf(reading.rmsDb[channel] as number),
        muted ? 0 : mulOf(reading.peakDb[channel] as number),
        mulOf(reading.inputDb),
      ])
      return [{ ...inputName(source), inputLevelsMul: channels }]
    })
    this.#dependencies.emit('InputVolumeMeters', { inputs })
  }
}
