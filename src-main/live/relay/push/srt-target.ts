import { SrtReject } from '../../../formats/srt/srt-handshake.ts'
import type { LiveStream } from '../../../media/live-stream.ts'
import { AppError } from '../../../platform/errors.ts'
import type { JudgeTarget } from '../../../platform/outbound/judged-connection.ts'
import { OutboundFault } from '../../../platform/outbound/network-policy.ts'
import { SrtPlayer } from '../../protocols/srt/srt-player.ts'
import { connectSrt, SrtCallError } from '../../protocols/srt/transport/caller.ts'
import type { SrtConnection, SrtEnd } from '../../protocols/srt/transport/connection.ts'
import type { SrtUrl } from './destination-url.ts'
import type { ChosenTracks, Sending, SendingEvents, Target, TargetEvents, TargetLoss } from './target.ts'

export interface SrtTargetOptions {
  /** Empty for none. */
  readonly streamId: string
  /** Empty for none. */
  readonly passphrase: string
  /** Least delay of delivery, ms. */
  readonly latencyMs: number
  /** Bytes that may wait before whole groups of pictures are dropped. */
  readonly maxQueued: number
  readonly judge: JudgeTarget
}

const callMs = 10_000
/** A goodbye so shortly after the call was taken says that the stream id was not liked: some listeners look at it only then, ms. */
const soonMs = 1000
const endings: Readonly<Record<SrtEnd, string>> = {
  shutdown: 'The listener said goodbye',
  timeout: 'Nothing came from the listener for five seconds',
  closed: 'The connection was closed',
  broken: 'The connection broke',
}

/** Publishes to an SRT listener: an MPEG transport stream in live mode (draft-sharabayko-srt-01). */
export class SrtTarget implements Target {
  private readonly address: SrtUrl
  private readonly options: SrtTargetOptions
  private readonly events: TargetEvents
  private readonly abort = new AbortController()
  private connection: SrtConnection | undefined
  private player: SrtPlayer | undefined
  private ended = false
  private openedMs = 0
  private bytesPerMs = 0
  private bytesBefore = 0
  private tickedMs = 0

  constructor(address: SrtUrl, options: SrtTargetOptions, events: TargetEvents) {
    this.address = address
    this.options = options
    this.events = events
    const { host, port } = address
    const { streamId, passphrase, latencyMs, maxQueued, judge } = options
    connectSrt({
      host,
      port,
      resolve: async () => (await judge(host, port)).addresses[0],
      latencyMs,
      ...(streamId === '' ? {} : { streamId }),
      ...(passphrase === '' ? {} : { passphrase }),
      timeoutMs: callMs,
      queueBytes: 2 * maxQueued,
      signal: this.abort.signal,
    }).then(
      (connection) => this.open(connection),
      (error: unknown) => this.onRejection(error),
    )
  }

  get rttMs(): number | undefined {
    const { connection } = this
    return connection === undefined ? undefined : Math.round(connection.statistics().rttMs * 10) / 10
  }

  get loss(): TargetLoss | undefined {
    const statistics = this.connection?.statistics()
    return statistics === undefined ? undefined : { lost: statistics.sendDropped, retransmitted: statistics.sentAgain }
  }

  play(stream: LiveStream, tracks: ChosenTracks, events: SendingEvents): Sending {
    const connection = this.connection as SrtConnection
    const bytesPerMs = () => this.bytesPerMs
    let { video, audio } = tracks
    const player = new SrtPlayer(stream, connection, this.options.maxQueued, () => events.onEnd(), {
      chooses: (track) => {
        if (track.kind === 'video') video ??= track.id
        else audio ??= track.id
        return track.id === (track.kind === 'video' ? video : audio)
      },
      onUnplayable: (track) => events.onUnplayable(track),
    })
    this.player = player
    return {
      get frames() {
        return player.frames
      },
      get dropped() {
        return player.dropped
      },
      get queuedMs() {
        return Math.round(connection.queuedBytes / Math.max(1, bytesPerMs()))
      },
      get bytes() {
        return player.bytes
      },
      // The player looks at the connection's queue with each frame.
      onDrain() {},
      stop: () => player.stop(),
    }
  }

  tick(nowMs: number): void {
    const bytes = this.player?.bytes ?? 0
    this.bytesPerMs = (bytes - this.bytesBefore) / Math.max(1, nowMs - this.tickedMs)
    this.bytesBefore = bytes
    this.tickedMs = nowMs
  }

  close(): void {
    if (this.ended) return
    this.ended = true
    if (this.connection === undefined) this.abort.abort()
    else this.connection.finish()
  }

  private open(connection: SrtConnection): void {
    if (this.ended) {
      connection.close()
      return
    }
    this.connection = connection
    connection.onClose = (how) => this.onClose(how)
    this.openedMs = performance.now()
    this.events.onLive()
  }

  private onClose(how: SrtEnd): void {
    if (how === 'shutdown' && performance.now() - this.openedMs < soonMs) {
      this.fail(new AppError('destination.refused', 'The listener hung up as soon as the call was taken: see its stream id'), true)
    } else {
      this.fail(new AppError('destination.closed', endings[how]), false)
    }
  }

  private onRejection(error: unknown): void {
    const { host, port } = this.address
    if (!(error instanceof SrtCallError)) {
      this.fail(new AppError('internal', undefined, { cause: error }), false)
      return
    }
    const { rejectCode, message, cause } = error
    if (cause instanceof OutboundFault) {
      this.fail(new AppError('url.forbidden', cause.message, { cause: error }), true)
      return
    }
    const unknownHost = (cause as NodeJS.ErrnoException | undefined)?.code !== undefined
    if (unknownHost) this.fail(new AppError('destination.unresolved', `No IP address is known for ${host}`, { cause: error }), false)
    else if (rejectCode === SrtReject.timeout) {
      this.fail(new AppError('destination.unreachable', `${host}:${port} has not answered an SRT call for ${callMs / 1000} s`), false)
    } else if (rejectCode === undefined) {
      this.fail(new AppError('destination.unreachable', `${host}:${port}: ${message}`, { cause: error }), false)
    } else if (rejectCode === SrtReject.badSecret || rejectCode === SrtReject.unsecure) {
      this.fail(new AppError('destination.passphrase', message), true)
    } else if (rejectCode === SrtReject.version || rejectCode === SrtReject.rogue) {
      this.fail(new AppError('destination.protocol', message), false)
    } else {
      this.fail(new AppError('destination.refused', message), true)
    }
  }

  private fail(reason: AppError, refused: boolean): void {
    if (this.ended) return
    this.ended = true
    this.events.onClosed(reason, refused)
  }
}
