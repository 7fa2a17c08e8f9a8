import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Remuxer } from '../../../media/files/remux/remuxer.ts'
import type { Reach } from '../../../platform/outbound/reach.ts'
import type { RouteDefinition } from '../../../platform/routes/routes.ts'
import type { StudioDependencies } from '../../studio-dependencies.ts'
import type { StudioEngine } from '../engine/studio-engine.ts'
import type { StateStore } from '../state-store.ts'
import { FileBook } from './files/file-book.ts'
import { FileRetention } from './files/file-retention.ts'
import { fileRoutes } from './files/file-routes.ts'
import { RemuxFiles } from './files/remux-files.ts'
import type { StoredFile } from './files/studio-file.ts'
import { Outputs } from './outputs.ts'
import type { StudioOutputs } from './studio-outputs.ts'

export { outputKinds } from '../../document/kinds/output-kinds.ts'

export interface CreateOutputsDependencies
  extends Pick<StudioDependencies, 'carrier' | 'database' | 'writes' | 'events' | 'audit' | 'log'> {
  readonly engine: StudioEngine
  readonly store: StateStore
  /** For how long a host may have been away for outputs to go on by themselves, ms; 0: never. */
  readonly resumeWithinMs: () => number
  /** Where recordings and replays go that name no folder of their own: made where it is missing. */
  readonly folder: string
  readonly reach: Pick<Reach, 'policy'>
  /** ms since 1970. */
  readonly now?: () => number
}

/** How long the host's start waits for files that the one before it left unfinished, ms: they go on being read behind it. */
const maxRecoveryMs = 1500

/** The outputs of the studio, with what the host that ran before left behind put in order. */
export async function createOutputs(
  dependencies: CreateOutputsDependencies,
): Promise<StudioOutputs & { readonly routes: readonly RouteDefinition[]; readonly recovered: () => readonly StoredFile[] }> {
  const { database, writes, events, audit, log, engine, carrier, folder, reach, store, resumeWithinMs } = dependencies
  mkdirSync(folder, { recursive: true })
  const now = dependencies.now ?? Date.now
  const posters = join(folder, '.pictures')
  const retention = new FileRetention({ store, events, now })
  const files = await FileBook.open({ database, writes, events, log, posters, posterOf: (file) => carrier.posterOf(file), retention })
  // Of a day's recording this takes a while, which nobody is to be off air for.
  await Promise.race([files.recover(), sleep(maxRecoveryMs, undefined, { ref: false })])
  void files.illustrateOld()
  const remuxer = new Remuxer(log)
  const remuxes = new RemuxFiles({ files, remuxer, policy: () => reach.policy().files, audit, log })
  const outputs = new Outputs({ engine, carrier, events, audit, log, files, folder, reach, now, store, resumeWithinMs })
  return {
    routes: fileRoutes({ files, remuxes, retention, audit, now }),
    recovered: () => files.recovered(),
    sync: (collection) => outputs.sync(collection),
    list: () => outputs.list(),
    autostart: () => outputs.autostart(),
    resume: () => outputs.resume(),
    start: (id, actor) => outputs.start(id, actor),
    stop: (id, actor) => outputs.stop(id, actor),
    command: (id, name, details, actor) => outputs.command(id, name, details, actor),
    async close(byPerson) {
      files.stop()
      await Promise.all([outputs.close(byPerson), remuxer.stop()])
    },
  }
}
