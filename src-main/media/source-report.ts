/** State of a source: `waiting` for its device or URL to come (back), `failed` if a person must help. */
export type SourceState = 'starting' | 'running' | 'paused' | 'waiting' | 'failed' | 'ended'

/** What a source reports of itself, whenever it changes. */
export interface SourceReport {
  readonly state: SourceState
  /** What is wrong, for people, and what to do about it: where the state is `waiting` or `failed`, or something was left out. */
  readonly problem?: string
  /** Whatever else there is to tell, e.g. `positionMs`, `durationMs`, `device`. */
  readonly details?: Readonly<Record<string, string | number | boolean | null>>
  /** Frame size after its filters, pixels: items are placed by it. Left out while there is no frame. */
  readonly picture?: { readonly width: number; readonly height: number }
}

/**
 * What a source keeps for the process that follows one that died, e.g. the position in a file. Small. Times in it are the wall clock's, ms
 * since 1970: they mean the same in another process and after a restart of the machine. A source that must know whether it was seen keeps
 * that as `shown`.
 */
export type SourceMemory = Readonly<Record<string, string | number | boolean | null | readonly number[]>>
