import { mkdirSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import type { RouteDefinition } from '../../platform/routes.ts'
import type { StateStore } from '../control/state-store.ts'
import type { StudioEngine } from '../engine/studio-engine.ts'
import type { StudioNeeds } from '../studio-needs.ts'
import { FileBook } from './files/file-book.ts'
import { fileRoutes } from './files/file-routes.ts'
import { Outputs } from './outputs.ts'
import type { StudioOutputs } from './studio-outputs.ts'

export { outputKinds } from './output-kinds.ts'

export interface CreateOutputsNeeds extends Pick<StudioNeeds, 'carrier' | 'database' | 'writes' | 'events' | 'audit' | 'log'> {
  readonly engine: StudioEngine
  readonly store: StateStore
  /** For how long a host may have been away for outputs to go on by themselves, ms; 0: never. */
  readonly resumeWithinMs: () => number
  /** Where recordings and replays go that name no folder of their own: made where it is missing. */
  readonly folder: string
  /** ms since 1970. */
  readonly now?: () => number
}

/** How long the host's start waits for files that the one before it left unfinished, ms: they go on being read behind it. */
const longestRecoveryMs = 1500

/** The ways out of the studio, with what the host that ran before left behind put in order. */
export async function createOutputs(needs: CreateOutputsNeeds): Promise<StudioOutputs & { readonly routes: readonly RouteDefinition[] }> {
  const { database, writes, events, audit, log, engine, carrier, folder, store, resumeWithinMs } = needs
  mkdirSync(folder, { recursive: true })
  const files = await FileBook.open({ database, writes, events, log })
  // Of a day's recording this takes a while, which nobody is to be off air for.
  await Promise.race([files.recover(), sleep(longestRecoveryMs, undefined, { ref: false })])
  const now = needs.now ?? Date.now
  const outputs = new Outputs({ engine, carrier, events, audit, log, files, folder, now, store, resumeWithinMs })
  return {
    routes: fileRoutes(files, audit),
    sync: (collection) => outputs.sync(collection),
    list: () => outputs.list(),
    autostart: () => outputs.autostart(),
    resume: () => outputs.resume(),
    start: (id, actor) => outputs.start(id, actor),
    stop: (id, actor) => outputs.stop(id, actor),
    command: (id, name, details, actor) => outputs.command(id, name, details, actor),
    close: (byPerson) => outputs.close(byPerson),
  }
}
