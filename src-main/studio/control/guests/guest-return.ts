import type { PrivatePeer, StreamCarrier } from '../../../media/stream-carrier.ts'
import { AppError } from '../../../platform/errors.ts'
import type { Logger } from '../../../platform/logger.ts'
import type { Collection } from '../../document/collection.ts'
import type { AudioEncoding } from '../../document/schemas/encoding-schemas.ts'
import type { StudioEngine } from '../engine/studio-engine.ts'
import { EncodedFeed } from '../outputs/encoded-feed.ts'
import { previewEncoding } from '../preview/preview-encoding.ts'

export interface GuestReturnDependencies {
  readonly carrier: Pick<StreamCarrier, 'peers'>
  readonly engine: StudioEngine
  readonly collection: () => Collection | undefined
  readonly log: Logger
}

/** Pixels: guests share the encoding, also with pages that look at the program in this size. */
const height = 540
const audioKbps = 96
/** How long encoders may take to start, ms. */
const startMs = 10_000

/**
 * What one guest sees and hears from the program, without their own voice. Nothing is encoded for them before they come and after they
 * leave.
 */
export class GuestReturn {
  readonly #dependencies: GuestReturnDependencies
  readonly #stream: string
  readonly #onEnd: () => void
  #open: { readonly canvas: string; readonly feed: EncodedFeed; peer: PrivatePeer | undefined } | undefined

  /** `onEnd`: it is over although nobody closed it. */
  constructor(dependencies: GuestReturnDependencies, stream: string, onEnd: () => void) {
    this.#dependencies = dependencies
    this.#stream = stream
    this.#onEnd = onEnd
  }

  get isOpen(): boolean {
    return this.#open?.peer !== undefined
  }

  /** Answers an offer, in the place of an earlier one. Rejects with `studio.*` and `webrtc.*`. */
  async answer(sdp: string): Promise<Pick<PrivatePeer, 'sdp' | 'iceServers'>> {
    this.close()
    const { carrier, engine, collection, log } = this.#dependencies
    const show = collection()
    const canvas = show?.canvases[0]
    if (show === undefined || canvas === undefined) throw new AppError('studio.no_collection')
    if (engine.state !== 'running') throw new AppError('studio.not_running')
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const end = (): void => {
      if (this.#open?.feed !== feed) return
      this.close()
      this.#onEnd()
    }
    const feed: EncodedFeed = new EncodedFeed(
      {
        canvas: canvas.id,
        video: previewEncoding(canvas, height, show.frameRate),
        audio: [{ codec: 'opus', bitrateKbps: audioKbps, track: 1 } as AudioEncoding],
        returnTo: this.#stream,
        asTheyCome: true,
      },
      {
        engine,
        log,
        onFault(problem) {
          reject(new AppError('studio.not_running', problem))
          queueMicrotask(end)
        },
      },
    )
    const opened = { canvas: canvas.id, feed, peer: undefined as PrivatePeer | undefined }
    this.#open = opened
    const timer = setTimeout(() => reject(new AppError('studio.not_running', 'The program is not encoded yet')), startMs)
    const look = (): void => {
      if (feed.tracks.length > 1) resolve()
    }
    const leave = feed.subscribe(
      { onTrack: look, onPacket: look, onDiscontinuity() {}, onEnd: () => reject(new AppError('studio.not_running')) },
      { from: 'live' },
    )
    try {
      look()
      await promise
      const peer = await carrier.peers.play(sdp, feed, { onClosed: end })
      // The guest asked again, or left, meanwhile.
      if (this.#open !== opened) {
        peer.close()
        throw new AppError('webrtc.session_unknown')
      }
      opened.peer = peer
      feed.requestKeyframe()
      return peer
    } catch (error) {
      if (this.#open === opened) this.close()
      throw error
    } finally {
      clearTimeout(timer)
      leave()
    }
  }

  close(): void {
    const open = this.#open
    this.#open = undefined
    open?.peer?.close()
    open?.feed.end()
  }
}
