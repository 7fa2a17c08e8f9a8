import { ticksToMs } from '../../../formats/media-time.ts'
import type { Packet, VideoTrack } from '../../../formats/track.ts'
import type { VideoEncoding } from '../../document/schemas/encoding-schemas.ts'
import type { FrameRate } from '../../document/schemas/frame-rate.ts'
import type { CanvasView, Encoding, StudioEngine, VideoRequest } from '../engine/studio-engine.ts'
import { type PreviewHeight, previewEncoding, servesPages } from './preview-encoding.ts'

/** What one feed shows. */
export interface PreviewAim {
  readonly canvas: string
  readonly of: CanvasView
  readonly height: PreviewHeight
}

/** The show as far as feeds need it. */
export interface PreviewShow {
  readonly frameRate: FrameRate
  readonly canvases: readonly { readonly id: string; readonly width: number; readonly height: number }[]
  readonly scenes: readonly { readonly id: string; readonly canvas: string }[]
  readonly sources: readonly { readonly id: string }[]
}

/** An encoded frame on its way to pages. */
export interface PreviewFrame {
  /** Of the show's clock. */
  readonly number: number
  /** Wall clock at which it was due, ms since 1970. */
  readonly timeMs: number
  readonly key: boolean
  readonly data: Uint8Array
}

export interface PreviewConfig {
  readonly track: VideoTrack
  readonly frameRate: FrameRate
  /** What an output encodes anyway, instead of an encoding of its own. */
  readonly shared: boolean
}

/** Who looks. Called synchronously, in order; must not throw. */
export interface PreviewListener {
  /** Before the first frame, and again when frames of another encoding follow: a keyframe is the next. */
  onConfig(config: PreviewConfig): void
  /** `late`: from the group of pictures that started before this listener came. */
  onFrame(frame: PreviewFrame, late: boolean): void
  /** Nothing comes, and why. */
  onFault(problem: string): void
}

export interface PreviewFeedDependencies {
  readonly engine: Pick<StudioEngine, 'encodeVideo' | 'videoEncodings' | 'onEvent' | 'originTimeMs'>
  /** Undefined while no collection is open. */
  readonly show: () => PreviewShow | undefined
}

/** Bound of the group of pictures that is kept for who comes later, bytes. */
const maxCacheBytes = 8 * 1024 * 1024
/** Marks the encodings of pages, so that no output shares them. */
const owner = 'page-preview'

interface Intake {
  readonly request: VideoRequest
  encoding: Encoding | undefined
  config: PreviewConfig | undefined
}

/**
 * One encoding of a canvas for all pages that look at it: an output's if one serves, else one made for them. It follows when outputs start
 * and stop: the next encoding takes over at its first keyframe.
 */
export class PreviewFeed {
  readonly #aim: PreviewAim
  readonly #dependencies: PreviewFeedDependencies
  readonly #listeners = new Set<PreviewListener>()
  /** Encodings of outputs that failed: not tried again. */
  readonly #failed = new WeakSet<VideoRequest>()
  #current: Intake | undefined
  #next: Intake | undefined
  #problem: string | undefined
  #cache: PreviewFrame[] = []
  #cachedBytes = 0
  #closed = false
  #choosing = false
  readonly #leaveEngine: () => void

  constructor(aim: PreviewAim, dependencies: PreviewFeedDependencies) {
    this.#aim = aim
    this.#dependencies = dependencies
    this.#leaveEngine = dependencies.engine.onEvent(({ kind }) => {
      if (kind === 'encodings') this.#chooseSoon()
    })
    this.#choose()
  }

  get listeners(): number {
    return this.#listeners.size
  }

  /** Starts with the group of pictures that is kept, else with the keyframe that it asks for. Returns the way to stop. */
  subscribe(listener: PreviewListener): () => void {
    const config = this.#current?.config
    if (config !== undefined) {
      listener.onConfig(config)
      for (const frame of this.#cache) listener.onFrame(frame, true)
      if (this.#cache.length === 0) this.#current?.encoding?.requestKeyframe()
    } else if (this.#problem !== undefined) listener.onFault(this.#problem)
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  close(): void {
    this.#closed = true
    this.#leaveEngine()
    for (const intake of [this.#current, this.#next]) intake?.encoding?.close()
    this.#current = undefined
    this.#next = undefined
    this.#listeners.clear()
    this.#forget()
  }

  /** The engine reports inside of its own work, this feed's subscriptions among it. */
  #chooseSoon(): void {
    if (this.#choosing) return
    this.#choosing = true
    queueMicrotask(() => {
      this.#choosing = false
      if (!this.#closed) this.#choose()
    })
  }

  #choose(): void {
    const request = this.#bestRequest()
    if (request === undefined) return
    const { engine } = this.#dependencies
    const known = this.#next ?? this.#current
    if (known !== undefined && isSame(known.request, request)) return
    if (this.#next !== undefined && this.#current !== undefined && isSame(this.#current.request, request)) {
      this.#next.encoding?.close()
      this.#next = undefined
      return
    }
    this.#next?.encoding?.close()
    const intake: Intake = { request, encoding: undefined, config: undefined }
    this.#next = intake
    intake.encoding = engine.encodeVideo(request, {
      onTrack: (track) => {
        if (track.kind === 'video') this.#onTrack(intake, track)
      },
      onPacket: (packet) => this.#onPacket(intake, packet),
      // The next frame is a keyframe and says its own number.
      onGap: () => {
        if (intake === this.#current) this.#forget()
      },
      onFault: (problem) => this.#onFault(intake, problem),
    })
    if (this.#next !== intake && this.#current !== intake) intake.encoding.close()
  }

  #bestRequest(): VideoRequest | undefined {
    const show = this.#dependencies.show()
    const { canvas: id, of, height } = this.#aim
    const canvas = show?.canvases.find((each) => each.id === id)
    if (show === undefined || canvas === undefined) return undefined
    const mine = new Set([this.#current?.request, this.#next?.request])
    const served = this.#dependencies.engine
      .videoEncodings()
      .filter(
        ({ request, subscribers }) =>
          request.canvas === id &&
          (request.of ?? 'program') === of &&
          request.owner !== owner &&
          !this.#failed.has(request) &&
          // What this feed alone takes, no output encodes any more.
          subscribers > (mine.has(request) ? 1 : 0) &&
          servesPages(request.encoding, canvas, height),
      )
      .map(({ request }) => request)
    const cheapest = served.toSorted((one, other) => one.encoding.bitrateKbps - other.encoding.bitrateKbps)[0]
    return cheapest ?? { canvas: id, of, owner, forPages: true, encoding: previewEncoding(canvas, height, show.frameRate) }
  }

  #onTrack(intake: Intake, track: VideoTrack): void {
    const frameRate = this.#dependencies.show()?.frameRate
    if (frameRate === undefined) return
    intake.config = { track, frameRate, shared: intake.request.owner !== owner }
    if (intake !== this.#current) return
    this.#forget()
    this.#sendConfig(intake.config)
  }

  #onPacket(intake: Intake, packet: Packet): void {
    const { config } = intake
    if (config === undefined) return
    if (intake === this.#next && packet.key) {
      this.#current?.encoding?.close()
      this.#current = intake
      this.#next = undefined
      this.#problem = undefined
      this.#forget()
      this.#sendConfig(config)
    }
    if (intake !== this.#current) return
    const { pts, track } = packet
    const { numerator, denominator } = config.frameRate
    const frame: PreviewFrame = {
      number: Math.round((pts * numerator) / (track.timescale * denominator)),
      timeMs: this.#dependencies.engine.originTimeMs + ticksToMs(pts, track.timescale),
      key: packet.key,
      data: packet.data,
    }
    this.#remember(frame)
    for (const listener of this.#listeners) listener.onFrame(frame, false)
  }

  #onFault(intake: Intake, problem: string): void {
    if (intake.request.owner !== owner) {
      this.#failed.add(intake.request)
      this.#chooseSoon()
      return
    }
    this.#problem = problem
    for (const listener of this.#listeners) listener.onFault(problem)
  }

  #sendConfig(config: PreviewConfig): void {
    for (const listener of this.#listeners) listener.onConfig(config)
  }

  #remember(frame: PreviewFrame): void {
    if (frame.key) this.#forget()
    else if (this.#cache.length === 0) return
    this.#cachedBytes += frame.data.length
    // Half a group is of no use to anybody.
    if (this.#cachedBytes > maxCacheBytes) this.#forget()
    else this.#cache.push(frame)
  }

  #forget(): void {
    this.#cache = []
    this.#cachedBytes = 0
  }
}

function isSame(one: VideoRequest, other: VideoRequest): boolean {
  return one === other || (one.owner === owner && other.owner === owner && sameEncoding(one.encoding, other.encoding))
}

function sameEncoding(one: VideoEncoding, other: VideoEncoding): boolean {
  return one.height === other.height && one.frameDivisor === other.frameDivisor
}
