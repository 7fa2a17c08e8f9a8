import type { Packet, Track } from '../../../formats/track.ts'
import type { WantedEncoding } from './messages.ts'
import type { EncodedListener, Encoding, TakenVideo, VideoRequest } from './studio-engine.ts'

interface Shared {
  readonly key: string
  /** Of video: as its first subscriber requested. */
  readonly request: VideoRequest | undefined
  wanted: WantedEncoding
  track: Track | undefined
  fault: string | undefined
  readonly listeners: Set<EncodedListener>
}

export interface EncodingSubscriptionsDependencies {
  /** The encodings that are wanted changed. */
  readonly onWanted: () => void
  readonly onKeyframe: (channel: number) => void
  /** Who takes which video encodings changed. */
  readonly onTaken: () => void
}

/** Who takes which encoding: one encoder for all who want the same. */
export class EncodingSubscriptions {
  readonly #dependencies: EncodingSubscriptionsDependencies
  readonly #byKey = new Map<string, Shared>()
  readonly #byChannel = new Map<number, Shared>()
  #lastChannel = 0

  constructor(dependencies: EncodingSubscriptionsDependencies) {
    this.#dependencies = dependencies
  }

  get wanted(): readonly WantedEncoding[] {
    return [...this.#byChannel.values()].map(({ wanted }) => wanted)
  }

  subscribers(channel: number): number {
    return this.#byChannel.get(channel)?.listeners.size ?? 0
  }

  /** The video encodings that are taken. */
  get video(): readonly TakenVideo[] {
    return [...this.#byChannel.values()].flatMap(({ request, wanted, listeners }) =>
      request === undefined
        ? []
        : { id: String(wanted.channel), preset: wanted.video?.encoding.preset ?? 'auto', request, subscribers: listeners.size },
    )
  }

  /** `key` is what makes two requests the same; `request` is that of video. */
  add(key: string, what: Omit<WantedEncoding, 'channel' | 'bitrateKbps'>, listener: EncodedListener, request?: VideoRequest): Encoding {
    let shared = this.#byKey.get(key)
    if (shared === undefined) {
      const wanted = { channel: ++this.#lastChannel, ...what }
      shared = { key, request, wanted, track: undefined, fault: undefined, listeners: new Set() }
      this.#byKey.set(key, shared)
      this.#byChannel.set(this.#lastChannel, shared)
      this.#dependencies.onWanted()
    } else {
      const { track, fault } = shared
      // Later subscribers learn what the others were sent, and may need a keyframe to start at.
      queueMicrotask(() => {
        if (!shared?.listeners.has(listener)) return
        if (fault !== undefined) listener.onFault(fault)
        else if (track !== undefined) listener.onTrack(track)
      })
      this.#dependencies.onKeyframe(shared.wanted.channel)
    }
    const at = shared
    at.listeners.add(listener)
    if (at.request !== undefined) this.#dependencies.onTaken()
    return {
      requestKeyframe: () => this.#dependencies.onKeyframe(at.wanted.channel),
      setBitrate: (bitrateKbps) => {
        at.wanted = { ...at.wanted, bitrateKbps }
        this.#dependencies.onWanted()
      },
      close: () => {
        if (!at.listeners.delete(listener)) return
        if (at.listeners.size === 0) {
          this.#byKey.delete(at.key)
          this.#byChannel.delete(at.wanted.channel)
          this.#dependencies.onWanted()
        }
        if (at.request !== undefined) this.#dependencies.onTaken()
      },
    }
  }

  onTrack(channel: number, track: Track): void {
    const shared = this.#byChannel.get(channel)
    if (shared === undefined) return
    shared.track = track
    shared.fault = undefined
    for (const listener of shared.listeners) listener.onTrack(track)
  }

  onPacket(channel: number, packet: Packet): void {
    const shared = this.#byChannel.get(channel)
    if (shared !== undefined) for (const listener of shared.listeners) listener.onPacket(packet)
  }

  onFault(channel: number, problem: string): void {
    const shared = this.#byChannel.get(channel)
    if (shared === undefined) return
    shared.fault = problem
    for (const listener of shared.listeners) listener.onFault(problem)
  }

  /** The process is gone: what comes next does not continue what came before. */
  onGap(): void {
    for (const shared of this.#byChannel.values()) {
      shared.fault = undefined
      for (const listener of shared.listeners) listener.onGap()
    }
  }

  /** The process cannot run at all. */
  failAll(problem: string): void {
    for (const channel of this.#byChannel.keys()) this.onFault(channel, problem)
  }
}
