import type { LiveStream } from '../../../media/live-stream.ts'
import type { ClientLimits } from '../../../platform/http/client-limits.ts'
import type { SecretBox } from '../../../platform/identity/secret-box.ts'
import type { RequestGuard } from '../../http/live-front.ts'
import type { LiveDatabase } from '../../live-database.ts'
import type { LivePart } from '../../live-part.ts'
import { createOnDemand } from './on-demand.ts'
import { sourceRoutes } from './routes.ts'
import { createSourceStore } from './source-store.ts'
import { Sources, type SourcesDependencies } from './sources.ts'

export interface SourcesPartDependencies extends Omit<SourcesDependencies, 'store'> {
  readonly database: LiveDatabase
  readonly secrets: SecretBox
  /** True while the stream of that name can be played over HTTP. */
  readonly playable: (stream: string) => boolean
  readonly find: (stream: string) => LiveStream | undefined
  readonly clients: ClientLimits
}

export interface SourcesPart extends LivePart {
  readonly sources: Sources
  /** Starts a source on demand when its stream is requested, and lets the request go on once it plays. */
  readonly guard: RequestGuard
  /** The same for players of other protocols: see StreamDirectory. */
  startOnDemand(stream: string): Promise<LiveStream | undefined> | undefined
}

/** Sources that the host fetches: each in a process of its own, always or on demand. */
export async function createSources(dependencies: SourcesPartDependencies): Promise<SourcesPart> {
  const sources = await Sources.open({ ...dependencies, store: createSourceStore(dependencies.database, dependencies.secrets) })
  const { playable, find, clients, log } = dependencies
  const onDemand = createOnDemand({ want: (stream) => sources.want(stream), playable, find, clients, log })
  return {
    sources,
    routes: sourceRoutes(sources),
    guard: onDemand.guard,
    startOnDemand: onDemand.startOnDemand,
    start: () => sources.start(),
    stop: () => {
      onDemand.stop()
      return sources.stop()
    },
  }
}
