import type { Duplex } from 'node:stream'
import type { Track } from '../../formats/track.ts'
import { AppError, type ErrorCode, errorKinds } from '../../platform/errors.ts'
import type { Logger } from '../../platform/logger.ts'
import type { SocketClient } from '../../platform/routes/sockets.ts'
import { PendingReplies } from '../../platform/workers/pending-replies.ts'
import type { SupervisedWorker } from '../../platform/workers/supervise-worker.ts'
import type { RunningDisplay } from '../displays/display-server.ts'
import type { MonitorPlace } from '../displays/monitors.ts'
import type { SeatState, SeatWishes } from '../displays/screen-privacy.ts'
import type { Right, Rights } from '../rights/rights.ts'
import { minCameraMs } from './camera-frames.ts'
import type { ClientMessage } from './client-message.ts'
import { maxClipboardChunks } from './clipboard-formats.ts'
import { clipboardKind, clipboardParts } from './clipboard-kinds.ts'
import type { StartDisplayWorker } from './display-worker.ts'
import { rightForMessage, rightForPayload } from './message-rights.ts'
import type { CopiedUris, RecordingWishes, ToDesktopWorker } from './messages.ts'
import { type DisplayEncoding, type DisplayTaker, readRecorderWire, recorderNumber } from './recording-wire.ts'
import { maxWaiting } from './transport/viewer-transport.ts'
import { readViewerWire } from './viewer-wire.ts'

/** Messages of viewers that wait for a process that is being started: a second's worth of one who types and points. */
const maxWaitingMessages = 200

/** A program that copied files says which within a few seconds, or is given up by the process of the display, ms. */
const maxCopiedMs = 5000
/** What a viewer says once: it is said again to a process that follows one that crashed, and when they may again. */
const keptKinds: readonly ClientMessage['kind'][] = ['decoder', 'quality', 'part', 'listen', 'microphone', 'camera']

/** For what comes from and goes to the PipeWire of a display. */
const mediaRights: ReadonlySet<Right> = new Set(['audio', 'microphone', 'camera'])

interface JoinedViewer {
  readonly client: SocketClient
  readonly raw: boolean
  /** Messages with clipboard data that the process has not taken. */
  clipboardChunks: number
  /** When a frame of their camera was passed on, ms. */
  cameraMs: number
  readonly kept: Map<ClientMessage['kind'], ClientMessage>
  rights: Rights
}

export interface DisplaySessionOptions {
  readonly id: string
  readonly display: RunningDisplay
  /** Starts the process that shows it. */
  readonly start: StartDisplayWorker
  readonly log: Logger
  readonly onSize: (width: number, height: number) => void
  /** How it is to be split into monitors when its process has started; empty: as it is. */
  readonly monitors: () => readonly MonitorPlace[]
  readonly onMonitors: (monitors: readonly MonitorPlace[]) => void
  /** It can have any size: it is no real screen. */
  readonly virtual: boolean
  /** Throws AppError where it cannot be split into monitors. */
  readonly demandSeveralMonitors: () => void
  /** It has audio and a camera of its own, or those of the machine because it is its screen. Else the machine's are not for who looks. */
  readonly audible: boolean
  /** What of `setSeat` could be done. */
  readonly onSeat: (state: SeatState) => void
  /** The display cannot be shown any more: nothing comes of this session from here on, and it is to be stopped. `taken`: it was recorded, or sent live. */
  readonly onLost: (why: string, code: ErrorCode | undefined, taken: boolean) => void
}

/** Those who see one display, and the process that shows it to them. It runs while there are some. */
export class DisplaySession {
  readonly #options: DisplaySessionOptions
  readonly #worker: SupervisedWorker<ToDesktopWorker>
  readonly #viewers = new Map<number, JoinedViewer>()
  /** What was typed while there is no process to take it. */
  readonly #waiting: ToDesktopWorker[] = []
  readonly #copied = new PendingReplies<CopiedUris | undefined>()
  /** Who takes what is encoded, and what each wants of it. */
  readonly #takers = new Map<DisplayTaker, RecordingWishes>()
  /** What a real screen is to be like, once somebody has said so. */
  #seat: SeatWishes | undefined
  #ready = false
  /** The monitors that it is to have when there is a process that can do it. */
  #wanted: readonly MonitorPlace[] | undefined
  /** Its monitors, as the message that viewers were sent. */
  #monitors: string | undefined
  /** Its touch screen, likewise; undefined without one. */
  #touchScreen: string | undefined
  #next = recorderNumber + 1

  constructor(options: DisplaySessionOptions) {
    this.#options = options
    const { id, display, log, start } = options
    this.#worker = start({
      id,
      display,
      log,
      onReady: () => {
        this.#ready = true
        this.#worker.send({ kind: 'monitors', monitors: this.#wanted ?? (options.virtual ? options.monitors() : []) })
        this.#wanted = undefined
        if (this.#seat) this.#worker.send({ kind: 'seat', ...this.#seat })
        for (const [viewer, joined] of this.#viewers) {
          joined.clipboardChunks = 0
          this.#introduce(viewer, joined)
        }
        this.#sendWishes(true)
        for (const message of this.#waiting.splice(0)) this.#worker.send(message)
      },
      onExit: () => {
        this.#ready = false
      },
      onMediaPipe: (pipe) => this.#read(pipe),
      onMessage: (message) => {
        if (message.kind === 'copied-files') this.#copied.resolve(message.request, message.copied)
        else if (message.kind === 'size') options.onSize(message.width, message.height)
        else if (message.kind === 'seat') options.onSeat({ blanked: message.blanked, inputBlocked: message.inputBlocked })
        else if (message.kind === 'monitors') this.#tellMonitors(message.monitors)
        else if (message.kind === 'touch-screen') this.#tellTouchScreen(message.fingers)
        else this.#lose(message.why, message.code)
      },
    })
  }

  get viewers(): number {
    return this.#viewers.size
  }

  /** It is encoded for a recording or a live stream. */
  get taken(): boolean {
    return this.#takers.size > 0
  }

  /** Has the display encoded for a recording or a live stream; several share what is encoded. */
  encode(wishes: RecordingWishes, taker: DisplayTaker): DisplayEncoding {
    this.#takers.set(taker, wishes)
    this.#sendWishes(true)
    return {
      wantKey: () => {
        if (this.#takers.has(taker)) this.#sendWishes(true)
      },
      end: () => {
        if (this.#takers.delete(taker)) this.#sendWishes(false)
      },
    }
  }

  /** The files that programs of the display have copied; undefined without any. */
  async copiedFiles(): Promise<CopiedUris | undefined> {
    if (!this.#ready) return undefined
    return this.#copied.request((request) => this.#worker.send({ kind: 'copied-files', request }), maxCopiedMs).catch(() => undefined)
  }

  /** Puts files into the display's clipboard. False while there is no process that could. */
  offerFiles(uris: readonly string[]): boolean {
    if (this.#ready) this.#worker.send({ kind: 'offer-files', uris })
    return this.#ready
  }

  /** What the monitors and devices of a real screen are to be like from here on, also by a process that follows this one. */
  setSeat(wishes: SeatWishes): void {
    this.#seat = wishes
    if (this.#ready) this.#worker.send({ kind: 'seat', ...wishes })
  }

  /** Splits it into monitors. */
  arrange(monitors: readonly MonitorPlace[]): void {
    if (this.#ready) this.#worker.send({ kind: 'monitors', monitors })
    else this.#wanted = monitors
  }

  join(client: SocketClient, raw: boolean, rights: Rights): number {
    const viewer = this.#next++
    const joined: JoinedViewer = { client, raw, kept: new Map(), rights, clipboardChunks: 0, cameraMs: Number.NEGATIVE_INFINITY }
    this.#viewers.set(viewer, joined)
    if (this.#ready) this.#introduce(viewer, joined)
    return viewer
  }

  /** They go on as somebody who has just come, under the number that is answered: what was sent under the other one is dropped. */
  restart(viewer: number, raw: boolean): number {
    const joined = this.#viewers.get(viewer)
    if (joined === undefined) return viewer
    this.leave(viewer)
    const next = this.#next++
    const again: JoinedViewer = { ...joined, raw, clipboardChunks: 0 }
    this.#viewers.set(next, again)
    if (this.#ready) this.#introduce(next, again)
    return next
  }

  /** From here on nothing else of theirs is passed on; what they keep pressed is released where they may not control. */
  setRights(viewer: number, rights: Rights): void {
    const joined = this.#viewers.get(viewer)
    if (joined === undefined) return
    if (rights.has('see') && !joined.rights.has('see')) {
      for (const message of [this.#monitors, this.#touchScreen]) if (message !== undefined) joined.client.send(message)
    }
    joined.rights = rights
    const waiting = this.#waiting.splice(0)
    this.#waiting.push(...waiting.filter((each) => each.kind !== 'client' || each.viewer !== viewer || this.#may(viewer, each.message)))
    if (this.#ready) this.#worker.send({ kind: 'rights', viewer, rights: [...rights] })
    if (this.#ready) this.#repeat(viewer, joined)
  }

  hear(viewer: number, message: ClientMessage): void {
    const joined = this.#viewers.get(viewer)
    if (joined === undefined) return
    const isKept = keptKinds.includes(message.kind)
    if (isKept) joined.kept.set(message.kind, message)
    if (!this.#may(viewer, message)) return
    if (message.kind === 'size' && !this.#options.virtual) return
    if (message.kind === 'arrange' && (message.monitors.length > 1 || !this.#options.virtual)) {
      const rejection = this.#rejectionOfMonitors()
      if (rejection !== undefined) {
        const { code, message: detail } = rejection
        joined.client.send(JSON.stringify({ kind: 'problem', code, message: detail, remedy: errorKinds[code].remedy }))
        return
      }
    }
    // It does not wait until what it sent was taken: what nobody takes would stay in memory.
    if (message.kind === 'clipboard-data' && joined.clipboardChunks++ >= maxClipboardChunks) {
      joined.client.close(1008, 'clipboard data before the earlier one was acknowledged')
      return
    }
    if (message.kind === 'camera-frame') {
      const nowMs = performance.now()
      if (!this.#ready || nowMs - joined.cameraMs < minCameraMs) return
      joined.cameraMs = nowMs
    }
    const sent: ToDesktopWorker = { kind: 'client', viewer, message }
    if (this.#ready) this.#worker.send(sent)
    else if (!isKept && message.kind !== 'voice' && this.#waiting.length < maxWaitingMessages) this.#waiting.push(sent)
  }

  leave(viewer: number): void {
    if (this.#viewers.delete(viewer)) this.#worker.send({ kind: 'leave', viewer })
  }

  /** Disconnects everybody; the display stays. */
  async stop(reason: string): Promise<void> {
    for (const { client } of this.#viewers.values()) client.close(4410, reason)
    this.#viewers.clear()
    this.#endTakers()
    await this.#worker.stop(500)
  }

  /** Asks the process, where there is one, for what all takers together want. */
  #sendWishes(key: boolean): void {
    if (!this.#ready) return
    const wishes = [...this.#takers.values()]
    if (wishes.length > 0) {
      this.#worker.send({ kind: 'record', key, audio: wishes.some(({ audio }) => audio), live: wishes.some(({ live }) => live) })
    } else if (!key) this.#worker.send({ kind: 'record-end' })
  }

  /** The one place that decides what of a viewer reaches the display. */
  #may(viewer: number, message: ClientMessage): boolean {
    const right = rightForMessage(message)
    if (!this.#options.audible && mediaRights.has(right)) return false
    return this.#viewers.get(viewer)?.rights.has(right) === true
  }

  /** Why it cannot be split into monitors; undefined: it can. */
  #rejectionOfMonitors(): AppError | undefined {
    try {
      this.#options.demandSeveralMonitors()
      return undefined
    } catch (error) {
      if (error instanceof AppError) return error
      throw error
    }
  }

  #tellMonitors(monitors: readonly MonitorPlace[]): void {
    this.#options.onMonitors(monitors)
    const message = JSON.stringify({ kind: 'monitors', monitors, several: this.#rejectionOfMonitors() === undefined })
    if (message === this.#monitors) return
    this.#monitors = message
    this.#tell(message)
  }

  #tellTouchScreen(fingers: number): void {
    this.#touchScreen = JSON.stringify({ kind: 'touch-screen', fingers })
    this.#tell(this.#touchScreen)
  }

  #tell(message: string): void {
    for (const { client, rights } of this.#viewers.values()) if (rights.has('see')) client.send(message)
  }

  #introduce(viewer: number, joined: JoinedViewer): void {
    const { raw, rights } = joined
    this.#worker.send({ kind: 'join', viewer, raw })
    this.#worker.send({ kind: 'rights', viewer, rights: [...rights] })
    this.#repeat(viewer, joined)
  }

  /** Says again what the viewer said once, as far as they may. */
  #repeat(viewer: number, { kept }: JoinedViewer): void {
    for (const message of kept.values()) if (this.#may(viewer, message)) this.#worker.send({ kind: 'client', viewer, message })
  }

  #read(pipe: Duplex): void {
    for (const taker of [...this.#takers.keys()]) taker.onSeam()
    const each = (track: Track, give: (taker: DisplayTaker) => void): void => {
      for (const [taker, { audio }] of [...this.#takers]) if (audio || track.kind !== 'audio') give(taker)
    }
    const record = readRecorderWire({
      onTrack: (track) => each(track, (taker) => taker.onTrack(track)),
      onPacket: (packet) => each(packet.track, (taker) => taker.onPacket(packet)),
      onTitle: (title, atUs) => {
        for (const taker of [...this.#takers.keys()]) taker.onTitle(title, atUs)
      },
    })
    readViewerWire(
      pipe,
      (viewer, payload) => {
        if (viewer === recorderNumber) {
          record(Buffer.from(payload))
          return
        }
        const joined = this.#viewers.get(viewer)
        if (joined !== undefined && payload[0] === clipboardKind && payload[1] === clipboardParts.taken) {
          joined.clipboardChunks = Math.max(0, joined.clipboardChunks - 1)
        }
        const right = rightForPayload(payload)
        if (joined === undefined || right === undefined || !joined.rights.has(right)) return
        const { client } = joined
        if (client.waitingBytes > maxWaiting) client.terminate()
        // The frame's memory is read again for the next one.
        else client.send(Buffer.from(payload))
      },
      (error) => this.#options.log.debug({ err: error }, 'the pipe of a display broke'),
    )
  }

  #lose(why: string, code?: ErrorCode): void {
    this.#options.log.warn({ display: this.#options.display.server, why }, 'a display cannot be shown')
    for (const { client } of this.#viewers.values()) {
      if (code !== undefined) client.send(JSON.stringify({ kind: 'error', code, message: why, remedy: errorKinds[code].remedy }))
      client.close(4404, code ?? why)
    }
    this.#viewers.clear()
    const { taken } = this
    this.#endTakers()
    this.#options.onLost(why, code, taken)
  }

  #endTakers(): void {
    const takers = [...this.#takers.keys()]
    this.#takers.clear()
    for (const taker of takers) taker.onEnd()
  }
}
