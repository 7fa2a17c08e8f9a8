import { Type } from 'typebox'
import { ErrorSchema, Nullable } from '../../../platform/routes/schemas.ts'
import { CollectionSchema } from '../../document/collection.ts'
import { collectionNamePattern } from '../../document/files/collection-folder.ts'

export const tag = 'studio'

/** Largest body that contains a collection. */
export const documentBytes = 8 * 1024 * 1024

export const CollectionName = Type.String({
  pattern: collectionNamePattern,
  description: 'letters, digits, spaces, dots, dashes and underscores; the first is a letter or a digit; 80 at most',
})

export const IdParam = Type.String({ pattern: '^[A-Za-z0-9_-]{1,64}$' })

export const IfRevision = Type.Optional(
  Type.Integer({ minimum: 0, description: 'rejected with `request.conflict` where the collection is of another revision' }),
)

export const Part = Type.Record(Type.String({ maxLength: 64 }), Type.Unknown())

export const HistoryStepSchema = Type.Object({ name: Type.String(), actor: Type.String(), time: Type.String({ format: 'date-time' }) })

const history = {
  revision: Type.Integer({ description: 'grows with every change' }),
  undo: Nullable(Type.String({ description: 'what `POST /studio/undo` undoes' })),
  redo: Nullable(Type.String()),
}

export const OpenCollectionSchema = Type.Object({
  ...history,
  name: Type.String({ description: 'as `GET /studio/collections` lists it' }),
  file: Type.String(),
  saved: Type.Boolean({ description: 'everything is on the disk' }),
  conflict: Type.Boolean({ description: 'the file is another than expected: `POST /studio/collection/resolve`' }),
  error: Nullable(ErrorSchema),
  lostSecrets: Type.Array(Type.String(), { description: 'secrets that were encrypted on another machine: enter them again' }),
  collection: CollectionSchema,
})

export const EditedSchema = Type.Object({
  ...history,
  made: Type.Array(Type.String(), { description: 'ids of what was made, in the order of the edits' }),
})

/** Of the step that a request was. */
export const StepId = Nullable(
  Type.String({
    description: 'names the step that it is, for `ifStep` of `POST /studio/undo`; null where nothing changed, and in a gesture',
  }),
)

/** What a batch of edits answers. */
export const BatchSchema = Type.Object({
  ...EditedSchema.properties,
  step: StepId,
})

export const CollectionListingSchema = Type.Object({
  name: Type.String(),
  bytes: Type.Integer(),
  changedAt: Type.String({ format: 'date-time' }),
  open: Type.Boolean(),
})
