import type { EngineKind } from './engine.ts'
import { type PlaybackFigures, PlaybackMeter } from './playback-meter.ts'

/** Sent so often while something plays, ms. */
const everyMs = 5000
/** Events within this time are sent together, ms. */
const gatherMs = 250

export interface BeaconSource {
  readonly video: HTMLVideoElement
  readonly session: string
  address(): string
  protocol(): EngineKind
  /** Quality that plays. */
  level(): { readonly id: number; readonly height: number; readonly bitrateKbps: number } | null
  latencyMs(): number | null
}

type BeaconEvent = 'report' | 'start' | 'stall' | 'resume' | 'switch' | 'error' | 'end'

/** Tells the host how this player fares: see docs/viewers.md. */
export class BeaconSender {
  readonly #source: BeaconSource
  readonly meter: PlaybackMeter
  readonly #stop = new AbortController()
  readonly #timer: ReturnType<typeof setInterval>
  #soon: ReturnType<typeof setTimeout> | undefined
  #sequence = 0
  #switches = 0
  #level: string | undefined
  #errors = 0
  #error: string | undefined
  #hasStarted = false
  #isOver = false

  constructor(source: BeaconSource) {
    this.#source = source
    this.meter = new PlaybackMeter(source.video, (isStalled) => this.#notify(isStalled ? 'stall' : 'resume'))
    this.#timer = setInterval(() => this.#send('report'), everyMs)
    const { signal } = this.#stop
    source.video.addEventListener('timeupdate', () => this.#started(), { signal })
    window.addEventListener('pagehide', () => this.#leave(), { signal })
    // a page that comes back from the browser's memory watches again
    window.addEventListener('pageshow', () => (this.#isOver = false), { signal })
    document.addEventListener(
      'visibilitychange',
      () => {
        if (document.visibilityState === 'hidden') this.#send('report')
      },
      { signal },
    )
  }

  /** The quality may have changed. */
  looked(): void {
    const level = this.#source.level()
    if (level === null) return
    const key = this.#source.protocol() === 'webrtc' ? `webrtc ${level.height}` : `${this.#source.protocol()} ${level.id}`
    if (this.#level === key) return
    const before = this.#level
    this.#level = key
    if (before === undefined || before.split(' ')[0] !== key.split(' ')[0] || !this.#hasStarted) return
    this.#switches++
    this.#notify('switch')
  }

  failed(what: string): void {
    this.#errors++
    this.#error = what.slice(0, 200)
    this.#notify('error')
  }

  stop(): void {
    this.#leave()
    clearInterval(this.#timer)
    clearTimeout(this.#soon)
    this.#stop.abort()
    this.meter.stop()
  }

  #started(): void {
    this.looked()
    if (this.#hasStarted || this.meter.read().startupMs === null) return
    this.#hasStarted = true
    this.#notify('start')
  }

  #notify(event: BeaconEvent): void {
    this.#soon ??= setTimeout(() => {
      this.#soon = undefined
      this.#send(event)
    }, gatherMs)
  }

  #leave(): void {
    if (this.#hasStarted && !this.#isOver) this.#send('end')
    this.#isOver = true
  }

  #send(event: BeaconEvent): void {
    if (!this.#hasStarted || this.#isOver) return
    const { session, protocol, level, latencyMs, address } = this.#source
    const figures: PlaybackFigures = this.meter.read()
    const quality = level()
    const latency = latencyMs()
    const body = JSON.stringify({
      session,
      protocol: protocol(),
      event,
      sequence: this.#sequence++,
      player: 'AMI Streams',
      ...figures,
      switches: this.#switches,
      height: quality?.height || null,
      bitrateKbps: quality === null ? null : Math.round(quality.bitrateKbps),
      latencyMs: latency === null ? null : Math.max(0, Math.round(latency)),
      errors: this.#errors,
      error: this.#error ?? null,
    })
    navigator.sendBeacon(address(), body)
  }
}
