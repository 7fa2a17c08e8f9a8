import type { Answer, Item as ItemOf } from '../../src-main/api/typed-api.ts'

export type { ChosenSettings } from '../../src-main/media/following/chosen-settings.ts'
export type { SourceReport } from '../../src-main/media/source-report.ts'
export type { OutputReport } from '../../src-main/studio/control/outputs/studio-outputs.ts'
export type { ProgramState } from '../../src-main/studio/control/program/program-state.ts'
export type {
  Canvas as CanvasPart,
  Filter,
  Item,
  Macro,
  Scene,
  Source,
  Transition,
} from '../../src-main/studio/document/collection.ts'
export type { Edit } from '../../src-main/studio/document/edits/edit-schemas.ts'
export type { Action } from '../../src-main/studio/document/schemas/action-schemas.ts'
export type { SourceAudio } from '../../src-main/studio/document/schemas/mixer-schemas.ts'

export type Preparation = NonNullable<Answer<'GET', '/studio'>['preparation']>
export type EngineState = Answer<'GET', '/studio'>['state']
export type OpenCollection = Answer<'GET', '/studio/collection'>
export type Collection = OpenCollection['collection']
export type Output = Collection['outputs'][number]
export type HistoryList = Answer<'GET', '/studio/history'>
export type Edited = Answer<'POST', '/studio/edits'>
export type Device = ItemOf<'/studio/devices'>

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

/** Also the data of event `studio.hotkeys`. */
export type HotkeysReport = Answer<'GET', '/studio/hotkeys'>

/** Also the data of event `studio.recovery`. */
export type RecoveryReport = Answer<'GET', '/studio/recovery'>

/** A run of a macro: also the data of event `studio.macro`. */
export type MacroRun = ItemOf<'/studio/macro-runs'>

export type UploadedFile = ItemOf<'/studio/uploaded-files'>
export type FolderListing = Answer<'GET', '/studio/folders'>
