import type { LiveStream, StreamState } from '../../../media/live-stream.ts'

/** A stream that is made of another: it goes by that one's name and is in its state. */
export abstract class StreamOfSource {
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
}
