import { type Static, Type } from 'typebox'
import { ErrorSchema, Nullable } from '../../../platform/routes/schemas.ts'
import type { Collection } from '../../document/collection.ts'

export const OutputStateSchema = Type.Union(
  [
    Type.Literal('off'),
    Type.Literal('starting'),
    Type.Literal('live'),
    Type.Literal('retrying'),
    Type.Literal('paused'),
    Type.Literal('failed'),
  ],
  { description: 'retrying: goes on by itself, see `error`; failed: needs a person, see `error`' },
)

/** How an output is. */
export const OutputReportSchema = Type.Object({
  id: Type.String(),
  name: Type.String(),
  kind: Type.String(),
  state: OutputStateSchema,
  error: Nullable(ErrorSchema),
  startedAt: Type.Union([Type.String({ format: 'date-time' }), Type.Null()], {
    description: 'when it was started; the same when it goes on after a restart of the host',
  }),
  /** Its figures: bitrateKbps, bytes, frames, droppedFrames, queuedMs, reconnects, file, ... */
  statistics: Type.Record(Type.String(), Type.Union([Type.Number(), Type.String(), Type.Boolean(), Type.Null()])),
})
export type OutputReport = Static<typeof OutputReportSchema>

/** An output that ran when the host ended. */
export interface ReturnedOutput {
  readonly id: string
  readonly name: string
  readonly kind: string
  /** It went on by itself. */
  readonly goesOn: boolean
  /** Why it was left off; null where it was not. */
  readonly why: string | null
}

/** The outputs of the studio, as routes, actions and the show rule them. */
export interface StudioOutputs {
  /** The collection as it is now, its secrets in plain: new outputs become known, changed ones start again, removed ones end; undefined: all of them. Cheap where no output changed. */
  sync(collection: Collection | undefined): void
  /** In the collection's order. */
  list(): readonly OutputReport[]
  /** A collection was opened: starts those that start with the studio. */
  autostart(): void
  /** The host is back with the collection that it had: goes on with what ran, and starts those that start with the studio. Answers what ran. */
  resume(): readonly ReturnedOutput[]
  /** Resolves when the start is under way, which is kept for a host that comes back. One that had failed starts again. Throws `studio.output_*`. */
  start(id: string, actor?: string): Promise<OutputReport>
  /** Resolves when it is off: after some seconds also where a disk hangs. */
  stop(id: string, actor?: string): Promise<OutputReport>
  /** Throws AppError on unknown ones. Answers what it made, e.g. the file of a saved replay. */
  command(id: string, name: string, details: Readonly<Record<string, unknown>>, actor?: string): Promise<Readonly<Record<string, unknown>>>
  /**
   * The host ends, and all outputs: files are closed, servers are notified. What ran goes on when it comes back, unless a person ended it.
   */
  close(byPerson: boolean): Promise<void>
}
