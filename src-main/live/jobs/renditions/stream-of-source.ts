import type { LiveStream, StreamState } from '../../../media/live-stream.ts'

/** A stream that is made from another: it has the name and the state of that one. */
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
