import type { DesktopDisplays } from '../../../media/desktop-displays.ts'
import type { Device } from '../../../media/device.ts'
import type { MeasuredEncoder } from '../../../media/encoders/choose-encoder.ts'
import type { ChosenSettings } from '../../../media/following/chosen-settings.ts'
import type { SourceReport } from '../../../media/source-report.ts'
import { AppError, isErrorCode } from '../../../platform/errors.ts'
import type { Logger } from '../../../platform/logger.ts'
import { isBeingBuilt, untilBuilt } from '../../../platform/native-preparation.ts'
import type { Reach } from '../../../platform/outbound/reach.ts'
import { type MediaWire, openMediaWire } from '../../../platform/workers/media-wire.ts'
import { PendingReplies } from '../../../platform/workers/pending-replies.ts'
import { type SupervisedWorker, superviseWorker } from '../../../platform/workers/supervise-worker.ts'
import { workerFile } from '../../../platform/workers/worker-file.ts'
import type { Collection } from '../../document/collection.ts'
import { changeBetween } from '../../document/collection-change.ts'
import { encodedSize } from '../../document/schemas/encoded-size.ts'
import { chooseEncoding } from './choose-encoding.ts'
import { EncodingSubscriptions } from './encoding-subscriptions.ts'
import type { EncodingFault, FromStudio, OnCanvas, ToStudio, WantedTiles, WorkerStatistics } from './messages.ts'
import { ShowDisplays } from './show-displays.ts'
import type { SourceMemories } from './source-memories.ts'
import { StoreSubscriptions } from './store-subscriptions.ts'
import type {
  CanvasFrames,
  CanvasSwitch,
  EncodedListener,
  Encoding,
  EngineEvent,
  EngineState,
  EngineStatistics,
  SharedOf,
  SharedStores,
  StoresListener,
  StudioEngine,
  Switched,
  TakenStores,
  TileHeight,
} from './studio-engine.ts'

export interface EngineProcessDependencies {
  readonly log: Logger
  /** Where sources keep small files that outlive the process. */
  readonly folder: string
  readonly memories: SourceMemories
  readonly reach: Pick<Reach, 'policy' | 'onChange'>
  readonly displays: Pick<DesktopDisplays, 'places' | 'onChange' | 'setShown'>
  /** The collection without what is not to run. What stays is the very same object. */
  readonly limit: (collection: Collection) => Collection
  /** What is on air, by canvas: what the process starts with. */
  readonly onAir: () => Readonly<Record<string, OnCanvas>>
  /** Encoders of this machine as far as they are known. */
  readonly encoders: () => readonly MeasuredEncoder[]
  /** URL at which this machine may watch a stream of the host. */
  readonly liveUrl: (stream: string) => Promise<string>
}

/**
 * What the process is started with. Encoders, decoders and file reads share libuv's threads; SVT-AV1 prints a greeting unless it is limited
 * to errors. Frames are outside of JavaScript's memory, which needs little: young objects are collected more often, and the many threads of
 * encoders share two arenas to allocate from.
 */
const environment = { UV_THREADPOOL_SIZE: '16', SVT_LOG: '1', NODE_OPTIONS: '--max-semi-space-size=2', MALLOC_ARENA_MAX: '2' }
const restart = { firstMs: 50, maxMs: 5000, goodAfterMs: 10_000 } as const
/** Silence after which the process counts as hung, ms: a process that is stuck this long is restarted. */
const silenceMs = 4000
/** Longest wait for an answer of the process, ms. */
const patienceMs = 10_000
/** The show's timeline starts this long before its first frame, so that no encoder's delay reaches before 0. */
const leadUs = 2_000_000

const noFigures: WorkerStatistics = {
  frames: 0,
  dropped: 0,
  late: 0,
  renderMs: 0,
  longestRenderMs: 0,
  framesPerSecond: 0,
  cpu: 0,
  memoryBytes: 0,
  tiles: 0,
  encodings: [],
}

function errorOf({ code, message }: { readonly code: string; readonly message: string }): AppError {
  return new AppError(isErrorCode(code) ? code : 'internal', message)
}

function nowUs(): number {
  return Number(process.hrtime.bigint() / 1000n)
}

/** The studio's process as the host controls it: started when there is a show, and configured again after it was lost. */
export class EngineProcess implements StudioEngine {
  readonly #dependencies: EngineProcessDependencies
  readonly #subscriptions: EncodingSubscriptions
  readonly #canvasFrames = new StoreSubscriptions<CanvasFrames>(
    () => this.#send({ kind: 'canvas-frames', canvasFrames: this.#canvasFrames.wanted }),
    (canvas) => `There is no canvas ${canvas}`,
  )
  readonly #shared = new StoreSubscriptions<SharedStores>(
    () => this.#send({ kind: 'shared', shared: this.#shared.wanted }),
    (of) => `There is no ${of.replace(':', ' ')}`,
  )
  readonly #listeners = new Set<(event: EngineEvent) => void>()
  readonly #reports = new Map<string, SourceReport>()
  readonly #filterProblems = new Map<string, string>()
  readonly #filterChoices = new Map<string, ChosenSettings>()
  readonly #asked = new PendingReplies<unknown>()
  readonly #displays: ShowDisplays
  #collection: Collection | undefined
  #worker: SupervisedWorker<ToStudio> | undefined
  #wire: MediaWire | undefined
  #state: EngineState = 'off'
  #problem: string | undefined
  #originUs = 0
  #restarts = 0
  #metersWanted = false
  #tiles: WantedTiles = { tiles: [], height: 180 }
  #followsWindow = false
  #figures = noFigures

  constructor(dependencies: EngineProcessDependencies) {
    this.#dependencies = dependencies
    this.#subscriptions = new EncodingSubscriptions({
      onWanted: () => this.#send({ kind: 'encode', encodings: this.#subscriptions.wanted }),
      onKeyframe: (channel) => this.#send({ kind: 'keyframe', channel }),
      onTaken: () => this.#notify({ kind: 'encodings' }),
    })
    dependencies.reach.onChange(() => this.#send({ kind: 'reach', reach: dependencies.reach.policy() }))
    this.#displays = new ShowDisplays(dependencies.displays, () => this.#send({ kind: 'displays', displays: this.#displays.places }))
  }

  get state(): EngineState {
    return this.#state
  }

  /** Wall clock of the show's time 0, ms since 1970. */
  get originTimeMs(): number {
    return Date.now() - (nowUs() - this.#originUs) / 1000
  }

  setCollection(given: Collection): void {
    const collection = this.#dependencies.limit(given)
    const before = this.#collection
    this.#collection = collection
    const kept = new Set(collection.sources.map(({ id }) => id))
    for (const id of this.#reports.keys()) if (!kept.has(id)) this.#reports.delete(id)
    this.#dependencies.memories.follow(collection)
    // Before the sources that name them.
    this.#displays.follow(collection.sources)
    if (this.#state === 'preparing') return
    if (this.#worker === undefined) this.#start()
    else if (before !== undefined) this.#send({ kind: 'change', change: changeBetween(before, collection) })
  }

  async switchTo(switches: readonly CanvasSwitch[]): Promise<Switched> {
    const askedAt = performance.now()
    const frame = await this.#ask<number>((request) => ({ kind: 'switch', request, switches }))
    return { frame, tookMs: performance.now() - askedAt }
  }

  setTBar(canvases: readonly string[], position: number): void {
    this.#send({ kind: 't-bar', canvases, position })
  }

  async setPreview(canvas: string, scene: string | null): Promise<void> {
    await this.#ask((request) => ({ kind: 'preview', request, canvas, scene }))
  }

  encodeVideo(request: Parameters<StudioEngine['encodeVideo']>[0], listener: EncodedListener): Encoding {
    const { canvas, of = 'program', encoding, owner, forPages = false } = request
    const key = JSON.stringify(['video', canvas, of, owner ?? '', forPages, Object.entries(encoding).sort()])
    return this.#subscriptions.add(key, { video: { canvas, of, encoding: this.#choose(canvas, encoding), forPages } }, listener, request)
  }

  videoEncodings(): ReturnType<StudioEngine['videoEncodings']> {
    return this.#subscriptions.video
  }

  encodeAudio(audio: Parameters<StudioEngine['encodeAudio']>[0], listener: EncodedListener): Encoding {
    const key = JSON.stringify(['audio', audio.returnTo ?? '', Object.entries(audio.encoding).sort()])
    return this.#subscriptions.add(key, { audio }, listener)
  }

  talkTo(talker: string, guests: readonly string[] | null): void {
    this.#send({ kind: 'talk-to', talker, guests })
  }

  talk(talker: string, packet: Uint8Array): void {
    this.#send({ kind: 'talk', talker, packet })
  }

  showFrames(canvas: string, listener: StoresListener<CanvasFrames>): TakenStores {
    return this.#canvasFrames.add(canvas, listener)
  }

  shareMedia(of: SharedOf, listener: StoresListener<SharedStores>): TakenStores {
    return this.#shared.add(of, listener)
  }

  setTiles(tiles: readonly string[], height: TileHeight): void {
    this.#tiles = { tiles, height }
    this.#send({ kind: 'tiles', tiles, height })
  }

  async command(source: string, name: string, details: Readonly<Record<string, unknown>>): Promise<void> {
    await this.#ask((request) => ({ kind: 'command', request, source, name, details }))
  }

  screenshot(of: Parameters<StudioEngine['screenshot']>[0], options: Parameters<StudioEngine['screenshot']>[1]): Promise<Uint8Array> {
    return this.#ask((request) => ({ kind: 'screenshot', request, of, ...options }))
  }

  devices(kind: Parameters<StudioEngine['devices']>[0]): Promise<readonly Device[]> {
    return this.#ask((request) => ({ kind: 'devices', request, of: kind }))
  }

  reports(): ReadonlyMap<string, SourceReport> {
    return this.#reports
  }

  filterProblems(): ReadonlyMap<string, string> {
    return this.#filterProblems
  }

  filterChoices(): ReadonlyMap<string, ChosenSettings> {
    return this.#filterChoices
  }

  statistics(): EngineStatistics {
    const { encodings, ...figures } = this.#figures
    return {
      state: this.#state,
      pid: this.#worker?.pid ?? null,
      restarts: this.#restarts,
      ...figures,
      encodings: encodings.map(({ channel, ...each }) => ({
        id: String(channel),
        ...each,
        subscribers: this.#subscriptions.subscribers(channel),
      })),
    }
  }

  onEvent(listener: (event: EngineEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Meters cost a message thirty times a second: sent only while somebody looks. */
  meter(wanted: boolean): void {
    if (this.#metersWanted === wanted) return
    this.#metersWanted = wanted
    this.#send({ kind: 'meters', wanted })
  }

  followWindow(wanted: boolean): void {
    if (this.#followsWindow === wanted) return
    this.#followsWindow = wanted
    this.#send({ kind: 'follow-window', wanted })
  }

  async stop(goesOn = false): Promise<void> {
    const worker = this.#worker
    this.#worker = undefined
    this.#dependencies.memories.end(goesOn)
    this.#failAsked()
    this.#enter('off')
    await worker?.stop()
    this.#collection = undefined
    this.#displays.follow([])
    this.#reports.clear()
    this.#filterProblems.clear()
    this.#filterChoices.clear()
  }

  #choose(canvasId: string, encoding: Parameters<StudioEngine['encodeVideo']>[0]['encoding']) {
    const canvas = this.#collection?.canvases.find(({ id }) => id === canvasId)
    const rate = this.#collection?.frameRate ?? { numerator: 30, denominator: 1 }
    const { width, height } = encodedSize(canvas ?? { width: 1920, height: 1080 }, encoding.height)
    const pixels = (width * height * rate.numerator) / rate.denominator / encoding.frameDivisor
    return chooseEncoding(encoding, pixels, this.#dependencies.encoders())
  }

  #start(): void {
    if (this.#originUs === 0) this.#originUs = nowUs() - leadUs
    this.#problem = undefined
    if (isBeingBuilt('compositor')) void this.#startWhenBuilt()
    else this.#launch()
  }

  /** Nothing can be composed before the native part for it is there: at a first start it is compiled while everything else runs. */
  async #startWhenBuilt(): Promise<void> {
    const isWanted = (): boolean => this.#state === 'preparing'
    this.#enter('preparing')
    await untilBuilt('compositor', isWanted)
    if (isWanted()) this.#launch()
  }

  #launch(): void {
    this.#enter('starting')
    const worker: SupervisedWorker<ToStudio> = superviseWorker<FromStudio, ToStudio>({
      entry: workerFile('studio'),
      env: environment,
      log: this.#dependencies.log,
      restart,
      silenceMs,
      onMediaPipe: (pipe) => {
        const wire: MediaWire = openMediaWire(pipe, {
          onTrack: (channel, track) => this.#wire === wire && this.#subscriptions.onTrack(channel, track),
          onPacket: (channel, packet) => this.#wire === wire && this.#subscriptions.onPacket(channel, packet),
          onNote: (channel, note) => this.#wire === wire && this.#subscriptions.onFault(channel, (note as EncodingFault).fault),
        })
        this.#wire = wire
      },
      onReady: () => {
        this.#show(worker)
        this.#enter('running')
      },
      onMessage: (message) => this.#take(message),
      onExit: ({ restartInMs }) => {
        if (this.#worker !== worker) return
        this.#restarts++
        this.#filterProblems.clear()
        this.#filterChoices.clear()
        this.#figures = { ...noFigures, frames: this.#figures.frames }
        this.#failAsked()
        this.#subscriptions.onGap()
        this.#canvasFrames.onGap()
        this.#shared.onGap()
        if (this.#problem === undefined && restartInMs !== undefined) this.#enter('restarting')
      },
    })
    this.#worker = worker
  }

  #show(worker: SupervisedWorker<ToStudio>): void {
    if (this.#collection === undefined) return
    worker.send({
      kind: 'show',
      collection: this.#collection,
      on: this.#dependencies.onAir(),
      encodings: this.#subscriptions.wanted,
      canvasFrames: this.#canvasFrames.wanted,
      shared: this.#shared.wanted,
      tiles: this.#tiles,
      originUs: this.#originUs,
      folder: this.#dependencies.folder,
      memories: this.#dependencies.memories.all,
      reach: this.#dependencies.reach.policy(),
      displays: this.#displays.places,
      meters: this.#metersWanted,
      followsWindow: this.#followsWindow,
    })
  }

  #send(message: ToStudio): void {
    if (this.#state === 'running') this.#worker?.send(message)
  }

  async #ask<T>(message: (request: number) => ToStudio): Promise<T> {
    if (this.#state !== 'running') await this.#untilRunning()
    const worker = this.#worker as SupervisedWorker<ToStudio>
    const late = () => new AppError('studio.not_running', 'The studio did not answer in time')
    return this.#asked.request((request) => worker.send(message(request)), patienceMs, late) as Promise<T>
  }

  /** For a process that starts or restarts: requests are answered when it is ready. Rejects with `studio.preparing`, `studio.not_running`. */
  #untilRunning(): Promise<void> {
    const begins = (): boolean => this.#state === 'starting' || this.#state === 'restarting'
    if (this.#state === 'preparing') return Promise.reject(new AppError('studio.preparing'))
    if (!begins()) return Promise.reject(new AppError('studio.not_running', this.#problem))
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        clearTimeout(timer)
        leave()
        if (this.#state === 'running') resolve()
        else reject(new AppError('studio.not_running', this.#problem))
      }
      const timer = setTimeout(settle, patienceMs)
      const leave = this.onEvent(({ kind }) => {
        if (kind === 'state' && !begins()) settle()
      })
    })
  }

  #failAsked(): void {
    this.#asked.rejectAll(() => new AppError('studio.not_running', 'The studio is being started again'))
  }

  #take(message: FromStudio): void {
    switch (message.kind) {
      case 'answer':
        if (message.error === undefined) this.#asked.resolve(message.request, message.value)
        else this.#asked.reject(message.request, errorOf(message.error))
        break
      case 'switched':
        this.#asked.resolve(message.request, message.frame)
        for (const { canvas, scene, transition } of message.switches) {
          this.#notify({ kind: 'switched', canvas, scene, transition: transition?.id ?? null, frame: message.frame })
        }
        break
      case 'source':
        this.#reports.set(message.source, message.report)
        this.#notify(message)
        break
      case 'memory':
        this.#dependencies.memories.set(message.source, message.memory ?? undefined)
        break
      case 'filter':
        if (message.problem === null) this.#filterProblems.delete(message.filter)
        else this.#filterProblems.set(message.filter, message.problem)
        this.#notify(message)
        break
      case 'filter-chose':
        if (message.chosen === null) this.#filterChoices.delete(message.filter)
        else this.#filterChoices.set(message.filter, message.chosen)
        this.#notify(message)
        break
      case 'statistics':
        this.#figures = message.statistics
        this.#notify({ kind: 'statistics', statistics: this.statistics() })
        break
      case 'canvas-frames':
        this.#canvasFrames.onStores(message.canvas, message.canvasFrames)
        break
      case 'shared':
        this.#shared.onStores(message.of, message.stores)
        break
      case 'address':
        this.#dependencies.liveUrl(message.stream).then(
          (address) => this.#worker?.send({ kind: 'address', request: message.request, address }),
          (error: Error) => this.#worker?.send({ kind: 'address', request: message.request, problem: error.message }),
        )
        break
      case 'broken':
        this.#break(message.message)
        break
      default:
        this.#notify(message)
    }
  }

  /** It will not run on this machine however often it is started. */
  #break(problem: string): void {
    this.#problem = problem
    this.#dependencies.log.error({ problem }, 'the studio cannot run')
    const worker = this.#worker
    this.#worker = undefined
    this.#failAsked()
    this.#subscriptions.failAll(problem)
    this.#canvasFrames.failAll(problem)
    this.#shared.failAll(problem)
    this.#enter('failed')
    void worker?.stop()
  }

  #enter(state: EngineState): void {
    if (this.#state === state) return
    this.#state = state
    this.#notify({ kind: 'state', state, ...(this.#problem === undefined ? {} : { problem: this.#problem }) })
  }

  #notify(event: EngineEvent): void {
    for (const listener of this.#listeners) listener(event)
  }
}
