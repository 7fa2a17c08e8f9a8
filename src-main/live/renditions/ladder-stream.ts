import type { Track } from '../../formats/track.ts'
import type { LiveStream, StreamState, StreamSubscriber } from '../streams/stream.ts'
import type { LadderStream } from './derived-streams.ts'

/** A stream with what is made beneath it. */
export class LadderView implements LadderStream {
  readonly #source: LiveStream

  constructor(source: LiveStream) {
    this.#source = source
  }

  get id(): string {
    return this.#source.id
  }
  get name(): string {
    return this.#source.name
  }
  get epoch(): string {
    return this.#source.epoch
  }
  get state(): StreamState {
    return this.#source.state
  }
  get reconnecting(): boolean {
    return this.#source.reconnecting
  }
  get originTimeMs(): number {
    return this.#source.originTimeMs
  }
  get tracks(): readonly Track[] {
    return this.#source.tracks
  }

  subscribe(subscriber: StreamSubscriber, options: { from: 'keyframe' | 'live' }): () => void {
    return this.#source.subscribe(subscriber, options)
  }

  onRetired(_listener: (trackId: string) => void): () => void {
    return () => undefined
  }
}
