import type { Track } from '../../../formats/track.ts'
import type { LiveStream } from '../../../media/live-stream.ts'
import { AppError } from '../../../platform/errors.ts'
import { backoffMs } from '../backoff.ts'
import type { DestinationState, DestinationStatistics, TemplateId } from './schemas.ts'
import type { Sending, Target, TargetEvents } from './target.ts'
import { templateOf } from './templates.ts'

/** What a sender sends where. */
export interface DestinationAim {
  readonly template: TemplateId
  readonly url: string
  /** `source`, or the id of a video track. */
  readonly rendition: string
  readonly audioTrack: string | null
  /** Whom to trust where TLS is spoken; see `CertificateTrust`. */
  readonly certificate: string
  /** SRT: least delay of delivery, ms; null for other kinds. */
  readonly latencyMs: number | null
  /** An editor named the URL: it is limited to what editors may reach. */
  readonly limited: boolean
}

/** What only the far end may see. Empty where the far end asks for no secret. */
export interface DestinationSecrets {
  readonly key: string
  readonly passphrase: string
}

export interface DestinationSenderDependencies {
  /** Opens the connection. */
  readonly connect: (aim: DestinationAim, secrets: DestinationSecrets, events: TargetEvents) => Target
  /** The stream that is to be sent: the stream itself, one with its ladder, or its form for WebRTC. */
  readonly viewOf: (stream: LiveStream, aim: DestinationAim) => LiveStream
  /** ms since 1970. */
  readonly now: () => number
  /** Monotonic ms. */
  readonly monotonic: () => number
  readonly onState: (state: DestinationState, error: AppError | undefined) => void
  readonly random?: () => number
}

/** A connection that lasted so long was a good one: the next failure starts the waits again, ms. */
const settledMs = 10_000
/** A destination that says no so often in a row needs a person. Once is not enough: it may still hold our previous connection for live. */
const maxRejections = 4
/** While the publisher is away no connection is made; ms between checks. */
const awayMs = 500

const noSecrets: DestinationSecrets = { key: '', passphrase: '' }

/** Sends one stream to one destination: the connection, its retries and its figures. */
export class DestinationSender {
  state: DestinationState = 'off'
  /** ms since 1970. */
  stateSinceMs: number
  error: AppError | undefined
  /** ms since 1970; undefined while no attempt is due. */
  nextAttemptMs: number | undefined
  private readonly dependencies: DestinationSenderDependencies
  private aim: DestinationAim
  private secrets = noSecrets
  private stream: LiveStream | undefined
  private target: Target | undefined
  private sending: Sending | undefined
  private timer: NodeJS.Timeout | undefined
  private unplayable: AppError | undefined
  private attempts = 0
  private rejections = 0
  private reconnects = 0
  private liveAtMs = 0
  private bytesOfEarlier = 0
  private bytesBefore = 0
  private bitrateKbps = 0
  private framesBefore = 0
  private droppedBefore = 0

  constructor(aim: DestinationAim, dependencies: DestinationSenderDependencies) {
    this.aim = aim
    this.dependencies = dependencies
    this.stateSinceMs = dependencies.now()
  }

  /** True from `start` to `stop` or the stream's end, whatever the state. */
  get running(): boolean {
    return this.stream !== undefined
  }

  /** True if it was started for this run of the stream, even if it has failed or ended since. */
  isFor(stream: LiveStream): boolean {
    return this.stream === stream
  }

  /** Starts to send; a sender that runs starts again. */
  start(stream: LiveStream, aim: DestinationAim, secrets: DestinationSecrets): void {
    this.disconnect()
    if (this.stream !== stream) {
      this.reconnects = this.bytesOfEarlier = this.bytesBefore = this.framesBefore = this.droppedBefore = 0
    }
    this.aim = aim
    this.secrets = secrets
    this.stream = stream
    this.attempts = this.rejections = 0
    this.attempt()
  }

  /** Takes the stream on without being able to send it: a person must help. */
  giveUp(stream: LiveStream, reason: AppError): void {
    this.disconnect()
    this.stream = stream
    this.enter('failed', reason)
  }

  /** Ends it until the next `start`. */
  stop(): void {
    this.disconnect()
    this.stream = undefined
    this.secrets = noSecrets
    if (this.state !== 'off') this.enter('off', undefined)
  }

  /** Connects at once where an attempt is due later, or where it was given up. */
  retry(): void {
    if (this.stream === undefined || (this.state !== 'retrying' && this.state !== 'failed')) return
    this.rejections = 0
    this.attempt()
  }

  /** Looks after time-outs and figures; called each second. */
  tick(): void {
    const nowMs = this.dependencies.monotonic()
    const { bytes } = this
    this.bitrateKbps = ((bytes - this.bytesBefore) * 8) / 1000
    this.bytesBefore = bytes
    if (this.stream !== undefined && this.stream.state !== 'active' && this.sending === undefined) this.stop()
    this.target?.tick(nowMs)
    if (this.state === 'live' && nowMs - this.liveAtMs > settledMs) this.attempts = this.rejections = 0
  }

  statistics(): DestinationStatistics {
    const { sending, target } = this
    return {
      bitrateKbps: Math.round(this.state === 'live' ? this.bitrateKbps : 0),
      bytes: this.bytes,
      frames: this.framesBefore + (sending?.frames ?? 0),
      droppedFrames: this.droppedBefore + (sending?.dropped ?? 0),
      queuedMs: sending?.queuedMs ?? 0,
      rttMs: target?.rttMs ?? null,
      packetsLost: target?.loss?.lost ?? null,
      packetsRetransmitted: target?.loss?.retransmitted ?? null,
      reconnects: this.reconnects,
      attempts: this.attempts,
      liveSince: this.state === 'live' ? new Date(this.stateSinceMs).toISOString() : null,
    }
  }

  /** Bytes handed over that the far end has not confirmed; 0 where it does not confirm. */
  get unconfirmedBytes(): number {
    return this.target?.unconfirmedBytes ?? 0
  }

  private get bytes(): number {
    return this.bytesOfEarlier + (this.sending?.bytes ?? 0)
  }

  private attempt(): void {
    clearTimeout(this.timer)
    this.nextAttemptMs = undefined
    const { stream } = this
    if (stream === undefined) return
    if (stream.state !== 'active') {
      this.stop()
      return
    }
    if (stream.reconnecting || stream.tracks.length === 0) {
      this.timer = setTimeout(() => this.attempt(), awayMs).unref()
      return
    }
    const missing = this.missingTrack(stream)
    if (missing !== undefined) {
      this.fail(new AppError('destination.rendition_missing', `The stream has no track ${missing} now`), 'lost')
      return
    }
    this.enter('connecting', this.error)
    let target: Target | undefined
    const events: TargetEvents = {
      onLive: () => this.play(stream, target as Target),
      onDrain: () => this.sending?.onDrain(),
      onClosed: (reason, refused) => {
        if (this.target === target) this.fail(reason, refused ? 'refused' : 'lost')
      },
    }
    try {
      target = this.dependencies.connect(this.aim, this.secrets, events)
      this.target = target
    } catch (error) {
      this.fail(error instanceof AppError ? error : new AppError('internal', undefined, { cause: error }), 'hopeless')
    }
  }

  private missingTrack(stream: LiveStream): string | undefined {
    const { rendition, audioTrack } = this.aim
    const { tracks } = this.dependencies.viewOf(stream, this.aim)
    if (rendition !== 'source' && !tracks.some((track) => track.id === rendition)) return rendition
    if (audioTrack !== null && !tracks.some((track) => track.id === audioTrack)) return audioTrack
    return undefined
  }

  private play(stream: LiveStream, target: Target): void {
    const { rendition, audioTrack } = this.aim
    this.unplayable = undefined
    const sending = target.play(
      this.dependencies.viewOf(stream, this.aim),
      { video: rendition === 'source' ? undefined : rendition, audio: audioTrack ?? undefined },
      {
        takes: (track) => this.takes(track),
        onUnplayable: (track) => this.rejectCodec(track),
        onEnd: () => this.stop(),
      },
    )
    if (this.target !== target) {
      sending.stop()
      return
    }
    this.sending = sending
    if (this.unplayable !== undefined) {
      this.fail(this.unplayable, 'hopeless')
      return
    }
    this.liveAtMs = this.dependencies.monotonic()
    this.enter('live', undefined)
  }

  private takes({ kind, codec }: Track): boolean | undefined {
    const template = templateOf(this.aim.template)
    const known: readonly string[] | null = kind === 'video' ? template.videoCodecs : template.audioCodecs
    return known?.includes(codec)
  }

  private rejectCodec({ codec }: Track): void {
    const { name } = templateOf(this.aim.template)
    const reason = new AppError('destination.codec_refused', `${name} does not take ${codec.toUpperCase()}`)
    if (this.sending === undefined) {
      // Reported while the sending was being created.
      this.unplayable ??= reason
    } else {
      this.fail(reason, 'hopeless')
    }
  }

  private fail(reason: AppError, how: 'lost' | 'refused' | 'hopeless'): void {
    if (this.state === 'live') this.reconnects++
    this.attempts++
    this.rejections = how === 'refused' ? this.rejections + 1 : 0
    this.disconnect()
    if (how === 'hopeless' || this.rejections >= maxRejections) {
      this.enter('failed', reason)
      return
    }
    const waitMs = backoffMs(this.attempts, this.dependencies.random)
    this.nextAttemptMs = this.dependencies.now() + waitMs
    this.timer = setTimeout(() => this.attempt(), waitMs).unref()
    this.enter('retrying', reason)
  }

  private disconnect(): void {
    clearTimeout(this.timer)
    this.nextAttemptMs = undefined
    const { sending, target } = this
    this.sending = undefined
    this.target = undefined
    if (sending) {
      sending.stop()
      this.framesBefore += sending.frames
      this.droppedBefore += sending.dropped
      this.bytesOfEarlier += sending.bytes
    }
    target?.close()
  }

  private enter(state: DestinationState, error: AppError | undefined): void {
    const changed = this.state !== state || this.error !== error
    this.error = error
    if (this.state !== state) this.stateSinceMs = this.dependencies.now()
    this.state = state
    if (changed) this.dependencies.onState(state, error)
  }
}
