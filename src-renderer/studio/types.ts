import type { Collection } from '../../src-main/studio/document/collection.ts'

export type { SourceReport } from '../../src-main/media/source-report.ts'
export type { OutputReport } from '../../src-main/studio/control/outputs/studio-outputs.ts'
export type { ProgramState } from '../../src-main/studio/control/program/program-control.ts'
export type { Action } from '../../src-main/studio/document/action-schemas.ts'
export type {
  Canvas as CanvasPart,
  Collection,
  Filter,
  Item,
  Macro,
  Scene,
  Source,
  Transition,
} from '../../src-main/studio/document/collection.ts'
export type { Edit } from '../../src-main/studio/document/edits/edit-schemas.ts'
export type { SourceAudio } from '../../src-main/studio/document/mixer-schemas.ts'
export type { Output } from '../../src-main/studio/document/output-schemas.ts'

export type EngineState = 'off' | 'starting' | 'running' | 'restarting' | 'failed'

interface ApiProblem {
  readonly code: string
  readonly message: string
  readonly remedy: string
}

/** GET /studio/collection */
export interface OpenCollection {
  readonly revision: number
  /** What `POST /studio/undo` would undo; null where there is nothing. */
  readonly undo: string | null
  readonly redo: string | null
  readonly name: string
  readonly file: string
  readonly saved: boolean
  readonly conflict: boolean
  readonly error: ApiProblem | null
  readonly lostSecrets: readonly string[]
  readonly collection: Collection
}

/** What an edit, an undo or a redo is answered with. */
export interface Edited {
  readonly revision: number
  readonly undo: string | null
  readonly redo: string | null
  /** Ids of what was made, in the order of the edits. */
  readonly made: readonly string[]
}

/** GET /studio/devices */
export interface Device {
  readonly kind: string
  readonly id: string
  readonly name: string
  readonly details?: Readonly<Record<string, string | number | boolean>>
}

/** Event `studio.statistics`: what the page shows of it. */
export interface Statistics {
  readonly frames: number
  readonly dropped: number
  readonly late: number
  readonly renderMs: number
  readonly framesPerSecond: number
  readonly cpu: number
  readonly memoryBytes: number
}

/** A run of a macro: event `studio.macro`. */
export interface MacroRun {
  readonly run: string
  /** Id of the macro. */
  readonly macro: string
  readonly state: 'running' | 'done' | 'failed' | 'stopped'
  /** Actions that are done. */
  readonly done: number
  readonly actions: number
  readonly error: ApiProblem | null
}
