import type { AuditLog } from '../../platform/audit.ts'
import type { EventBus } from '../../platform/events/events.ts'
import type { Logger } from '../../platform/logger.ts'
import type { Reach } from '../../platform/outbound/reach.ts'
import type { ShownSources, StudioEngine } from '../control/engine/studio-engine.ts'
import type { StudioOutputs } from '../control/outputs/studio-outputs.ts'
import type { MacroRun } from '../control/program/macros.ts'
import type { Show } from '../control/show.ts'
import type { StateStore } from '../control/state-store.ts'
import type { Macro } from '../document/collection.ts'
import type { CollectionFolder } from '../document/files/collection-folder.ts'
import type { DocumentReader } from '../document/files/read-document.ts'
import type { Action } from '../document/schemas/action-schemas.ts'
import type { DesktopWindows } from '../studio-dependencies.ts'

/** The studio as the requests and events of the protocol use it. */
export interface ProtocolStudio {
  readonly show: Show
  readonly engine: StudioEngine
  readonly outputs: StudioOutputs
  readonly folder: CollectionFolder
  readonly reader: DocumentReader
  readonly store: StateStore
  readonly events: EventBus
  readonly audit: AuditLog
  readonly log: Logger
  readonly reach: Pick<Reach, 'policy'>
  readonly windows: DesktopWindows
  /** Where recordings go whose output names no folder. */
  readonly recordings: string
  /** Does an action. Throws AppError. */
  readonly act: (action: Action, actor: string) => Promise<unknown>
  /** Moves the T-bar of the main canvas, from 0 to 1. Throws AppError. */
  readonly moveTBar: (position: number, release: boolean, actor: string) => Promise<void>
  readonly runMacro: (macro: Macro, actor: string) => Promise<MacroRun>
  /** A chord of keys was pressed. */
  readonly press: (chord: string, actor: string) => Promise<unknown>
  /** Sources that are seen now. */
  readonly shown: () => ShownSources
  /** The file of the newest replay of this run. */
  readonly lastReplay: () => string | undefined
  /** Free bytes where recordings go; undefined where it is not known. */
  readonly freeBytes: () => Promise<number | undefined>
}
