import type { Packet, Track } from '../../../formats/track.ts'
import { AppError } from '../../../platform/errors.ts'
import { type MediaWire, openMediaWire } from '../../../platform/workers/media-wire.ts'
import { type SupervisedWorker, superviseWorker } from '../../../platform/workers/supervise-worker.ts'
import { workerFile } from '../../../platform/workers/worker-file.ts'
import type { StudioFeedSubscriber } from '../../studio-needs.ts'
import type { FeedHold } from '../feed-store.ts'
import type { VirtualCameraSettings } from '../output-kinds.ts'
import type { OutputContext, OutputStatistics, RunningOutput } from '../running-output.ts'
import { findLoopback, loopbackDevices } from './find-loopback.ts'
import type { FromCamera, ToCamera } from './messages.ts'

const restart = { firstMs: 500, longestMs: 10_000, goodAfterMs: 10_000 } as const
/** Bytes that may wait for the process: more are left out up to the next keyframe. */
const mostQueued = 8 * 1024 * 1024

/** A camera that other programs see: a process of its own decodes what is encoded and writes the pictures to the device. */
export class VirtualCameraOutput implements RunningOutput, StudioFeedSubscriber {
  readonly #context: OutputContext
  readonly #device: string
  readonly #hold: FeedHold
  readonly #leave: () => void
  readonly #worker: SupervisedWorker<ToCamera>
  #wire: MediaWire | undefined
  #track: Track | undefined
  #skipping = true
  #frames = 0
  #dropped = 0
  #stopped = false

  /** Throws `studio.virtual_camera_missing`. */
  constructor(context: OutputContext) {
    this.#context = context
    const { canvas, video, settings } = context.output
    const device = findLoopback(settings as VirtualCameraSettings, process.platform, loopbackDevices())
    this.#device = device
    this.#worker = superviseWorker<FromCamera, ToCamera>({
      entry: workerFile(import.meta.url, 'camera-worker'),
      log: context.log,
      restart,
      onMediaPipe: (pipe) => {
        this.#wire = openMediaWire(pipe, { onTrack() {}, onPacket() {}, onNote() {} })
      },
      onReady: () => this.#begin(),
      onMessage: (message) => this.#hear(message),
      onExit: () => {
        this.#wire = undefined
        if (!this.#stopped) context.onState('retrying')
      },
    })
    this.#hold = context.feeds.take({ canvas, video, audio: [] }, (problem) => this.#fail('studio.output_encoder', problem))
    this.#leave = this.#hold.feed.subscribe(this, { from: 'keyframe' })
  }

  onTrack(track: Track): void {
    this.#track = track
    this.#wire?.track(0, track)
  }

  onPacket(packet: Packet): void {
    const wire = this.#wire
    if (wire === undefined) return
    if (wire.waitingBytes > mostQueued) this.#skipping = true
    else if (packet.key) this.#skipping = false
    if (!this.#skipping) wire.packet(0, packet)
  }

  onDiscontinuity(): void {
    this.#skipping = true
  }

  onEnd(): void {}

  tick(): void {}

  statistics(): OutputStatistics {
    return { device: this.#device, frames: this.#frames, droppedFrames: this.#dropped, gaps: this.#hold.feed.gaps }
  }

  async command(): Promise<Readonly<Record<string, unknown>>> {
    return {}
  }

  async stop(): Promise<void> {
    if (this.#stopped) return
    this.#stopped = true
    this.#leave()
    this.#hold.release()
    await this.#worker.stop(500)
  }

  #begin(): void {
    this.#worker.send({ type: 'open', device: this.#device, muxer: 'v4l2' })
    this.#skipping = true
    if (this.#track !== undefined) this.#wire?.track(0, this.#track)
    this.#hold.feed.requestKeyframe()
  }

  #hear(message: FromCamera): void {
    if (this.#stopped) return
    if (message.type === 'live') this.#context.onState('live')
    else if (message.type === 'failed') this.#fail('studio.virtual_camera_missing', `${this.#device}: ${message.message}`)
    else {
      this.#frames = message.frames
      this.#dropped = message.dropped
    }
  }

  #fail(code: 'studio.output_encoder' | 'studio.virtual_camera_missing', why: string): void {
    if (!this.#stopped) this.#context.onState('failed', new AppError(code, why))
  }
}
