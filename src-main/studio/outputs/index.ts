import { mkdirSync } from 'node:fs'
import type { RouteDefinition } from '../../platform/routes.ts'
import type { StudioEngine } from '../engine/studio-engine.ts'
import type { StudioNeeds } from '../studio-needs.ts'
import { FileBook } from './files/file-book.ts'
import { fileRoutes } from './files/file-routes.ts'
import { Outputs } from './outputs.ts'
import type { StudioOutputs } from './studio-outputs.ts'

export { outputKinds } from './output-kinds.ts'

export interface CreateOutputsNeeds extends Pick<StudioNeeds, 'carrier' | 'database' | 'writes' | 'events' | 'audit' | 'log'> {
  readonly engine: StudioEngine
  /** Where recordings and replays go that name no folder of their own: made where it is missing. */
  readonly folder: string
  /** ms since 1970. */
  readonly now?: () => number
}

/** The ways out of the studio, with what the host that ran before left behind put in order. */
export async function createOutputs(needs: CreateOutputsNeeds): Promise<StudioOutputs & { readonly routes: readonly RouteDefinition[] }> {
  const { database, writes, events, audit, log, engine, carrier, folder } = needs
  mkdirSync(folder, { recursive: true })
  const files = await FileBook.open({ database, writes, events, log })
  await files.recover()
  const outputs = new Outputs({ engine, carrier, events, audit, log, files, folder, now: needs.now ?? Date.now })
  return {
    routes: fileRoutes(files, audit),
    sync: (collection) => outputs.sync(collection),
    list: () => outputs.list(),
    autostart: () => outputs.autostart(),
    start: (id) => outputs.start(id),
    stop: (id) => outputs.stop(id),
    command: (id, name, details) => outputs.command(id, name, details),
    close: () => outputs.close(),
  }
}
