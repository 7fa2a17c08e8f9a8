import { basename, isAbsolute } from 'node:path'
import { Type } from 'typebox'
import { AppError } from '../../../platform/errors.ts'
import { defineRoute, type RouteDefinition } from '../../../platform/routes/routes.ts'
import type { Collection } from '../../document/collection.ts'
import type { CollectionFolder } from '../../document/files/collection-folder.ts'
import { minimalDocument } from '../../document/files/minimal-document.ts'
import { type DocumentReader, readDocument, readDocumentText } from '../../document/files/read-document.ts'
import { withAuthors, withoutAuthors } from '../../document/references/authorship.ts'
import { hideSecrets, leaveOutSecrets } from '../../document/secrets/settings-secrets.ts'
import type { Show } from '../show.ts'
import {
  CollectionListingSchema,
  CollectionName,
  documentBytes,
  EditedSchema,
  IfRevision,
  OpenCollectionSchema,
  Part,
  tag,
} from './answer-schemas.ts'
import { doingOf } from './doing.ts'
import { namedCollection } from './named-collection.ts'
import { editedView, openView } from './views.ts'

export interface CollectionRoutesDependencies {
  readonly show: Show
  readonly folder: CollectionFolder
  readonly reader: DocumentReader
  readonly audit: { record(entry: { kind: 'command'; message: string; actor: string }): void }
}

const NameParams = Type.Object({ name: CollectionName })
const Force = Type.Optional(Type.Boolean({ description: 'also where it ends outputs that are live' }))

/** API routes of collections as files: list, make, open, versions, export. */
export function collectionRoutes(dependencies: CollectionRoutesDependencies): readonly RouteDefinition[] {
  return [...folderRoutes(dependencies), ...openRoutes(dependencies), ...versionRoutes(dependencies)]
}

function folderRoutes({ show, folder, reader, audit }: CollectionRoutesDependencies): readonly RouteDefinition[] {
  const isOpen = (name: string): boolean => show.openFile?.path === folder.pathOf(name)
  const write = async (name: string, collection: Collection): Promise<void> =>
    folder.create(name, `${JSON.stringify(reader.seals.encryptCopy(collection, reader.kinds), null, 2)}\n`)
  return [
    defineRoute({
      method: 'GET',
      path: '/studio/collections',
      tag,
      summary: 'The collections of the data folder',
      role: 'viewer',
      responses: { 200: Type.Object({ items: Type.Array(CollectionListingSchema) }) },
      handler: async () => ({ body: { items: (await folder.list()).map((each) => ({ ...each, open: isOpen(each.name) })) } }),
    }),
    defineRoute({
      method: 'POST',
      path: '/studio/collections',
      tag,
      summary: 'Makes a collection: of a document, or with one empty scene',
      role: 'editor',
      idempotent: true,
      bodyBytes: documentBytes,
      body: Type.Object({ name: CollectionName, collection: Type.Optional(Part) }, { additionalProperties: false }),
      responses: { 201: CollectionListingSchema },
      handler: async ({ body: { name, collection }, principal }) => {
        const made = readDocument(collection ?? minimalDocument(name), reader, undefined, name)
        await write(name, withAuthors(undefined, made, { author: doingOf(principal), how: 'anew' }, reader))
        audit.record({ kind: 'command', message: `the collection ${name} was created`, actor: principal.id })
        const listing = (await folder.list()).find((each) => each.name === name)
        return {
          status: 201,
          body: { name, bytes: listing?.bytes ?? 0, changedAt: listing?.changedAt ?? new Date().toISOString(), open: false },
        }
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/studio/collections/:name/open',
      tag,
      summary: 'Opens a collection in the studio, in the place of what is open',
      role: 'editor',
      params: NameParams,
      body: Type.Object({ force: Force }, { additionalProperties: false }),
      responses: { 200: OpenCollectionSchema },
      handler: async ({ params, body, principal }) => {
        await folder.file(params.name)
        await show.open(folder.pathOf(params.name), params.name, principal.id, body.force === true)
        return { body: openView(show, reader.kinds) }
      },
    }),
    defineRoute({
      method: 'DELETE',
      path: '/studio/collections/:name',
      tag,
      summary: 'Deletes a collection that is not open; its versions stay',
      role: 'editor',
      params: NameParams,
      responses: { 204: Type.Null() },
      handler: async ({ params, principal }) => {
        const file = await folder.file(params.name)
        if (isOpen(params.name)) throw new AppError('request.conflict', `The collection "${params.name}" is open`)
        await file.remove()
        audit.record({ kind: 'command', message: `the collection ${params.name} was deleted`, actor: principal.id })
        return { status: 204, body: null }
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/studio/collections/:name/export',
      tag,
      summary: 'The collection as a document, without secrets; with them for admins who ask',
      role: 'editor',
      params: NameParams,
      query: Type.Object({ secrets: Type.Optional(Type.Boolean()) }),
      responses: { 200: Type.Record(Type.String(), Type.Unknown()) },
      handler: async ({ params, query, principal }) => {
        if (query.secrets === true && principal.role !== 'admin') throw new AppError('auth.forbidden', 'Secrets are given to admins alone')
        const collection = await namedCollection({ show, folder, reader }, params.name)
        return {
          body: withoutAuthors(query.secrets === true ? collection : leaveOutSecrets(collection, reader.kinds)),
          headers: { 'content-disposition': `attachment; filename="${params.name}.json"` },
        }
      },
    }),
  ]
}

function openRoutes({ show, reader, folder }: CollectionRoutesDependencies): readonly RouteDefinition[] {
  return [
    defineRoute({
      method: 'POST',
      path: '/studio/open',
      tag,
      summary: 'Opens a file of the host’s machine; edits are written back to it',
      role: 'admin',
      body: Type.Object(
        { file: Type.String({ minLength: 1, maxLength: 4096, description: 'absolute' }), force: Force },
        { additionalProperties: false },
      ),
      responses: { 200: OpenCollectionSchema },
      handler: async ({ body: { file, force }, principal }) => {
        if (!isAbsolute(file))
          throw new AppError('request.invalid', 'body.file must be an absolute path', { details: { field: 'body.file' } })
        await show.open(file, basename(file, '.json'), principal.id, force === true)
        return { body: openView(show, reader.kinds) }
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/studio/close',
      tag,
      summary: 'Ends the show: outputs, and the studio’s process',
      role: 'editor',
      body: Type.Object({ force: Force }, { additionalProperties: false }),
      responses: { 204: Type.Null() },
      handler: async ({ body, principal }) => {
        await show.close(principal.id, body.force === true)
        return { status: 204, body: null }
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/studio/collection',
      tag,
      summary: 'The collection that is open, its revision and the state of its file; secrets are hidden',
      role: 'viewer',
      responses: { 200: OpenCollectionSchema },
      handler: () => ({ body: openView(show, reader.kinds) }),
    }),
    defineRoute({
      method: 'PUT',
      path: '/studio/collection',
      tag,
      summary: 'Puts a whole document in its place, as one step that can be undone; hidden secrets stay as they are',
      role: 'editor',
      bodyBytes: documentBytes,
      query: Type.Object({ ifRevision: IfRevision }),
      body: Part,
      responses: { 200: EditedSchema },
      handler: ({ body, query, principal }) => {
        show.current.replace(body, 'Replace the collection', doingOf(principal, query.ifRevision))
        return { body: editedView(show.current, []) }
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/studio/collection/resolve',
      tag,
      summary: 'Where another program changed the file: writes `mine` over it (it stays as a version), or takes what is on the `disk`',
      role: 'editor',
      body: Type.Object({ keep: Type.Union([Type.Literal('mine'), Type.Literal('disk')]) }, { additionalProperties: false }),
      responses: { 200: OpenCollectionSchema },
      handler: async ({ body, principal }) => {
        await show.current.resolve(body.keep, principal.id)
        return { body: openView(show, reader.kinds) }
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/studio/collection/save-as',
      tag,
      summary: 'Writes the open collection to a new one of the data folder, secrets included',
      role: 'editor',
      body: Type.Object({ name: CollectionName }, { additionalProperties: false }),
      responses: { 204: Type.Null() },
      handler: async ({ body }) => {
        await folder.create(body.name, `${JSON.stringify(reader.seals.encryptCopy(show.collection, reader.kinds), null, 2)}\n`)
        return { status: 204, body: null }
      },
    }),
  ]
}

const VersionSchema = Type.Object({ id: Type.String(), replacedAt: Type.String({ format: 'date-time' }), bytes: Type.Integer() })

function versionRoutes({ show, folder, reader, audit }: CollectionRoutesDependencies): readonly RouteDefinition[] {
  const VersionParams = Type.Object({ name: CollectionName, version: Type.String({ maxLength: 40 }) })
  return [
    defineRoute({
      method: 'GET',
      path: '/studio/collections/:name/versions',
      tag,
      summary: 'Previous versions of a collection’s file, newest first: ten are kept',
      role: 'viewer',
      params: NameParams,
      responses: { 200: Type.Object({ items: Type.Array(VersionSchema) }) },
      handler: async ({ params }) => ({ body: { items: await folder.versionsOf(params.name).versions() } }),
    }),
    defineRoute({
      method: 'GET',
      path: '/studio/collection/versions',
      tag,
      summary: 'Previous versions of the open collection’s file, wherever it is',
      role: 'viewer',
      responses: { 200: Type.Object({ items: Type.Array(VersionSchema) }) },
      handler: async () => ({ body: { items: await show.current.file.versions() } }),
    }),
    defineRoute({
      method: 'POST',
      path: '/studio/collection/versions/:version/restore',
      tag,
      summary: 'Takes the open collection back to a version, as a step that can be undone',
      role: 'editor',
      params: Type.Object({ version: Type.String({ maxLength: 40 }) }),
      responses: { 200: EditedSchema },
      handler: async ({ params, principal }) => {
        const { current } = show
        const { collection } = readDocumentText(
          await current.file.readVersion(params.version),
          reader,
          params.version,
          current.collection.name,
        )
        current.restore(collection, `Restore the version of ${params.version}`, doingOf(principal))
        return { body: editedView(current, []) }
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/studio/collections/:name/versions/:version/restore',
      tag,
      summary: 'Writes a version over the file of a collection that is not open, a deleted one too',
      role: 'editor',
      params: VersionParams,
      responses: { 204: Type.Null() },
      handler: async ({ params, principal }) => {
        if (show.openFile?.path === folder.pathOf(params.name)) {
          throw new AppError('request.conflict', 'It is open: restore it with POST /studio/collection/versions/ID/restore')
        }
        const file = folder.versionsOf(params.name)
        const text = await file.readVersion(params.version)
        const version = readDocumentText(text, reader, params.version, params.name).collection
        // What is in the file is not judged again. A collection that was deleted, or cannot be read, has nothing.
        const present = await file.read().then(
          (now) => readDocumentText(now, reader, file.path, params.name).collection,
          () => undefined,
        )
        const { byEditors } = withAuthors(present, version, { author: doingOf(principal), how: 'back' }, reader)
        // Otherwise as it is: secrets that this machine cannot open stay in it.
        await file.write(`${JSON.stringify({ ...JSON.parse(text), byEditors }, null, 2)}\n`, { keep: true, overwrite: true })
        audit.record({ kind: 'command', message: `the collection ${params.name} was restored`, actor: principal.id })
        return { status: 204, body: null }
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/studio/collections/:name',
      tag,
      summary: 'A collection of the data folder as it is in its file; secrets are hidden',
      role: 'viewer',
      params: NameParams,
      responses: { 200: Type.Record(Type.String(), Type.Unknown()) },
      handler: async ({ params }) => {
        const file = await folder.file(params.name)
        const { collection } = readDocumentText(await file.read(), reader, file.path, params.name)
        return { body: withoutAuthors(hideSecrets(collection, reader.kinds)) }
      },
    }),
  ]
}
