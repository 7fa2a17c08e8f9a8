import { Type } from 'typebox'
import type { ReachPolicy } from '../../../platform/outbound/reach.ts'
import { defineRoute, type RouteDefinition } from '../../../platform/routes/routes.ts'
import type { CollectionFolder } from '../../document/files/collection-folder.ts'
import type { DocumentReader } from '../../document/files/read-document.ts'
import { findObsFiles } from '../../document/import-obs/find-obs-files.ts'
import { importObs, obsDocument } from '../../document/import-obs/import-obs.ts'
import { withAuthors } from '../../document/references/authorship.ts'
import { stripRejected } from '../../document/references/strip-rejected.ts'
import { CollectionName, documentBytes, tag } from './answer-schemas.ts'
import { doingOf } from './doing.ts'

export interface ImportRoutesDependencies {
  readonly folder: CollectionFolder
  readonly reader: DocumentReader
  readonly reach: () => ReachPolicy
  readonly audit: { record(entry: { kind: 'command'; message: string; actor: string }): void }
}

/** API routes of collections made of what other programs write. */
export function importRoutes({ folder, reader, reach, audit }: ImportRoutesDependencies): readonly RouteDefinition[] {
  return [
    defineRoute({
      method: 'POST',
      path: '/studio/import/obs',
      tag,
      summary: 'Makes a collection of a scene collection of OBS Studio, and tells what could not be carried',
      role: 'editor',
      idempotent: true,
      bodyBytes: documentBytes,
      body: Type.Object(
        {
          name: CollectionName,
          document: Type.Record(Type.String(), Type.Unknown(), { description: 'the JSON that OBS Studio exports' }),
          folder: Type.Optional(
            Type.String({
              maxLength: 4096,
              description: 'where the document was read on the machine of the host: files that moved with it are found there',
            }),
          ),
          width: Type.Optional(
            Type.Integer({ minimum: 16, maximum: 7680, multipleOf: 2, description: 'of the canvas: OBS keeps it in the profile' }),
          ),
          height: Type.Optional(Type.Integer({ minimum: 16, maximum: 4320, multipleOf: 2 })),
          frameRate: Type.Optional(Type.Number({ minimum: 1, maximum: 240 })),
        },
        { additionalProperties: false },
      ),
      responses: {
        201: Type.Object({
          name: Type.String(),
          scenes: Type.Integer(),
          sources: Type.Integer(),
          notCarried: Type.Array(Type.Object({ place: Type.String(), reason: Type.String() })),
        }),
      },
      handler: async ({ body: { document, folder: beside = '', ...options }, principal }) => {
        const author = doingOf(principal)
        const files = { folder: beside, files: reach().files, limited: author.limited }
        const found = await findObsFiles(obsDocument(document), files)
        const imported = importObs(found.document, options, reader)
        const { collection: allowed, leftOut } = stripRejected(imported.collection, author, reader)
        const collection = withAuthors(undefined, allowed, { author, how: 'anew' }, reader)
        const notCarried = [...imported.notCarried, ...found.missing, ...leftOut]
        await folder.create(options.name, `${JSON.stringify(reader.seals.encryptCopy(collection, reader.kinds), null, 2)}\n`)
        audit.record({ kind: 'command', message: `the collection ${options.name} was imported from OBS Studio`, actor: principal.id })
        return {
          status: 201,
          body: { name: options.name, scenes: collection.scenes.length, sources: collection.sources.length, notCarried },
        }
      },
    }),
  ]
}
