import { type Static, Type } from 'typebox'
import type { AuditLog } from '../../../platform/audit.ts'
import { AppError } from '../../../platform/errors.ts'
import { isLimited } from '../../../platform/principal.ts'
import type { ReachPolicy } from '../../../platform/reach.ts'
import { defineRoute, type RouteDefinition } from '../../../platform/routes.ts'
import { isRecord } from '../../../platform/schema-faults.ts'
import { withAuthors, withoutAuthors } from '../../document/authorship.ts'
import type { Collection } from '../../document/collection.ts'
import type { CollectionFolder } from '../../document/collection-folder.ts'
import { leaveOutRefused } from '../../document/leave-out.ts'
import type { Doing } from '../../document/open-collection.ts'
import { type DocumentReader, readDocument, readDocumentText } from '../../document/read-document.ts'
import { leaveOutSecrets } from '../../document/settings-secrets.ts'
import { CollectionName, tag } from '../routes/answer-schemas.ts'
import { doingOf } from '../routes/doing.ts'
import type { Uploads } from '../uploads/uploads.ts'
import { BundleManifestSchema } from './bundle-format.ts'
import { openBundle } from './read-bundle.ts'
import { bundleBytes, findMedia, writeBundle } from './write-bundle.ts'

export interface BundleRoutesDependencies {
  readonly folder: CollectionFolder
  readonly reader: DocumentReader
  readonly uploads: Uploads
  /** The open collection, and the name that it goes by. */
  readonly open: () => { readonly name: string; readonly collection: Collection } | undefined
  readonly reach: () => ReachPolicy
  readonly audit: AuditLog
}

const ImportedBundleSchema = Type.Object({
  name: Type.String(),
  scenes: Type.Integer(),
  sources: Type.Integer(),
  media: Type.Integer({ description: 'files that are uploaded files now' }),
  notCarried: Type.Array(Type.Object({ place: Type.String(), reason: Type.String() })),
})
type ImportedBundle = Static<typeof ImportedBundleSchema>

const NameParams = Type.Object({ name: CollectionName })

/** API routes of collections with their media as one file. */
export function bundleRoutes({ folder, reader, uploads, open, reach, audit }: BundleRoutesDependencies): readonly RouteDefinition[] {
  const collectionOf = async (name: string): Promise<Collection> => {
    const file = await folder.file(name)
    const now = open()
    return now?.name === name ? now.collection : readDocumentText(await file.read(), reader, file.path, name).collection
  }
  const importBundle = async (path: string, name: string, author: Doing): Promise<ImportedBundle> => {
    const bundle = await openBundle(path)
    try {
      // Before any file is written: a document that is none leaves nothing behind.
      readDocument(bundle.document, reader)
      if ((await folder.list()).some((each) => each.name === name)) {
        throw new AppError('studio.collection_exists', `There is a collection "${name}" already`)
      }
      const paths = new Map<string, string>()
      const notCarried: { place: string; reason: string }[] = bundle.missing.map(({ path: place, reason }) => ({ place, reason }))
      for (const file of bundle.files) {
        try {
          paths.set(file.path, (await uploads.adopt(file.name, file.bytes, file.body())).path)
        } catch (error) {
          if (!(error instanceof AppError) || error.code !== 'studio.upload_type') throw error
          notCarried.push({ place: file.name, reason: error.message })
        }
      }
      const imported = readDocument(withPaths(bundle.document, paths), reader)
      const { collection: allowed, leftOut } = leaveOutRefused(imported, author.limited, reader)
      const collection = withAuthors(undefined, allowed, { author, how: 'anew' }, reader)
      await folder.create(name, `${JSON.stringify(reader.seals.encryptCopy({ ...collection, name }, reader.kinds), null, 2)}\n`)
      audit.record({ kind: 'command', message: `the collection ${name} was imported with its media`, actor: author.actor })
      const { scenes, sources } = collection
      return { name, scenes: scenes.length, sources: sources.length, media: paths.size, notCarried: [...notCarried, ...leftOut] }
    } finally {
      await bundle.close()
    }
  }
  return [
    defineRoute({
      method: 'GET',
      path: '/studio/collections/:name/media',
      tag,
      summary: 'Files that a bundle of the collection has, and those that are missing in it',
      role: 'editor',
      params: NameParams,
      responses: { 200: Type.Object({ bytes: Type.Integer(), ...Type.Pick(BundleManifestSchema, ['media', 'missing']).properties }) },
      handler: async ({ params, principal }) => {
        const found = await findMedia(await collectionOf(params.name), reader.kinds, reach().files, isLimited(principal))
        return { body: { bytes: found.media.reduce((sum, { bytes }) => sum + bytes, 0), ...found } }
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/studio/collections/:name/bundle',
      tag,
      summary: 'The collection without secrets and the media that it names, as one TAR file',
      role: 'editor',
      params: NameParams,
      responses: { 200: Type.Any({ description: 'the archive' }) },
      fileTypes: ['application/x-tar'],
      handler: async ({ params, principal }) => {
        const limited = isLimited(principal)
        const collection = await collectionOf(params.name)
        const policy = reach().files
        const found = await findMedia(collection, reader.kinds, policy, limited)
        const document = Buffer.from(`${JSON.stringify(withoutAuthors(leaveOutSecrets(collection, reader.kinds)), null, 2)}\n`)
        audit.record({ kind: 'command', message: `the collection ${params.name} was exported with its media`, actor: principal.id })
        return {
          body: null,
          headers: { 'content-disposition': `attachment; filename="${params.name}.tar"` },
          stream: {
            data: writeBundle(document, found, { policy, limited, nowMs: Date.now() }),
            bytes: bundleBytes(document, found),
            type: 'application/x-tar',
          },
        }
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/studio/import/bundle',
      tag,
      summary: 'Makes a collection of a bundle that was sent with `POST /studio/uploads` and `bundle`; its media become uploaded files',
      role: 'editor',
      body: Type.Object({ name: CollectionName, upload: Type.String({ maxLength: 80 }) }, { additionalProperties: false }),
      responses: {
        201: ImportedBundleSchema,
      },
      handler: async ({ body: { name, upload }, principal }) => {
        const path = uploads.bundleOf(upload)
        try {
          return { status: 201, body: await importBundle(path, name, doingOf(principal)) }
        } finally {
          await uploads.cancel(upload)
        }
      },
    }),
  ]
}

/** A document whose settings name the imported files instead of those of the machine that it comes from. */
function withPaths(value: unknown, paths: ReadonlyMap<string, string>, inSettings = false): unknown {
  if (typeof value === 'string') return inSettings ? (paths.get(value) ?? value) : value
  if (Array.isArray(value)) return value.map((each) => withPaths(each, paths, inSettings))
  if (!isRecord(value)) return value
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, withPaths(each, paths, inSettings || name === 'settings')]))
}
