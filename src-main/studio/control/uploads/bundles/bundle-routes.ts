import { Type } from 'typebox'
import type { AuditLog } from '../../../../platform/audit.ts'
import type { ReachPolicy } from '../../../../platform/outbound/reach.ts'
import { isLimited } from '../../../../platform/routes/principal.ts'
import { defineRoute, type RouteDefinition } from '../../../../platform/routes/routes.ts'
import type { Collection } from '../../../document/collection.ts'
import type { CollectionFolder } from '../../../document/files/collection-folder.ts'
import { type DocumentReader, readDocumentText } from '../../../document/files/read-document.ts'
import { withoutAuthors } from '../../../document/references/authorship.ts'
import { leaveOutSecrets } from '../../../document/secrets/settings-secrets.ts'
import type { SharedOverlay } from '../../pages/overlays/shared-overlay.ts'
import { CollectionName, tag } from '../../routes/answer-schemas.ts'
import { doingOf } from '../../routes/doing.ts'
import type { Uploads } from '../uploads.ts'
import { BundleManifestSchema, bundleExtension } from './bundle-format.ts'
import { addOverlays, type BundleOverlays, overlaysOf } from './bundled-overlays.ts'
import { importBundle } from './import-bundle.ts'
import { BundleSummarySchema, summariseBundle } from './summarise-bundle.ts'
import { bundleBytes, findMedia, writeBundle } from './write-bundle.ts'

export interface BundleRoutesDependencies {
  readonly folder: CollectionFolder
  readonly reader: DocumentReader
  readonly uploads: Uploads
  readonly overlays: BundleOverlays
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
  overlays: Type.Integer({ description: 'overlays that this host did not have' }),
  notCarried: Type.Array(Type.Object({ place: Type.String(), reason: Type.String() })),
})

const NameParams = Type.Object({ name: CollectionName })

/** API routes of collections with their media as one file. */
export function bundleRoutes(dependencies: BundleRoutesDependencies): readonly RouteDefinition[] {
  const { folder, reader, uploads, overlays, open, reach, audit } = dependencies
  const collectionOf = async (name: string): Promise<Collection> => {
    const file = await folder.file(name)
    const now = open()
    return now?.name === name ? now.collection : readDocumentText(await file.read(), reader, file.path, name).collection
  }
  return [
    defineRoute({
      method: 'GET',
      path: '/studio/collections/:name/media',
      tag,
      summary: 'Files that a bundle of the collection has, and those that are missing in it',
      role: 'editor',
      params: NameParams,
      responses: {
        200: Type.Object({
          bytes: Type.Integer(),
          ...Type.Pick(BundleManifestSchema, ['media', 'missing']).properties,
          overlays: Type.Integer(),
        }),
      },
      handler: async ({ params, principal }) => {
        const collection = await collectionOf(params.name)
        const found = await findMedia(collection, reader.kinds, reach().files, isLimited(principal))
        const bytes = found.media.reduce((sum, each) => sum + each.bytes, 0)
        return { body: { bytes, ...found, overlays: overlaysOf(collection, overlays).length } }
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/studio/collections/:name/bundle',
      tag,
      summary: 'The collection without secrets, the media and overlays that it names, as one TAR file',
      role: 'editor',
      params: NameParams,
      responses: { 200: Type.Any({ description: 'the archive' }) },
      fileTypes: ['application/x-tar'],
      handler: async ({ params, principal }) => {
        const limited = isLimited(principal)
        const collection = await collectionOf(params.name)
        const policy = reach().files
        const media = await findMedia(collection, reader.kinds, policy, limited)
        const found = { ...media, overlays: [...overlaysOf(collection, overlays)] }
        const document = Buffer.from(`${JSON.stringify(withoutAuthors(leaveOutSecrets(collection, reader.kinds)), null, 2)}\n`)
        audit.record({ kind: 'command', message: `the collection ${params.name} was exported with its media`, actor: principal.id })
        return {
          body: null,
          headers: { 'content-disposition': `attachment; filename="${params.name}${bundleExtension}"` },
          stream: {
            data: writeBundle(document, found, { policy, limited, nowMs: Date.now() }),
            bytes: bundleBytes(document, found),
            type: 'application/x-tar',
          },
        }
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/studio/uploads/:id/bundle',
      tag,
      summary: 'What is in a bundle that was sent, before it is imported',
      role: 'editor',
      params: Type.Object({ id: Type.String({ maxLength: 80 }) }),
      responses: { 200: BundleSummarySchema },
      handler: async ({ params }) => ({ body: await summariseBundle(uploads.bundleOf(params.id), reader) }),
    }),
    defineRoute({
      method: 'POST',
      path: '/studio/import/bundle',
      tag,
      summary:
        'Makes a collection of a bundle that was sent with `POST /studio/uploads` and `bundle`; its media become uploaded files, its overlays those of the host',
      role: 'editor',
      body: Type.Object({ name: CollectionName, upload: Type.String({ maxLength: 80 }) }, { additionalProperties: false }),
      responses: {
        201: ImportedBundleSchema,
      },
      handler: async ({ body: { name, upload }, principal }) => {
        const path = uploads.bundleOf(upload)
        const add = (shared: readonly SharedOverlay[]) => addOverlays(shared, overlays, principal)
        try {
          return { status: 201, body: await importBundle(path, name, doingOf(principal), { ...dependencies, addOverlays: add }) }
        } finally {
          // Another import of the same upload may have ended it.
          await uploads.cancel(upload).catch(() => undefined)
        }
      },
    }),
  ]
}
