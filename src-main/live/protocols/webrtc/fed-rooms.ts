import type { LiveStream } from '../../../media/live-stream.ts'
import type { SfuEngine } from '../../../media/realtime/sfu-engine.ts'

/** How long a feed outlives its last viewer, ms: who reloads the page finds it running. */
const LINGER_MS = 10_000

interface Fed {
  readonly room: string
  viewers: number
  readonly end: () => void
  timer: NodeJS.Timeout | undefined
}

/** WebRTC rooms whose source is a stream's own packets: opened for the first viewer, closed a while after the last. */
export class FedRooms {
  readonly #rooms = new Map<string, Fed>()
  readonly #realtime: (stream: LiveStream) => LiveStream

  constructor(realtime: (stream: LiveStream) => LiveStream) {
    this.#realtime = realtime
  }

  /** The WebRTC room of that run of the stream, with one more viewer; release it with `leave`. */
  join(engine: SfuEngine, stream: LiveStream): string {
    const room = `feed ${stream.id} ${stream.epoch}`
    let fed = this.#rooms.get(room)
    if (fed === undefined) {
      fed = { room, viewers: 0, end: engine.feed({ room, stream: this.#realtime(stream) }), timer: undefined }
      this.#rooms.set(room, fed)
    }
    clearTimeout(fed.timer)
    fed.viewers++
    return room
  }

  leave(room: string): void {
    const fed = this.#rooms.get(room)
    if (fed === undefined || --fed.viewers > 0) return
    fed.timer = setTimeout(() => this.#end(fed), LINGER_MS)
  }

  /** The engine's worker died: its WebRTC rooms are closed. */
  clear(): void {
    for (const fed of [...this.#rooms.values()]) this.#end(fed)
  }

  #end(fed: Fed): void {
    clearTimeout(fed.timer)
    if (this.#rooms.get(fed.room) === fed) this.#rooms.delete(fed.room)
    fed.end()
  }
}
