import type { AppEvent } from '../../../platform/events/events.ts'
import type { Recording } from '../../jobs/recording/schemas.ts'
import type { Stream, ViewerSession } from '../../schemas.ts'
import type { HookEvent } from './schemas.ts'

/** Something that hooks are notified of. */
export interface Moment {
  readonly event: HookEvent
  /** Name of the stream where it concerns one. */
  readonly stream: string | undefined
  readonly data: unknown
}

type Phase = 'over' | 'live' | 'away'

/** Reads the moments that hooks are notified of out of the events of the host. */
export class StreamMoments {
  readonly #phases = new Map<string, Phase>()
  readonly #names = new Map<string, string>()

  /** What an event means to hooks; undefined for nothing. */
  read({ topic, data, stream }: AppEvent): Moment | undefined {
    switch (topic) {
      case 'stream.created':
      case 'stream.updated':
      case 'stream.state':
        return this.#ofStream(data as Stream)
      case 'stream.removed':
        if (stream !== undefined) {
          this.#phases.delete(stream)
          this.#names.delete(stream)
        }
        return undefined
      case 'session.ended':
        return { event: 'play.ended', stream: this.#names.get((data as ViewerSession).streamId), data }
      case 'recording.completed':
        return { event: 'recording.completed', stream: (data as Recording).stream, data }
      case 'alert.raised':
      case 'alert.resolved':
        return { event: 'alert', stream: (data as { stream?: string | null }).stream ?? undefined, data }
      default:
        return undefined
    }
  }

  #ofStream(stream: Stream): Moment | undefined {
    this.#names.set(stream.id, stream.name)
    const before = this.#phases.get(stream.id) ?? 'over'
    const now: Phase = stream.state !== 'active' ? 'over' : stream.reconnecting ? 'away' : 'live'
    this.#phases.set(stream.id, now)
    if (before === now) return undefined
    const event: HookEvent =
      now === 'over' ? 'stream.ended' : now === 'away' ? 'stream.lost' : before === 'away' ? 'stream.returned' : 'stream.live'
    return { event, stream: stream.name, data: { stream } }
  }
}
