import type { SecretBox } from '../../platform/identity/secret-box.ts'
import type { LiveDatabase } from '../live-database.ts'
import type { AnyRequest, AnyResponse, LivePart } from '../live-part.ts'
import type { LiveStream } from '../streams/stream.ts'
import { createOnDemand } from './on-demand.ts'
import { sourceRoutes } from './routes.ts'
import { createSourceStore } from './source-store.ts'
import { Sources, type SourcesNeeds } from './sources.ts'

export interface SourcesPartNeeds extends Omit<SourcesNeeds, 'store'> {
  readonly database: LiveDatabase
  readonly secrets: SecretBox
  /** True while the stream of that name can be played over HTTP. */
  readonly playable: (stream: string) => boolean
  readonly find: (stream: string) => LiveStream | undefined
}

export interface SourcesPart extends LivePart {
  readonly sources: Sources
  /** Begins a source on demand when its stream is asked for, and lets the request go on once it plays. */
  guard(request: AnyRequest, response: AnyResponse, next: () => boolean): boolean
  /** The same for players of other protocols: see StreamDirectory. */
  summon(stream: string): Promise<LiveStream | undefined> | undefined
}

/** Sources that the host fetches: each in a process of its own, always or on demand. */
export async function createSources(needs: SourcesPartNeeds): Promise<SourcesPart> {
  const sources = await Sources.open({ ...needs, store: createSourceStore(needs.database, needs.secrets) })
  const onDemand = createOnDemand({ want: (stream) => sources.want(stream), playable: needs.playable, find: needs.find })
  return {
    sources,
    routes: sourceRoutes(sources),
    guard: onDemand.guard,
    summon: onDemand.summon,
    start: () => sources.start(),
    stop: () => {
      onDemand.stop()
      return sources.stop()
    },
  }
}
