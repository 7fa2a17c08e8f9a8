import type { Packet, Track } from '../../../formats/track.ts'
import type { DisplayPlace } from '../../../media/desktop-displays.ts'
import type { ChosenSettings } from '../../../media/following/chosen-settings.ts'
import { AppError } from '../../../platform/errors.ts'
import type { Logger } from '../../../platform/logger.ts'
import type { ReachPolicy } from '../../../platform/outbound/reach.ts'
import type { EncodingFault, FromStudio, OnCanvas, ToStudio, WantedEncoding, WantedStores } from '../../control/engine/messages.ts'
import type { CanvasSwitch, ScreenshotOf } from '../../control/engine/studio-engine.ts'
import type { Collection } from '../../document/collection.ts'
import { applyChange, type CollectionChange } from '../../document/collection-change.ts'
import { sourcesOfGuest } from '../../document/guest-sources.ts'
import { keysByEditors } from '../../document/references/authorship.ts'
import type { Compositor, Surface } from '../compositor/compositor.ts'
import { FrameClock, frameUs } from '../encoder/frame-clock.ts'
import { FollowingFilters } from '../filters/following-filters.ts'
import { NativeFilters } from '../filters/native-filters.ts'
import type { Mixer } from '../mixer/mixer.ts'
import type { RunningSource, SourceContext } from '../sources/running-source.ts'
import { ActiveCanvases } from './active-canvases.ts'
import { ActiveEncodings } from './active-encodings.ts'
import { ActiveFrames } from './active-frames.ts'
import { ActiveShares } from './active-shares.ts'
import { ActiveSources } from './active-sources.ts'
import { ActiveWindowReader } from './active-window-reader.ts'
import { AudioClock } from './audio-clock.ts'
import { CanvasFrames } from './canvas-frames.ts'
import { addLookedAt } from './looked-at.ts'
import { Monitor } from './monitor.ts'
import { MultiviewTiles } from './multiview-tiles.ts'
import { PageFrames } from './page-frames.ts'
import { sampleLayer } from './sample-source.ts'
import { SceneSurfaces } from './scene-surfaces.ts'
import { StatisticsMeter } from './statistics-meter.ts'
import { Talkback } from './talkback.ts'

export interface EngineDependencies {
  readonly compositor: Compositor
  readonly mixer: Mixer
  readonly log: Logger
  readonly startSource: (kind: string, settings: unknown, context: SourceContext) => Promise<RunningSource>
  readonly liveUrl: (stream: string) => Promise<string>
  readonly send: (message: FromStudio) => void
  readonly onTrack: (channel: number, track: Track) => void
  readonly onPacket: (channel: number, packet: Packet) => void
  readonly onFault: (channel: number, fault: EncodingFault) => void
}

interface AwaitedSwitch {
  readonly request: number
  readonly switches: readonly CanvasSwitch[]
}

/** No frame is composited while more audio than this is due, us: mixing then takes all CPU time. */
const maxAudioBehindUs = 50_000

/** How often frame sizes are checked, ms. */
const sizesEachMs = 200

/** How often filters that follow the light look at it, and what others chose by the level is read, ms. */
const followEachMs = 500

/** Frame numbers of screenshots are far from the show's. */
const firstScreenshotFrame = 2 ** 40

const noSuchImage = (): AppError => new AppError('studio.not_found', 'There is no such image now')

/** The running studio: sources to scenes to programs to encodings, on one clock. */
export class Engine {
  readonly #dependencies: EngineDependencies
  readonly #sources: ActiveSources
  readonly #scenes: SceneSurfaces
  readonly #encodings: ActiveEncodings
  readonly #activeFrames: ActiveFrames
  readonly #shares: ActiveShares
  readonly #pages: PageFrames
  readonly #tiles: MultiviewTiles
  readonly #frames: CanvasFrames
  readonly #meter = new StatisticsMeter()
  readonly #monitor: Monitor
  readonly #filters: NativeFilters
  readonly #following: FollowingFilters
  #collection: Collection
  readonly #canvases: ActiveCanvases
  readonly #originUs: number
  #clock: FrameClock
  readonly #audioClock: AudioClock
  readonly #timers: NodeJS.Timeout[]
  #awaited: AwaitedSwitch[] = []
  #metersWanted: boolean
  #shownDirty = true
  /** What was reported as shown. */
  #shown = ''
  readonly #talkback: Talkback
  readonly #window: ActiveWindowReader
  #chosenByLevel: ReadonlyMap<string, ChosenSettings> = new Map()
  #screenshotFrame = firstScreenshotFrame

  constructor(dependencies: EngineDependencies, show: Extract<ToStudio, { kind: 'show' }>) {
    this.#dependencies = dependencies
    const { compositor, mixer, log, startSource, liveUrl, send } = dependencies
    this.#originUs = show.originUs
    this.#collection = show.collection
    this.#metersWanted = show.meters
    this.#sources = new ActiveSources({
      stores: compositor,
      log,
      folder: show.folder,
      reach: show.reach,
      displays: show.displays,
      start: startSource,
      clockOriginUs: () => this.#originUs,
      liveUrl,
      onStarted: () => {
        this.#scenes.replan()
        this.#shares.follow()
        this.#shownDirty = true
      },
      onReport: (source, report) => send({ kind: 'source', source, report }),
      memories: show.memories,
      onMemory: (source, memory) => send({ kind: 'memory', source, memory: memory ?? null }),
    })
    const frameStore = (source: string) => this.#sources.frameStore(source)
    this.#filters = new NativeFilters({
      frameStore,
      reach: show.reach,
      chosen: (filter) => this.#following.chosen(filter),
      onProblem: (filter, problem) => send({ kind: 'filter', filter, problem: problem ?? null }),
      onLoaded: () => this.#scenes.replan(),
    })
    this.#following = new FollowingFilters({
      imageBefore: (source, filter) => {
        const layer = this.#scenes.sourceLayer(source, filter)
        return layer && sampleLayer(compositor, layer, this.#screenshotFrame++)
      },
      onChosen: (filter, chosen) => send({ kind: 'filter-chose', filter, chosen }),
      onChange: () => this.#scenes.replan(),
    })
    this.#scenes = new SceneSurfaces({ compositor, frameStore, filters: (each) => this.#filters.of(each) })
    this.#canvases = new ActiveCanvases({
      compositor,
      scenes: this.#scenes,
      frameStore,
      restart: (source) => this.#restartStinger(source),
      lengthMs: (source) => this.#sources.lengthMs(source),
      onEnded: (canvas, scene) => {
        this.#shownDirty = true
        send({ kind: 'transition-ended', canvas, scene })
      },
    })
    this.#encodings = new ActiveEncodings({
      compositor,
      nowMs: () => compositor.nowUs() / 1000,
      onTrack: dependencies.onTrack,
      onPacket: dependencies.onPacket,
      onFault: dependencies.onFault,
    })
    this.#activeFrames = new ActiveFrames(compositor, (canvas, canvasFrames) => send({ kind: 'canvas-frames', canvas, canvasFrames }))
    this.#shares = new ActiveShares({
      stores: compositor,
      hasSource: (source) => this.#collection.sources.some(({ id }) => id === source),
      frameStore,
      audioStore: (source) => this.#sources.audioStore(source),
      onShared: (of, stores) => send({ kind: 'shared', of, stores }),
    })
    this.#pages = new PageFrames({ compositor, scenes: this.#scenes, frameStore })
    this.#tiles = new MultiviewTiles({
      compositor,
      scenes: this.#scenes,
      frameStore,
      log,
      onTiles: (tiles) => send({ kind: 'tiles', tiles }),
    })
    this.#frames = new CanvasFrames({
      compositor,
      scenes: this.#scenes,
      canvases: this.#canvases,
      encodings: this.#encodings,
      activeFrames: this.#activeFrames,
      pages: this.#pages,
      tiles: this.#tiles,
      meter: this.#meter,
      log,
    })
    this.#talkback = new Talkback({ mixer, log })
    this.#window = new ActiveWindowReader((reading) => send({ kind: 'window', ...reading }))
    this.#window.follow(show.followsWindow)
    this.#monitor = new Monitor({ log, onReport: (report) => send({ kind: 'monitor', report }) })
    this.#applyCollection(show.on)
    this.#tiles.set(show.tiles.tiles, show.tiles.height)
    this.#encodings.set(show.encodings, this.#canvases.all, this.#collection.frameRate)
    this.#activeFrames.set(show.canvasFrames, this.#canvases.all, this.#collection.frameRate)
    this.#shares.set(show.shared)
    this.#clock = this.#startClock()
    this.#audioClock = new AudioClock({
      mixer,
      originUs: this.#originUs,
      nowUs: () => compositor.nowUs(),
      onBlock: (block, showUs) => {
        this.#encodings.offerAudio(block, showUs)
        this.#shares.offerAudio(block)
        if (block.monitor !== undefined) this.#monitor.offer(block.monitor)
      },
    })
    this.#timers = [
      setInterval(() => this.#audioClock.advance(), 10),
      setInterval(() => {
        if (this.#metersWanted) send({ kind: 'meters', meters: mixer.meters() })
      }, 1000 / 30),
      setInterval(() => this.#reportStatistics(), 1000),
      setInterval(() => this.#sources.reportSizes(), sizesEachMs),
      setInterval(() => {
        this.#following.check()
        this.#reportChosenByLevel()
      }, followEachMs),
    ]
    // Before the first source runs: those that go on where they were must know whether they are seen.
    this.#reportShown()
  }

  change(change: CollectionChange): void {
    const before = this.#collection
    this.#collection = applyChange(before, change)
    this.#applyCollection({})
    this.#activeFrames.follow(this.#canvases.all, this.#collection.frameRate)
    this.#shares.follow()
    const { frameRate } = this.#collection
    if (frameRate.numerator === before.frameRate.numerator && frameRate.denominator === before.frameRate.denominator) return
    this.#clock.stop()
    this.#clock = this.#startClock()
    this.#encodings.restart(this.#canvases.all, frameRate)
    this.#pages.keepFor(this.#encodings.video)
  }

  /** What users' paths and URLs may lead to is another from now on. */
  setReach(policy: ReachPolicy): void {
    this.#filters.setReach(policy)
    this.#sources.setReach(policy)
    this.#scenes.replan()
  }

  /** Displays of the remote desktop that sources name started, ended or were removed. */
  setDisplays(displays: Readonly<Record<string, DisplayPlace>>): void {
    this.#sources.setDisplays(displays)
  }

  encode(wanted: readonly WantedEncoding[]): void {
    this.#encodings.set(wanted, this.#canvases.all, this.#collection.frameRate)
    this.#pages.keepFor(this.#encodings.video)
    this.#shownDirty = true
    this.#reportMixer()
  }

  talkTo(talker: string, guests: readonly string[] | null): void {
    this.#talkback.talkTo(talker, guests)
  }

  talk(talker: string, packet: Uint8Array): void {
    this.#talkback.talk(talker, packet)
  }

  showFrames(wanted: readonly WantedStores[]): void {
    this.#activeFrames.set(wanted, this.#canvases.all, this.#collection.frameRate)
  }

  shareMedia(wanted: readonly WantedStores[]): void {
    this.#shares.set(wanted)
    this.#shownDirty = true
    this.#reportMixer()
  }

  showTiles(wanted: readonly string[], height: number): void {
    this.#tiles.set(wanted, height)
    this.#shownDirty = true
  }

  followWindow(wanted: boolean): void {
    this.#window.follow(wanted)
  }

  requestKeyframe(channel: number): void {
    this.#encodings.requestKeyframe(channel)
  }

  wantMeters(wanted: boolean): void {
    this.#metersWanted = wanted
    this.#takeTracks()
  }

  /** All on the next frame, or none. Throws `studio.not_found`. */
  switchTo(request: number, switches: readonly CanvasSwitch[]): void {
    const programs = switches.map(({ canvas, scene }) => {
      this.#checkScene(scene)
      return this.#canvases.get(canvas).program
    })
    for (const [index, { scene, transition, byHand }] of switches.entries())
      programs[index]?.switchTo(scene, transition, this.#clock.next, byHand)
    this.#awaited.push({ request, switches })
    // At once: sources that rested have until the next frame to bring their frames up to date.
    this.#reportShown()
  }

  /** Of transitions by hand; canvases that are gone, or have none, are passed over. */
  setTBar(canvases: readonly string[], position: number): void {
    for (const canvas of canvases) this.#canvases.find(canvas)?.program.setPosition(position)
  }

  /** Throws `studio.not_found`. */
  setPreview(canvas: string, scene: string | null): void {
    if (scene !== null) this.#checkScene(scene)
    this.#canvases.get(canvas).preview = scene
    this.#shownDirty = true
  }

  command(source: string, name: string, details: Readonly<Record<string, unknown>>): void {
    this.#sources.command(source, name, details)
  }

  async screenshot(of: ScreenshotOf, order: { readonly type: 'png' | 'jpeg'; readonly width?: number }): Promise<Uint8Array> {
    const { takeScreenshot } = await import('./screenshots.ts')
    const { compositor } = this.#dependencies
    const frame = this.#screenshotFrame++
    const taken = (surface: Surface) => takeScreenshot(compositor, surface, (into) => compositor.render(surface, into, frame), order)
    if ('source' in of) {
      const layer = this.#scenes.sourceLayer(of.source, of.before)
      if (layer === undefined) throw new AppError('studio.not_found', `The source "${of.source}" has no video now`)
      const surface = compositor.createSurface({ width: layer.width, height: layer.height, background: '#000000' })
      try {
        surface.setLayers([layer])
        return await taken(surface)
      } finally {
        surface.close()
      }
    }
    if ('scene' in of) return taken(this.#rootOf(of.scene))
    if ('preview' in of) return taken(this.#rootOf(this.#canvases.find(of.preview)?.preview ?? undefined))
    const canvas = this.#canvases.find(of.program)
    if (canvas === undefined) throw noSuchImage()
    return takeScreenshot(compositor, canvas, (into) => canvas.program.compose(into, frame, this.#clock.next - 1), order)
  }

  async close(): Promise<void> {
    this.#clock.stop()
    for (const timer of this.#timers) clearInterval(timer)
    this.#monitor.close()
    this.#talkback.close()
    this.#window.follow(false)
    await Promise.all([this.#encodings.close(), this.#sources.close()])
    this.#activeFrames.close()
    this.#shares.close()
    this.#pages.keepFor(new Set())
    this.#tiles.close()
    this.#scenes.close()
    this.#canvases.close()
    this.#dependencies.mixer.close()
  }

  /** Tracks that are encoded; while somebody looks at meters also those that sources go to, so that their levels can be set before. */
  #takeTracks(): void {
    const metered = this.#metersWanted ? this.#collection.sources.flatMap(({ audio }) => audio?.tracks ?? []) : []
    this.#dependencies.mixer.setTracks([...new Set([...this.#encodings.tracks, ...this.#shares.tracks, ...metered])])
  }

  #checkScene(id: string): void {
    if (!this.#scenes.has(id)) throw new AppError('studio.not_found', `There is no scene "${id}"`)
  }

  #rootOf(scene: string | undefined): Surface {
    if (scene === undefined || !this.#scenes.has(scene)) throw noSuchImage()
    return this.#scenes.root(scene)
  }

  #startClock(): FrameClock {
    return new FrameClock({
      originUs: this.#originUs,
      rate: this.#collection.frameRate,
      nowUs: () => this.#dependencies.compositor.nowUs(),
      onFrame: (frame, dueUs) => this.#makeFrame(frame, dueUs),
    })
  }

  #makeFrame(frame: number, dueUs: number): void {
    if (this.#scenes.advance(frame, frameUs(1, this.#collection.frameRate) / 1000)) this.#shownDirty = true
    if (this.#shownDirty) this.#reportShown()
    // A frame that is left out is seen by few, missing audio is heard by everybody.
    this.#audioClock.advance()
    const audioWaits = this.#audioClock.behindUs > maxAudioBehindUs
    this.#frames.make(frame, dueUs, audioWaits, this.#collection)
    for (const { request, switches } of this.#awaited) this.#dependencies.send({ kind: 'switched', request, switches, frame })
    this.#awaited.length = 0
    this.#audioClock.advance()
  }

  /** Other settings that audio filters chose by the level, and those that follow no more. */
  #reportChosenByLevel(): void {
    const { mixer, send } = this.#dependencies
    const before = this.#chosenByLevel
    const chosen = mixer.chosen()
    this.#chosenByLevel = chosen
    for (const [filter, each] of chosen) if (before.get(filter) !== each) send({ kind: 'filter-chose', filter, chosen: each })
    for (const filter of before.keys()) if (!chosen.has(filter)) send({ kind: 'filter-chose', filter, chosen: null })
  }

  #applyCollection(on: Readonly<Record<string, OnCanvas>>): void {
    const collection = this.#collection
    this.#monitor.setDevice(collection.monitorDevice ?? 'default')
    this.#dependencies.mixer.setTrackFilters(collection.tracks.map(({ filters }) => filters))
    this.#filters.setEditors(keysByEditors(collection))
    this.#sources.setCollection(collection)
    this.#following.setSources(collection.sources)
    this.#scenes.setCollection(collection)
    this.#filters.keepFor([...collection.sources, ...collection.scenes])
    if (this.#canvases.setCollection(collection, on)) this.#encodings.restart(this.#canvases.all, collection.frameRate)
    this.#shownDirty = true
  }

  #restartStinger(source: string): void {
    try {
      this.#sources.command(source, 'restart', {})
    } catch (error) {
      this.#dependencies.log.warn({ err: error, source }, 'the stinger does not play')
    }
  }

  /** Tells sources and mixer what is seen. */
  #reportShown(): void {
    this.#shownDirty = false
    const onAir = new Set<string>()
    const seen = new Set<string>()
    for (const { program, preview } of this.#canvases.all.values()) {
      for (const scene of program.shown) this.#scenes.sourcesIn(scene, onAir, seen)
      if (program.overlay !== undefined) onAir.add(program.overlay)
      if (preview !== null) this.#scenes.sourcesIn(preview, seen, seen)
    }
    for (const source of onAir) seen.add(source)
    addLookedAt(seen, [...this.#tiles.lookedAt, ...this.#encodings.views], this.#scenes, this.#collection)
    for (const source of this.#shares.sources) seen.add(source)
    this.#sources.setShown(seen)
    this.#following.setShown(seen)
    this.#dependencies.mixer.setInputs(
      this.#collection.sources.flatMap(({ id, name, audio }) => {
        const store = this.#sources.audioStore(id)
        return store && audio ? [{ source: id, name, store, audio, shown: onAir.has(id) }] : []
      }),
    )
    this.#reportMixer()
    const preview = [...seen].filter((source) => !onAir.has(source))
    const shown = JSON.stringify([[...onAir], preview])
    if (shown === this.#shown) return
    this.#shown = shown
    this.#dependencies.send({ kind: 'shown', program: [...onAir], preview })
  }

  /** Tells the mixer what is taken of it. */
  #reportMixer(): void {
    const { mixer } = this.#dependencies
    this.#takeTracks()
    mixer.setReturns(this.#encodings.returns.map((guest) => ({ guest, without: sourcesOfGuest(this.#collection, guest) })))
  }

  #reportStatistics(): void {
    const { send, mixer } = this.#dependencies
    const { dropped, late } = this.#clock
    send({
      kind: 'statistics',
      statistics: this.#meter.read({ dropped, late, tiles: this.#tiles.made, encodings: this.#encodings.statistics() }),
    })
    send({ kind: 'drift', drift: mixer.drift() })
    send({ kind: 'levels', levels: mixer.levels() })
  }
}
