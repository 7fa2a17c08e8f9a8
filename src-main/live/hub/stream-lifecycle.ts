import type { Track } from '../../formats/track.ts'
import type { AuditLog } from '../../platform/audit.ts'
import type { AppError } from '../../platform/errors.ts'
import type { EventBus } from '../../platform/events.ts'
import type { Stream } from '../schemas.ts'
import { namesOf, type StreamEntry, storedOf } from './live-publisher.ts'
import { nextPhase, type StreamCause } from './stream-state.ts'
import type { StreamStore } from './stream-store.ts'

export interface StreamPhasesDependencies {
  readonly store: StreamStore
  readonly events: EventBus
  readonly audit: AuditLog
  /** The stream as events show it. */
  readonly describe: (entry: StreamEntry) => Stream
  /** ms since 1970. */
  readonly now: () => number
  /** Called before a stream ends. */
  readonly ending: (entry: StreamEntry) => void
}

/** Moves streams through their phases: each step is kept, told to the event socket and written to the audit log. */
export class StreamPhases {
  readonly #dependencies: StreamPhasesDependencies

  constructor(dependencies: StreamPhasesDependencies) {
    this.#dependencies = dependencies
  }

  /** Ends the stream unless a publisher comes within `ms`; `reason` is why the last one went. */
  wait(entry: StreamEntry, ms: number, reason: AppError | undefined): void {
    clearTimeout(entry.timer)
    entry.timer = setTimeout(() => {
      entry.timer = undefined
      if (entry.slate?.lasts === 'unlimited') return
      // silence is an end like any other; bytes that could not be understood are an error
      const broken = reason?.code.startsWith('ingest.') === true && reason.code !== 'ingest.timeout'
      if (broken) entry.error = { code: reason.code, message: reason.message }
      this.finish(entry, broken && entry.phase === 'reconnecting' ? 'failed' : 'window-over', {
        message: `stream ${entry.name} ended: no publisher came back within ${Math.round(ms / 1000)} s`,
      })
    }, ms)
    entry.timer.unref()
  }

  /** Ends the stream and its run. */
  finish(entry: StreamEntry, cause: StreamCause, line: { message: string; actor?: string }): void {
    clearTimeout(entry.timer)
    entry.timer = undefined
    this.#dependencies.ending(entry)
    const phase = nextPhase(entry.phase, cause)
    if (phase === undefined) return
    if (phase !== entry.phase || entry.endedAt === null) entry.endedAt = new Date(this.#dependencies.now()).toISOString()
    this.move(entry, cause, line)
    entry.run?.end(phase === 'error' ? 'error' : 'ended')
  }

  /** Brings the stream to its next phase, keeps it, tells it and writes it down; where the cause changes nothing, nothing happens. */
  move(
    entry: StreamEntry,
    cause: StreamCause,
    line: { message: string; actor?: string; sessionId?: string; code?: string | undefined },
  ): void {
    const before = entry.phase
    const phase = nextPhase(before, cause)
    if (phase === undefined) return
    entry.phase = phase
    this.#dependencies.store.save(storedOf(entry))
    if (phase === before && cause !== 'publish') return
    this.announce(entry, 'state')
    const { message, actor, sessionId, code } = line
    this.#dependencies.audit.record({
      kind: 'state',
      message,
      ...namesOf(entry),
      ...(actor === undefined ? undefined : { actor }),
      ...(sessionId === undefined ? undefined : { sessionId }),
      ...(code === undefined ? undefined : { code }),
      data: { from: before, to: phase, cause },
    })
  }

  /** The stream has other tracks. */
  changeTracks(entry: StreamEntry, tracks: readonly Track[]): void {
    entry.tracks = tracks
    this.#dependencies.store.save(storedOf(entry))
    this.announce(entry, 'tracks')
  }

  /** Tells the event socket how the stream is now. */
  announce(entry: StreamEntry, what: 'created' | 'state' | 'tracks' | 'updated' | 'removed'): void {
    this.#dependencies.events.publish(`stream.${what}`, this.#dependencies.describe(entry), { stream: entry.id })
  }
}
