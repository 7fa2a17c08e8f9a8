import { AppError } from '../../../../platform/errors.ts'
import type { JudgeTarget } from '../../../../platform/outbound/judged-connection.ts'
import type { SocketClient } from '../../../../platform/routes/sockets.ts'
import { repeat } from '../../../../platform/timing/repeat.ts'
import { DataFollower, type DataReport, type DataSettings } from './data/data-follower.ts'
import type { AnyOverlayKind } from './kinds/overlay-kind.ts'
import { findOverlayKind } from './kinds/overlay-kinds.ts'
import type { Overlay } from './overlay-store.ts'

export interface RunningOverlayDependencies {
  /** Judges the URL of the data by the rights of the user who named it. */
  judge(limited: boolean): JudgeTarget
  /** Viewers of a stream of this host. */
  viewers(stream: string): number
  /** ms since 1970. */
  now(): number
  newId(): string
  /** The overlay changed. `state`: what it shows, which changes often. */
  onChange(overlay: RunningOverlay, what: 'state' | 'report'): void
}

/** Posts of a second, and how many may come at once. */
const postsPerSecond = 30
const burst = 60
/** Pages outside of the studio that may show one overlay at a time. */
const maxPages = 32
/** Pages are sent at most so often, ms. */
const sendEveryMs = 40
/** A page that takes nothing while this much waits for it is disconnected, bytes: it comes back and is given everything. */
const maxWaitingBytes = 1 << 20
/** How often viewers are counted, ms. */
const countEveryMs = 1000

/** One overlay as it runs: takes posts, follows its data and keeps its pages in step. */
export class RunningOverlay {
  readonly kind: AnyOverlayKind
  readonly #dependencies: RunningOverlayDependencies
  readonly #pages = new Map<SocketClient, { readonly own: boolean }>()
  #overlay: Overlay
  #report: DataReport = { state: 'off', problem: null }
  #allowance = burst
  #refilledMs: number
  #change: NodeJS.Timeout | undefined
  #send: NodeJS.Timeout | undefined
  #count: NodeJS.Timeout | undefined
  #follower: DataFollower | undefined
  #followed = ''

  constructor(overlay: Overlay, dependencies: RunningOverlayDependencies) {
    this.kind = findOverlayKind(overlay.kind) as AnyOverlayKind
    this.#dependencies = dependencies
    this.#overlay = overlay
    this.#refilledMs = dependencies.now()
    this.#plan()
    this.#follow()
  }

  get overlay(): Overlay {
    return this.#overlay
  }

  get report(): DataReport {
    return this.#report
  }

  /** Pages that show it now. */
  get pages(): number {
    return this.#pages.size
  }

  /** What it shows, for those who only look. */
  get shown(): unknown {
    return this.kind.shown?.(this.#overlay.state) ?? this.#overlay.state
  }

  /** Takes another name, other settings or secrets. */
  replace(overlay: Overlay): void {
    this.#overlay = overlay
    this.#follow()
    this.#sendSoon()
  }

  /** Takes a body that fits the schema of the kind's posts. Throws `studio.overlay_busy` and what the kind throws. */
  post(body: unknown): void {
    const nowMs = this.#dependencies.now()
    this.#allowance = Math.min(burst, this.#allowance + (Math.max(0, nowMs - this.#refilledMs) / 1000) * postsPerSecond)
    this.#refilledMs = nowMs
    if (this.#allowance < 1) {
      throw new AppError('studio.overlay_busy', `An overlay takes ${postsPerSecond} posts a second`, { details: { retryAfterSeconds: 1 } })
    }
    this.#allowance--
    this.apply(body)
  }

  /** As `post`, for what is not limited. */
  apply(body: unknown): void {
    this.#set(this.kind.apply(this.#overlay.state, body, this.#context()))
  }

  /** Throws `studio.overlay_busy` where no more pages of others may show it. */
  checkPages(): void {
    if ([...this.#pages.values()].filter(({ own }) => !own).length < maxPages) return
    throw new AppError('studio.overlay_busy', `${maxPages} pages show this overlay, the maximum`, { details: { limit: maxPages } })
  }

  /** A page that shows it, until the answer is called. `own`: of this host's studio. */
  show(client: SocketClient, own: boolean): () => void {
    this.#pages.set(client, { own })
    client.send(this.#message())
    this.#dependencies.onChange(this, 'report')
    return () => {
      if (this.#pages.delete(client)) this.#dependencies.onChange(this, 'report')
    }
  }

  /** Disconnects pages that were opened by its URL: it is another one now. */
  closeShared(): void {
    for (const [client, { own }] of this.#pages) if (!own) client.close(4401, 'the URL of this overlay was renewed')
  }

  stop(): void {
    for (const timer of [this.#change, this.#send]) clearTimeout(timer)
    clearInterval(this.#count)
    this.#follower?.stop()
    for (const client of this.#pages.keys()) client.close(4404, 'the overlay is gone')
  }

  #context() {
    return { settings: this.#overlay.settings, nowMs: this.#dependencies.now(), newId: this.#dependencies.newId }
  }

  #set(state: unknown): void {
    if (JSON.stringify(state) === JSON.stringify(this.#overlay.state)) return
    this.#overlay = { ...this.#overlay, state }
    this.#plan()
    this.#sendSoon()
    this.#dependencies.onChange(this, 'state')
  }

  /** Has the state change by itself when it is to. */
  #plan(): void {
    clearTimeout(this.#change)
    const atMs = this.kind.changesAtMs?.(this.#overlay.state)
    if (atMs === undefined) return
    this.#change = setTimeout(
      () => {
        if (this.#dependencies.now() < atMs) this.#plan()
        else this.#set(this.kind.advance?.(this.#overlay.state, this.#context()))
      },
      Math.min(3_600_000, Math.max(0, atMs - this.#dependencies.now())),
    ).unref()
  }

  #sendSoon(): void {
    if (this.#pages.size === 0) return
    this.#send ??= setTimeout(() => {
      this.#send = undefined
      const message = this.#message()
      for (const client of this.#pages.keys()) {
        if (client.waitingBytes > maxWaitingBytes) client.terminate()
        else client.send(message)
      }
    }, sendEveryMs).unref()
  }

  #message(): string {
    const { kind, settings } = this.#overlay
    // Where its data comes from is none of the page's business.
    const { url: _url, path: _path, ...shown } = settings
    const { width, height } = this.kind
    return JSON.stringify({ kind, width, height, settings: shown, state: this.shown, now: this.#dependencies.now() })
  }

  /** Follows the data that the settings name, if it is not followed already. */
  #follow(): void {
    const { settings, byEditor } = this.#overlay
    this.#countViewers(settings.stream)
    const { source, url, format, path, intervalMs } = settings as Partial<DataSettings>
    const wanted =
      source === undefined || source === 'posted' || url === '' ? '' : JSON.stringify([source, url, format, path, intervalMs, byEditor])
    if (wanted === this.#followed) return
    this.#followed = wanted
    this.#follower?.stop()
    this.#follower = undefined
    if (wanted === '') {
      this.#notify({ state: 'off', problem: null })
      return
    }
    this.#follower = new DataFollower(settings as unknown as DataSettings, {
      judge: this.#dependencies.judge(byEditor),
      onData: (value) => this.apply(this.kind.read?.(value)),
      report: (report) => this.#notify(report),
    })
  }

  #countViewers(stream: unknown): void {
    clearInterval(this.#count)
    this.#count = undefined
    if (typeof stream !== 'string' || stream === '') return
    const count = (): void => this.apply({ count: this.#dependencies.viewers(stream) })
    this.#count = repeat(countEveryMs, count)
  }

  #notify(report: DataReport): void {
    if (report.state === this.#report.state && report.problem === this.#report.problem) return
    this.#report = report
    this.#dependencies.onChange(this, 'report')
  }
}
