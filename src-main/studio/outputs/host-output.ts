import type { Packet, Track } from '../../formats/track.ts'
import { AppError } from '../../platform/errors.ts'
import type { StudioFeedSubscriber, StudioPublication } from '../studio-needs.ts'
import { FeedMeter } from './feed-meter.ts'
import type { FeedHold } from './feed-store.ts'
import type { HostSettings } from './output-kinds.ts'
import type { OutputContext, OutputStatistics, RunningOutput } from './running-output.ts'

/**
 * A stream of our own host: the packets go into it as they are. While the studio's process is away the stream waits for its publisher
 * as for any other, so that viewers stay.
 */
export class HostOutput implements RunningOutput, StudioFeedSubscriber {
  readonly #context: OutputContext
  readonly #settings: HostSettings
  readonly #hold: FeedHold
  readonly #meter = new FeedMeter()
  readonly #tracks = new Map<string, Track>()
  readonly #leave: () => void
  #publication: StudioPublication | undefined
  /** Packets of a publication that is being opened. */
  #opening = false
  #unsubscribe: (() => void) | undefined
  #gaps = 0
  #given = false
  #stopped = false

  constructor(context: OutputContext) {
    this.#context = context
    this.#settings = context.output.settings as HostSettings
    const { canvas, video, audio } = context.output
    this.#hold = context.feeds.take({ canvas, video, audio }, (problem) => this.#fail(new AppError('studio.output_encoder', problem)))
    // Hears of the process coming and going; the media comes by the publication's own subscription.
    this.#leave = this.#hold.feed.subscribe(
      {
        onTrack: () => this.#open(),
        onPacket: () => undefined,
        onDiscontinuity: () => this.#onGap(),
        onReconnecting: (away) => (away ? this.#onAway() : this.#open()),
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
  }

  statistics(): OutputStatistics {
    const { bitrateKbps, bytes, frames } = this.#meter
    return { bitrateKbps, bytes, frames, gaps: this.#gaps, stream: this.#settings.stream, streamId: this.#publication?.streamId ?? null }
  }

  async command(): Promise<Readonly<Record<string, unknown>>> {
    this.#given = false
    this.#open()
    return {}
  }

  async stop(): Promise<void> {
    if (this.#stopped) return
    this.#stopped = true
    this.#close('unpublish')
    this.#leave()
    this.#hold.release()
    this.#tracks.clear()
  }

  #open(): void {
    const { feed } = this.#hold
    if (this.#stopped || this.#given || this.#opening || this.#publication !== undefined || feed.tracks.length === 0 || feed.away) return
    this.#opening = true
    const { stream, title } = this.#settings
    this.#context.carrier.publish(stream, { title, onKicked: (reason) => this.#onKicked(reason) }).then(
      (publication) => {
        this.#opening = false
        if (this.#stopped || feed.away) {
          publication.close(this.#stopped ? 'unpublish' : 'lost')
          return
        }
        this.#publication = publication
        this.#unsubscribe = feed.subscribe(this, { from: 'keyframe' })
        this.#context.onState('live')
      },
      (error: unknown) => {
        this.#opening = false
        this.#fail(error instanceof AppError ? error : new AppError('internal', undefined, { cause: error }))
      },
    )
  }

  /** The process is gone: the stream keeps its viewers. */
  #onAway(): void {
    if (this.#publication === undefined) return
    this.#close('lost')
    this.#context.onState('retrying')
  }

  /** A gap that nothing told of before. */
  #onGap(): void {
    this.#gaps++
    if (this.#publication === undefined) return
    this.#close('lost')
    this.#open()
  }

  #onKicked(reason: AppError): void {
    this.#unsubscribe?.()
    this.#publication = undefined
    this.#fail(reason)
  }

  /** Waits for somebody to say `retry`. */
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
    publication?.close(how)
  }
}
