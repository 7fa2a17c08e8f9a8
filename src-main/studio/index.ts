import { basename, join } from 'node:path'
import type { MeasuredEncoder } from '../platform/ffmpeg/choose-encoder.ts'
import { createCollectionCheck } from './collection/collection-check.ts'
import { CollectionFolder } from './collection/collection-folder.ts'
import { SecretSeals } from './collection/settings-secrets.ts'
import { actionFaults } from './control/action-schemas.ts'
import { doAction } from './control/actions.ts'
import { Macros } from './control/macros.ts'
import { openStateStore } from './control/state-store.ts'
import { EngineProcess } from './engine/engine-process.ts'
import type { StudioEngine } from './engine/studio-engine.ts'
import { guestRoutes } from './guests/guest-routes.ts'
import { createOutputs } from './outputs/index.ts'
import { collectionRoutes } from './routes/collection-routes.ts'
import { editRoutes } from './routes/edit-routes.ts'
import { engineRoutes } from './routes/engine-routes.ts'
import { importRoutes } from './routes/import-routes.ts'
import { programRoutes } from './routes/program-routes.ts'
import { Show } from './show.ts'
import { publishEngineEvents } from './studio-events.ts'
import { studioKinds } from './studio-kinds.ts'
import { countStudio } from './studio-metrics.ts'
import type { Studio, StudioNeeds } from './studio-needs.ts'

export { studioMigrations } from './migrations.ts'
export type {
  SendAim,
  SendEvents,
  StreamCarrier,
  Studio,
  StudioFeed,
  StudioFeedSubscriber,
  StudioNeeds,
  StudioPublication,
  StudioSender,
} from './studio-needs.ts'

/** Makes the studio; nothing runs before `start`. `engine` is another one than the studio's own process in tests. */
export async function createStudio(needs: StudioNeeds, engine: StudioEngine = ownEngine(needs)): Promise<Studio> {
  const { dataDir, secrets, events, audit, log, registry } = needs
  const store = await openStateStore(needs)
  const outputs = await createOutputs({ ...needs, engine, store, folder: join(dataDir, 'studio', 'recordings') })
  const kinds = studioKinds
  const reader = { kinds, check: createCollectionCheck({ kinds, actionFaults }), seals: new SecretSeals(secrets) }
  const show = new Show({ engine, outputs, reader, store, secrets, events, audit, log, onLeave: () => void macros.stopAll() })
  const folder = new CollectionFolder(join(dataDir, 'studio', 'collections'))
  const acting = { show, engine, outputs, audit }
  const macros: Macros = new Macros({ events, log, act: (action, actor, signal) => doAction(action, actor, acting, signal) })
  const telling = publishEngineEvents(engine, events)
  countStudio(registry, engine, outputs)
  return {
    routes: [
      ...outputs.routes,
      ...guestRoutes(needs.carrier, audit),
      ...collectionRoutes({ show, folder, reader, audit }),
      ...importRoutes({ folder, reader, audit }),
      ...editRoutes({
        show,
        kinds,
        reportOf: (list, id) => (list === 'sources' ? engine.reports().get(id) : outputs.list().find((each) => each.id === id)) ?? null,
        filterProblem: (id) => engine.filterProblems().get(id),
      }),
      ...programRoutes({ ...acting, macros }),
      ...engineRoutes({ ...acting, problem: () => telling.problem }),
    ],
    start: (file) => (file === undefined ? show.resume() : show.open(file, basename(file, '.json'), 'cli', true, true)),
    async stop(byPerson) {
      await macros.stopAll()
      await show.stop()
      await outputs.close(byPerson)
      await engine.stop()
      telling.stop()
    },
    running: () =>
      outputs
        .list()
        .filter(({ kind, state }) => ['rtmp', 'srt', 'whip', 'recording'].includes(kind) && state !== 'off' && state !== 'failed').length,
  }
}

function ownEngine({ carrier, log, dataDir }: StudioNeeds): StudioEngine {
  let measured: readonly MeasuredEncoder[] = []
  const engine = new EngineProcess({
    log,
    folder: join(dataDir, 'studio', 'sources'),
    encoders: () => measured,
    liveAddress: (stream) => carrier.watchAddress(stream),
  })
  engine.onEvent((event) => {
    // Measuring takes two seconds of a processor, once a machine: not before there is a show.
    if (event.kind !== 'state' || event.state !== 'starting') return
    carrier.encoders().then(
      (found) => {
        measured = found
      },
      (error: unknown) => log.warn({ err: error }, 'the encoders of this machine are not known'),
    )
  })
  return engine
}
