import { type Static, Type } from 'typebox'
import { obsFile } from '../../../media/obs-show/obs-file.ts'
import type { ObsShowMaker } from '../../../media/obs-show/obs-show.ts'
import { defineRoute, type RouteDefinition } from '../../../platform/routes/routes.ts'
import type { Collection } from '../../document/collection.ts'
import { exportObs } from '../../document/export-obs/export-obs.ts'
import { fileTarget } from '../../document/export-obs/obs-kinds.ts'
import { readDocument } from '../../document/files/read-document.ts'
import { leaveOutSecrets } from '../../document/secrets/settings-secrets.ts'
import { CollectionName, tag } from './answer-schemas.ts'
import { type Collections, namedCollection } from './named-collection.ts'

const SystemSchema = Type.Union([Type.Literal('linux'), Type.Literal('windows'), Type.Literal('macos')], {
  default: 'linux',
  description: 'what OBS runs on: its capture sources differ',
})

/** API route of collections as files of OBS Studio. */
export function exportObsRoutes(collections: Collections): readonly RouteDefinition[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/studio/collections/:name/obs',
      tag,
      summary:
        'The collection as a scene collection that OBS Studio imports, without secrets, and what is in it in another way or not at all',
      role: 'editor',
      params: Type.Object({ name: CollectionName }),
      query: Type.Object({ system: Type.Optional(SystemSchema) }),
      responses: {
        200: Type.Object({
          document: Type.Record(Type.String(), Type.Unknown(), {
            description: 'save it as a file, and import it in OBS: Scene Collection, Import',
          }),
          notCarried: Type.Array(Type.Object({ place: Type.String(), reason: Type.String() })),
        }),
      },
      handler: async ({ params, query }) => {
        const system: Static<typeof SystemSchema> = query.system ?? 'linux'
        const collection = withoutSecrets(await namedCollection(collections, params.name), collections)
        const { show, notes } = exportObs(collection, fileTarget(system))
        return { body: { document: obsFile({ ...show, name: params.name }), notCarried: [...notes] } }
      },
    }),
  ]
}

/** Makes shows for OBS of the studio's collections. */
export function createObsShowMaker(collections: Collections): ObsShowMaker {
  return {
    async make(source, target) {
      const collection =
        'name' in source ? await namedCollection(collections, source.name) : readDocument(source.collection, collections.reader)
      return exportObs(withoutSecrets(collection, collections), target)
    },
  }
}

const withoutSecrets = (collection: Collection, { reader }: Collections): Collection => leaveOutSecrets(collection, reader.kinds)
