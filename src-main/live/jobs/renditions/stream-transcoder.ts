import type { Packet, Track } from '../../../formats/track.ts'
import type { LiveStream } from '../../../media/live-stream.ts'
import type { Logger } from '../../../platform/logger.ts'
import { type MediaWire, openMediaWire } from '../../../platform/workers/media-wire.ts'
import { type SupervisedWorker, superviseWorker } from '../../../platform/workers/supervise-worker.ts'
import { workerFile } from '../../../platform/workers/worker-file.ts'
import {
  type FromTranscoder,
  type InputNote,
  type OutputNote,
  sourceChannel,
  type TranscodeOutput,
  type TranscodeReport,
} from './messages.ts'

/** Who asked for outputs, and takes them. */
export interface OutputTaker {
  onTrack(track: Track): void
  onPacket(packet: Packet): void
  /** This output cannot be made; the others go on. */
  onFailed(outputId: string, message: string): void
  /** The process is gone (`true`) or makes its outputs again (`false`). */
  onAway?(away: boolean): void
}

export interface StreamTranscoderDependencies {
  readonly stream: LiveStream
  readonly log: Logger
  /** File of the worker process; found beside this module when left out. */
  readonly workerEntry?: string | URL
  readonly onReport?: (report: TranscodeReport) => void
  /** The media engine does not load, or the process keeps ending. */
  readonly onBroken?: (message: string) => void
}

const restart = { firstMs: 100, maxMs: 10_000, goodAfterMs: 10_000 } as const
/** Bytes that may wait for the process before video is dropped until the next keyframe. */
const maxWaitingBytes = 16 * 1024 * 1024
/** How long the process stays without outputs, ms: a viewer that reloads finds it warm. */
const lingerMs = 5000

/** File of the transcoder's process. */
export function findTranscodeWorker(): URL {
  return workerFile('transcode')
}

interface Want {
  outputs: readonly TranscodeOutput[]
  readonly taker: OutputTaker
}

/** One stream's transcoder process: runs while outputs are wanted, is started again when it ends by itself. */
export class StreamTranscoder {
  readonly #dependencies: StreamTranscoderDependencies
  /** By channel. */
  readonly #wants = new Map<number, Want>()
  #worker: SupervisedWorker<never> | undefined
  #wire: MediaWire | undefined
  #ready = false
  /** Sources that are fed now, by kind, with the way to stop. */
  #videoFeed: { readonly sources: string; readonly stop: () => void } | undefined
  #audioFeed: { readonly sources: string; readonly stop: () => void } | undefined
  #starved = false
  #linger: NodeJS.Timeout | undefined
  #ended = false

  constructor(dependencies: StreamTranscoderDependencies) {
    this.#dependencies = dependencies
  }

  get pid(): number | undefined {
    return this.#worker?.pid
  }

  /** Replaces what is made on a channel; none ends it. Outputs carry the same channel. */
  want(channel: number, outputs: readonly TranscodeOutput[], taker: OutputTaker): void {
    if (this.#ended || (outputs.length === 0 && !this.#wants.has(channel))) return
    if (outputs.length === 0) this.#wants.delete(channel)
    else this.#wants.set(channel, { outputs, taker })
    clearTimeout(this.#linger)
    if (this.#wants.size === 0) {
      this.#apply()
      this.#linger = setTimeout(() => void this.#stopWorker(), lingerMs)
      this.#linger.unref()
    } else if (this.#worker === undefined) this.#start()
    else this.#apply()
  }

  /** Ends the process for good. */
  async stop(): Promise<void> {
    this.#ended = true
    clearTimeout(this.#linger)
    this.#wants.clear()
    await this.#stopWorker()
  }

  async #stopWorker(): Promise<void> {
    this.#stopFeeds()
    const worker = this.#worker
    this.#worker = undefined
    this.#ready = false
    await worker?.stop()
  }

  #start(): void {
    const { log, onReport, onBroken } = this.#dependencies
    let broken = false
    const worker = superviseWorker<FromTranscoder, never>({
      entry: this.#dependencies.workerEntry ?? findTranscodeWorker(),
      // SVT-AV1 greets everybody on standard error unless set to report errors alone.
      env: { SVT_LOG: '1' },
      log,
      restart,
      onMediaPipe: (pipe) => {
        this.#wire = openMediaWire(pipe, {
          onTrack: (channel, track) => this.#wants.get(channel)?.taker.onTrack(track),
          onPacket: (channel, packet) => this.#wants.get(channel)?.taker.onPacket(packet),
          onNote: (channel, note) => {
            const { id, message } = note as OutputNote
            log.warn({ output: id, reason: message }, 'a rendition cannot be made')
            this.#wants.get(channel)?.taker.onFailed(id, message)
          },
          onClosed: (error) => {
            if (error) log.debug({ reason: error.message }, 'the pipe to the transcoder is closed')
          },
        })
      },
      onReady: () => {
        this.#ready = true
        this.#apply()
        for (const { taker } of this.#wants.values()) taker.onAway?.(false)
      },
      onMessage: (message) => {
        if (message.type === 'report') onReport?.(message.report)
        else {
          broken = true
          log.error({ reason: message.reason }, message.message)
          onBroken?.(message.message)
        }
      },
      onExit: () => {
        this.#ready = false
        this.#stopFeeds()
        if (this.#worker !== worker) return
        for (const { taker } of this.#wants.values()) taker.onAway?.(true)
        if (!broken) return
        this.#worker = undefined
        void worker.stop()
      },
    })
    this.#worker = worker
  }

  /** Configures the process, and feeds it exactly the packets that it needs. */
  #apply(): void {
    if (!this.#ready) return
    const outputs = [...this.#wants.values()].flatMap((want) => want.outputs)
    this.#note({ type: 'outputs', outputs })
    this.#videoFeed = this.#feed('video', outputs, this.#videoFeed)
    this.#audioFeed = this.#feed('audio', outputs, this.#audioFeed)
  }

  #feed(
    kind: 'video' | 'audio',
    outputs: readonly TranscodeOutput[],
    running: { readonly sources: string; readonly stop: () => void } | undefined,
  ): { readonly sources: string; readonly stop: () => void } | undefined {
    const ids = new Set<string>()
    for (const output of outputs) if (output.kind === kind) ids.add(output.source)
    const sources = [...ids].sort().join(' ')
    if (running?.sources === sources) return running
    running?.stop()
    if (sources === '') return undefined
    const unsubscribe = this.#dependencies.stream.subscribe(
      {
        onTrack: (track) => {
          if (ids.has(track.id)) this.#wire?.track(sourceChannel, track)
        },
        onPacket: (packet) => {
          if (!ids.has(packet.track.id) || this.#wire === undefined) return
          if (packet.track.kind === 'video') {
            if (this.#wire.waitingBytes > maxWaitingBytes) this.#starved = true
            else if (packet.key) this.#starved = false
            if (this.#starved) return
          }
          this.#wire.packet(sourceChannel, packet)
        },
        onDiscontinuity: () => {
          if (kind === 'video') this.#note({ type: 'seam' })
        },
        onEnd: () => undefined,
      },
      { from: kind === 'video' ? 'keyframe' : 'live' },
    )
    if (kind === 'video') this.#note({ type: 'live' })
    return { sources, stop: unsubscribe }
  }

  #note(note: InputNote): void {
    this.#wire?.note(sourceChannel, note)
  }

  #stopFeeds(): void {
    this.#videoFeed?.stop()
    this.#audioFeed?.stop()
    this.#videoFeed = undefined
    this.#audioFeed = undefined
  }
}
