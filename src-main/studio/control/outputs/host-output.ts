import type { Packet, Track } from '../../../formats/track.ts'
import type { StreamSubscriber } from '../../../media/live-stream.ts'
import type { CarriedPublication } from '../../../media/stream-carrier.ts'
import { AppError } from '../../../platform/errors.ts'
import type { HostSettings } from '../../document/kinds/output-kinds.ts'
import { FeedMeter } from './feed-meter.ts'
import type { FeedHold } from './feed-store.ts'
import type { OutputContext, OutputStatistics, RunningOutput } from './running-output.ts'

/**
 * A stream of our own host: the packets go into it as they are. While the studio's process is away the stream waits for its publisher
 * as for any other, so that viewers stay.
 */
export class HostOutput implements RunningOutput, StreamSubscriber {
  readonly #context: OutputContext
  readonly #settings: HostSettings
  readonly #hold: FeedHold
  readonly #meter = new FeedMeter()
  readonly #leave: () => void
  #publication: CarriedPublication | undefined
  #opening: Promise<void> | undefined
  #unsubscribe: (() => void) | undefined
  #gaps = 0
  /** The stream waits for us to come back. */
  #owesEnd = false
  /** Waits for somebody to say `retry`. */
  #given = false
  /** The encoder does not run. */
  #encoderFault = false
  #stopped = false

  constructor(context: OutputContext) {
    this.#context = context
    this.#settings = context.output.settings as HostSettings
    const { canvas, video, audio } = context.output
    this.#hold = context.feeds.take({ canvas, video, audio, asTheyCome: true }, (problem) => {
      this.#encoderFault = true
      this.#fail(new AppError('studio.output_encoder', problem))
    })
    // Tells that media comes, and of its seams; the publication has a subscription of its own, from a keyframe on.
    this.#leave = this.#hold.feed.subscribe(
      {
        onTrack: () => undefined,
        onPacket: () => this.#open(),
        onDiscontinuity: () => this.#onGap(),
        onEnd: () => undefined,
      },
      { from: 'live' },
    )
  }

  onTrack(track: Track): void {
    this.#publication?.setTrack(track)
  }

  onPacket(packet: Packet): void {
    this.#publication?.write(packet)
    this.#meter.count(packet)
  }

  onDiscontinuity(): void {}

  onEnd(): void {}

  tick(): void {
    this.#meter.tick()
    if (!this.#encoderFault || this.#hold.feed.fault !== undefined) return
    this.#encoderFault = false
    this.#given = false
  }

  statistics(): OutputStatistics {
    const { bitrateKbps, bytes, frames } = this.#meter
    return { bitrateKbps, bytes, frames, gaps: this.#gaps, stream: this.#settings.stream, streamId: this.#publication?.streamId ?? null }
  }

  async command(): Promise<Readonly<Record<string, unknown>>> {
    this.#given = false
    return {}
  }

  async stop(): Promise<void> {
    if (this.#stopped) return
    this.#stopped = true
    this.#close('unpublish')
    this.#leave()
    this.#hold.release()
    await this.#opening
    if (!this.#owesEnd) return
    // The stream still waits for us: it is notified that it waits in vain.
    const publication = await this.#publish().catch(() => undefined)
    publication?.close('unpublish')
  }

  #publish(): Promise<CarriedPublication> {
    const { stream, title } = this.#settings
    return this.#context.carrier.publish(stream, { title, onKicked: (reason) => this.#onKicked(reason) })
  }

  #open(): void {
    const { feed } = this.#hold
    if (this.#publication !== undefined || this.#opening !== undefined || this.#given || this.#stopped) return
    this.#opening = this.#publish().then(
      (publication) => {
        this.#opening = undefined
        if (this.#stopped) {
          publication.close('unpublish')
          return
        }
        this.#publication = publication
        this.#owesEnd = false
        this.#unsubscribe = feed.subscribe(this, { from: 'keyframe' })
        this.#context.onState('live')
      },
      (error: unknown) => {
        this.#opening = undefined
        this.#fail(error instanceof AppError ? error : new AppError('internal', undefined, { cause: error }))
      },
    )
  }

  /** The process is gone, and comes back: the stream keeps its viewers meanwhile. */
  #onGap(): void {
    this.#gaps++
    if (this.#publication === undefined) return
    this.#close('lost')
    this.#context.onState('retrying')
  }

  #onKicked(reason: AppError): void {
    this.#unsubscribe?.()
    this.#publication = undefined
    this.#fail(reason)
  }

  #fail(error: AppError): void {
    if (this.#stopped) return
    this.#given = true
    this.#close('lost')
    this.#context.onState('failed', error)
  }

  #close(how: 'unpublish' | 'lost'): void {
    this.#unsubscribe?.()
    this.#unsubscribe = undefined
    const publication = this.#publication
    this.#publication = undefined
    if (publication === undefined) return
    this.#owesEnd = how === 'lost'
    publication.close(how)
  }
}
