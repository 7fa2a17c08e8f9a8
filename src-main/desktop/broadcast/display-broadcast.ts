import type { Packet } from '../../formats/track.ts'
import type { CarriedPublication } from '../../media/stream-carrier.ts'
import type { DisplayEncoding, DisplayTaker } from '../sessions/recording-wire.ts'

export interface DisplayBroadcastOptions {
  /** Name of the stream. */
  readonly stream: string
  readonly publication: CarriedPublication
  /** Nothing will come any more. */
  readonly onEnd: () => void
}

/** One display on its way into a stream of this host: what its process encodes is published as it is. */
export class DisplayBroadcast {
  readonly stream: string
  readonly startedAt = new Date().toISOString()
  /** Is given what the display's process encodes. */
  readonly taker: DisplayTaker
  readonly #publication: CarriedPublication
  readonly #onEnd: () => void
  #encoding: DisplayEncoding | undefined
  #audio = false
  /** What came before a keyframe cannot be decoded. */
  #started = false
  #ended = false

  constructor({ stream, publication, onEnd }: DisplayBroadcastOptions) {
    this.stream = stream
    this.#publication = publication
    this.#onEnd = onEnd
    this.taker = {
      onTrack: (track) => this.#publication.setTrack(track),
      onPacket: (packet) => this.#write(packet),
      onTitle: () => undefined,
      onSeam: () => {
        this.#started = false
      },
      onEnd: () => this.end(),
    }
  }

  get streamId(): string {
    return this.#publication.streamId
  }

  /** What the display's programs play is sent, too. */
  get audio(): boolean {
    return this.#audio
  }

  /** The display's process encodes for it. */
  get isEncoded(): boolean {
    return this.#encoding !== undefined
  }

  get ended(): boolean {
    return this.#ended
  }

  /** This is what it comes from, with audio or without; it ends with this. */
  encodedBy(encoding: DisplayEncoding, audio: boolean): void {
    this.#encoding = encoding
    this.#audio = audio
    if (this.#ended) encoding.end()
  }

  /** Ends the stream, unless somebody else ended it. Idempotent. */
  end(): void {
    if (this.#ended) return
    this.#ended = true
    this.#encoding?.end()
    this.#publication.close('unpublish')
    this.#onEnd()
  }

  #write(packet: Packet): void {
    if (this.#ended) return
    if (packet.track.kind === 'video' && packet.key) this.#started = true
    if (this.#started) this.#publication.write(packet)
  }
}
