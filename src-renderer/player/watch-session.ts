import { Nodes } from '../../src-client/index.ts'
import type { Availability } from './availability.ts'
import { askAgainMs } from './backoff.ts'
import { BeaconSender } from './beacon-sender.ts'
import type { CurrentLevel, Engine, EngineEvents, EngineKind, LevelInfo, PlayableRange } from './engine.ts'
import { latencyMs } from './latency.ts'
import { measureClock, pause, ServerClock } from './server-clock.ts'
import { StreamEndpoint } from './stream-endpoint.ts'
import { followNotices, type StreamNotice } from './stream-notices.ts'

export type WatchState =
  | 'loading'
  | 'playing'
  | 'buffering'
  /** The publisher is away; the stream goes on by itself when it returns. */
  | 'reconnecting'
  /** Not live yet. */
  | 'waiting'
  | 'ended'
  | 'missing'
  | 'refused'
  | 'connection-lost'
  /** The host was away and answers again; the stream that was watched is not back yet. */
  | 'returning'
  | 'unsupported'

export interface WatchOptions {
  readonly video: HTMLVideoElement
  /** Stream name as in /watch/NAME. */
  readonly name: string
  /** Counts this player as one viewer. */
  readonly session: string
  /** `webrtc` falls back to `hls` by itself where no connection comes to be. */
  readonly engine: EngineKind
  /** What a signed link carries. */
  readonly token?: string | undefined
  /** Where to start, as behind `?start=`; undefined: live. */
  readonly start?: string | undefined
  onState(state: WatchState): void
  /** The stream's title became known. */
  onTitle?(title: string): void
  onLevels(): void
  /** The playing library reported an error, also one that it repairs by itself. */
  onProblem?(what: string): void
}

/** After the host says that the stream is over, a player shows what it still has for this long, ms. */
const playOutMs = 800
/** A stream that was lost with its host is expected back for this long, ms. */
const returnMs = 60_000

/**
 * Plays one stream for as long as the page is open: waits until it is live, starts the engine, brings it back after
 * every failure, and tells what is going on. Nothing that happens to the stream needs a page reload.
 */
export class WatchSession {
  readonly #options: WatchOptions
  readonly #clock = new ServerClock()
  readonly #stop = new AbortController()
  /** Its `start` is where the next engine starts: a link's, or where one that failed was. */
  readonly #endpoint: StreamEndpoint
  readonly #beacon: BeaconSender | undefined
  #stopNotices: () => void
  readonly #nodes: Nodes
  /** Resolves when it is known from where the stream is fetched. */
  readonly #routed: Promise<void>
  /** The host says that the publisher is away. */
  #isAway = false
  #epoch = ''
  #engine: Engine | undefined
  #engineKind: EngineKind
  #state: WatchState = 'loading'
  #advancing = true
  /** Run of the stream that is known to be over: its playlist is still there, but not live. */
  #endedEpoch: string | undefined
  #attempt = 0
  /** Until then a stream that is not live counts as one that comes back. */
  #returnsUntilMs = 0
  /** Grows with every engine, so that late callbacks of an old one are not heard. */
  #round = 0

  constructor(options: WatchOptions) {
    this.#options = options
    this.#engineKind = options.engine
    const { video, name, session, token } = options
    const { signal } = this.#stop
    const onTitle = (title: string): void => options.onTitle?.(title)
    const signed = token === undefined ? '' : `@${encodeURIComponent(token)}/`
    this.#nodes = new Nodes({
      home: location.origin,
      warmPath: `/live/${encodeURIComponent(name)}/${signed}index.m3u8?session=${session}&node=chosen`,
      onMove: () => this.#follow(),
    })
    // the stream page's own preview stays at the host
    this.#routed = options.session.startsWith('preview-') ? Promise.resolve() : this.#nodes.start()
    this.#endpoint = new StreamEndpoint({ name, session, token, clock: this.#clock, signal, nodes: this.#nodes, onTitle }, options.start)
    video.addEventListener('playing', () => this.#settle(), { signal })
    video.addEventListener('timeupdate', () => this.#settle(), { signal })
    video.addEventListener('waiting', () => this.#stalled(), { signal })
    window.addEventListener('online', () => this.#wake(), { signal })
    // the stream page's own preview is no viewer
    if (!options.session.startsWith('preview-')) {
      this.#beacon = new BeaconSender({
        video,
        session: options.session,
        address: () => this.#endpoint.address('beacon'),
        protocol: () => this.#engineKind,
        level: () => this.level(),
        latencyMs: () => this.latencyMs(),
      })
      this.#beacon.meter.want()
    }
    this.#stopNotices = () => undefined
    this.#follow()
    void this.#open()
    void measureClock(this.#clock, signal)
  }

  /** Base URL of the host or node that it is fetched from. */
  get node(): string {
    return this.#nodes.base
  }

  get state(): WatchState {
    return this.#state
  }

  get engine(): EngineKind {
    return this.#engineKind
  }

  /** Delay to the host, ms, or null while unknown. */
  latencyMs(): number | null {
    if (this.#state !== 'playing' && this.#state !== 'buffering' && this.#state !== 'reconnecting') return null
    return this.#engine?.delayMs?.() ?? latencyMs(this.#clock.nowMs(), this.#engine?.shownTimeMs())
  }

  levels(): readonly LevelInfo[] {
    return this.#engine?.levels() ?? []
  }

  level(): CurrentLevel | null {
    return this.#engine?.level() ?? null
  }

  setLevel(id: number): void {
    this.#engine?.setLevel(id)
    this.#options.onLevels()
  }

  /** Wall clock of the frame on screen by the host's reckoning, ms since 1970; undefined while unknown. */
  shownTimeMs(): number | undefined {
    return this.#engine?.shownTimeMs()
  }

  /** URL of something that belongs to the stream, e.g. `sprites.vtt`, with the right to fetch it. */
  urlOf(file: string): string {
    return this.#endpoint.address(file)
  }

  /** What can be played now, on the video's clock. */
  range(): PlayableRange | undefined {
    return this.#engine?.range()
  }

  /** True where the viewer is behind the live edge by choice. */
  get rewound(): boolean {
    return this.#engine?.rewound ?? this.#endpoint.start !== undefined
  }

  /** Goes to a moment on the video's clock, within what can be played, s. */
  seek(timeS: number): void {
    const range = this.#engine?.range()
    if (!range) return
    // a little behind the oldest moment, which goes away next
    this.#engine?.seek(Math.min(range.liveS, Math.max(range.startS + 0.5, timeS)))
  }

  goLive(): void {
    if (this.#state === 'ended') return
    this.#engine?.goLive()
    void this.#options.video.play().catch(() => {})
  }

  /** Changes to the other playing library. */
  useEngine(kind: EngineKind): void {
    if (kind === this.#engineKind) return
    this.#engineKind = kind
    this.#endedEpoch = undefined
    this.#rememberPlace()
    this.#drop()
    this.#say('loading')
    void this.#open()
  }

  stop(): void {
    this.#beacon?.stop()
    this.#stopNotices()
    this.#nodes.stop()
    this.#stop.abort()
    this.#drop()
  }

  #say(state: WatchState): void {
    if (state === this.#state || this.#stop.signal.aborted) return
    this.#state = state
    if (state === 'loading') this.#beacon?.meter.want()
    else if (isIdle(state)) this.#beacon?.meter.rest()
    this.#options.onState(state)
  }

  /** Listens to the node that the stream is fetched from now. */
  #follow(): void {
    this.#stopNotices()
    this.#stopNotices = followNotices(
      () => this.#endpoint.address('events'),
      (notice) => this.#reported(notice),
    )
  }

  #drop(): void {
    this.#round++
    this.#engine?.destroy()
    this.#engine = undefined
  }

  /** The next engine starts where this one was, if its viewer was behind the live edge. */
  #rememberPlace(): void {
    const shown = this.#engine?.rewound ? this.#engine.shownTimeMs() : undefined
    this.#endpoint.start = shown === undefined ? undefined : new Date(shown).toISOString()
  }

  #settle(): void {
    const { video } = this.#options
    if (!this.#engine || this.#state === 'ended' || video.readyState < HTMLMediaElement.HAVE_FUTURE_DATA || video.seeking) return
    if (video.paused && this.#state === 'loading') return
    this.#attempt = 0
    this.#beacon?.meter.want()
    this.#say(this.#isAway && !this.rewound ? 'reconnecting' : 'playing')
  }

  #stalled(): void {
    if (!this.#engine || this.#state === 'ended' || this.#state === 'loading') return
    // A video that runs dry while the publisher is known to be away does not wait for the network.
    this.#say(this.#advancing && !(this.#isAway && !this.rewound) ? 'buffering' : 'reconnecting')
  }

  #wake = (): void => {}

  /** The host reports the stream's state, sooner than what is played shows it. */
  #reported({ title, state, reconnecting }: StreamNotice): void {
    if (title) this.#options.onTitle?.(title)
    const wasAway = this.#isAway
    this.#isAway = state === 'active' && reconnecting
    if (state === 'ended' || state === 'error') {
      const round = this.#round
      // the engine says it by itself where it has come to the end by then
      void pause(playOutMs, this.#stop.signal).then(() => {
        if (round === this.#round && this.#engine && !this.rewound && this.#state !== 'ended') this.#over(this.#epoch, false)
      })
      return
    }
    if (this.#engine === undefined || this.#state === 'ended') {
      if (state === 'active') this.#wake()
      else this.#settleIdle(state)
      return
    }
    if (this.rewound) return
    if (this.#isAway && (this.#state === 'playing' || this.#state === 'buffering')) this.#say('reconnecting')
    else if (wasAway && !this.#isAway && this.#state === 'reconnecting') {
      this.#advancing = true
      this.#say(this.#options.video.readyState < HTMLMediaElement.HAVE_FUTURE_DATA ? 'buffering' : 'playing')
    }
  }

  /** A stream that is waited for: it has got a name, or lost it. */
  #settleIdle(state: string): void {
    if (state === 'pending' && this.#state === 'missing') this.#say('waiting')
    else if (state === 'missing' && this.#state === 'waiting') this.#say('missing')
  }

  /** What was watched is gone, and nobody said that it is over. */
  #lost(): void {
    if (this.#epoch !== '') this.#returnsUntilMs = performance.now() + returnMs
  }

  #over(epoch: string, atOnce: boolean): void {
    this.#endedEpoch = epoch
    // The engine stays until the stream starts again: it keeps the last frame.
    if (atOnce) this.#drop()
    this.#say('ended')
    void this.#open()
  }

  /** Asks until the stream plays, then starts the engine. */
  async #open(): Promise<void> {
    const round = ++this.#round
    const { signal } = this.#stop
    // The library comes over the wire while the host is asked.
    const library = this.#engineKind === 'hls' && canUseMediaSource() ? loadHls() : undefined
    library?.catch(() => {})
    await this.#routed
    while (!signal.aborted && round === this.#round) {
      const answer = await this.#endpoint.ask()
      if (signal.aborted || round !== this.#round) return
      if (answer.kind === 'playable' && (answer.epoch === '' || answer.epoch !== this.#endedEpoch)) {
        try {
          await this.#begin(round, answer.playlist, answer.epoch, library)
          return
        } catch {
          this.#say('connection-lost')
        }
      } else {
        if (answer.kind === 'unreachable') this.#lost()
        const returns = answer.kind === 'waiting' && performance.now() < this.#returnsUntilMs
        this.#say(returns ? 'returning' : stateOf(answer.kind))
      }
      const woken = new Promise<void>((resolve) => {
        this.#wake = resolve
      })
      await Promise.race([pause(askAgainMs(this.#attempt++), signal), woken])
    }
  }

  async #begin(round: number, playlist: string, epoch: string, library: ReturnType<typeof loadHls> | undefined): Promise<void> {
    const { video } = this.#options
    const events: EngineEvents = {
      onLevels: () => {
        if (round !== this.#round) return
        this.#beacon?.looked()
        this.#options.onLevels()
      },
      onProblem: (what) => {
        this.#beacon?.failed(what)
        this.#options.onProblem?.(what)
      },
      onAdvancing: (advancing) => {
        if (round !== this.#round) return
        this.#advancing = advancing
        if (!advancing && this.#state === 'buffering') this.#say('reconnecting')
      },
      onEnded: (atOnce) => {
        if (round !== this.#round) return
        this.#over(epoch, atOnce)
      },
      onFatal: (reason) => {
        if (round !== this.#round) return
        const isConnected = this.#state !== 'loading'
        if (reason === 'network') void this.#nodes.suspect()
        this.#lost()
        this.#rememberPlace()
        this.#drop()
        if (this.#engineKind === 'webrtc' && !isConnected) {
          this.#engineKind = 'hls'
          this.#options.onProblem?.('WebRTC does not connect here: playing Low-Latency HLS')
          void this.#open()
          return
        }
        if (reason === 'unsupported') {
          this.#say('unsupported')
          return
        }
        this.#say(this.#attempt === 0 ? 'buffering' : 'connection-lost')
        void pause(this.#attempt === 0 ? 0 : askAgainMs(this.#attempt), this.#stop.signal).then(() => {
          this.#attempt++
          if (!this.#stop.signal.aborted) return this.#open()
        })
      },
    }
    this.#advancing = true
    this.#epoch = epoch
    this.#engine?.destroy()
    this.#engine = undefined
    if (this.#state !== 'buffering') this.#say('loading')
    if (this.#engineKind === 'webrtc') {
      const { createWebRtcEngine } = await import('./webrtc-engine.ts')
      if (round !== this.#round) return
      const isOver = async () => (await this.#endpoint.ask()).kind === 'ended'
      this.#engine = createWebRtcEngine(video, this.#endpoint.whep(), isOver, events)
      return
    }
    if (this.#engineKind === 'dash') {
      // where media come from a CDN it would be asked first whether it takes CMCD's headers
      const cdn = /^(?:https?:)?\/\//m.test(playlist)
      const { createDashEngine } = await import('./dash-engine.ts')
      if (round !== this.#round) return
      this.#engine = createDashEngine(
        video,
        this.#endpoint.address('manifest.mpd'),
        events,
        this.#endpoint.start,
        cdn || this.#nodes.base !== location.origin ? undefined : this.#options.session,
        this.#nodes,
      )
      return
    } else if (library) {
      const [{ default: Hls }, { createHlsEngine }] = await library
      if (round !== this.#round) return
      this.#engine = createHlsEngine(
        Hls,
        video,
        this.#endpoint.address('index.m3u8'),
        playlist,
        events,
        this.#endpoint.start !== undefined,
        this.#options.session,
        this.#nodes,
      )
    } else {
      const { createNativeEngine } = await import('./native-engine.ts')
      if (round !== this.#round) return
      this.#engine = createNativeEngine(video, this.#endpoint.address('index.m3u8'), events, this.#endpoint.start !== undefined)
    }
    void video.play().catch(() => {})
  }
}

/** There is nothing to see, and nobody waits for a frame. */
function isIdle(state: WatchState): boolean {
  return state === 'waiting' || state === 'ended' || state === 'missing' || state === 'refused' || state === 'unsupported'
}

function stateOf(kind: Availability['kind']): WatchState {
  if (kind === 'unreachable') return 'connection-lost'
  return kind === 'playable' ? 'ended' : kind
}

/** hls.js and what drives it, side by side. */
function loadHls() {
  return Promise.all([import('hls.js'), import('./hls-engine.ts')])
}

/** True where hls.js can work; iPhones before iOS 17.1 play HLS only by themselves. */
function canUseMediaSource(): boolean {
  return 'MediaSource' in globalThis || 'ManagedMediaSource' in globalThis
}
