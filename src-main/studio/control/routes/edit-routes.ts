import { Type } from 'typebox'
import type { ChosenSettings } from '../../../media/following/chosen-settings.ts'
import { defineRoute, type RouteDefinition } from '../../../platform/routes/routes.ts'
import type { CollectionKinds } from '../../document/collection-kinds.ts'
import { type Edit, EditSchema } from '../../document/edits/edit-schemas.ts'
import type { Show } from '../show.ts'
import { BatchSchema, documentBytes, EditedSchema, HistoryStepSchema, IfRevision, Part, tag } from './answer-schemas.ts'
import { doingOf } from './doing.ts'
import { entityRoutes } from './entity-routes.ts'
import { editedView } from './views.ts'

export interface EditRoutesDependencies {
  readonly show: Show
  readonly kinds: CollectionKinds
  /** What a running entity reports beside what the collection says: `report` of a source or an output. */
  readonly reportOf: (list: 'sources' | 'outputs', id: string) => unknown
  /** What is wrong with a video filter. */
  readonly filterProblem: (id: string) => string | undefined
  /** What a filter that follows the light or the level has chosen. */
  readonly filterChoice: (id: string) => ChosenSettings | undefined
}

/** API routes of edits: any of them as a batch, undo and redo, and one endpoint for each list of entities. */
export function editRoutes(dependencies: EditRoutesDependencies): readonly RouteDefinition[] {
  return [...batchRoutes(dependencies), ...historyRoutes(dependencies), ...entityRoutes(dependencies)]
}

function batchRoutes({ show }: EditRoutesDependencies): readonly RouteDefinition[] {
  return [
    defineRoute({
      method: 'POST',
      path: '/studio/edits',
      tag,
      summary: 'Does edits of the open collection as one step: all of them or none',
      role: 'editor',
      idempotent: true,
      bodyBytes: documentBytes,
      body: Type.Object(
        {
          edits: Type.Array(EditSchema, { minItems: 1, maxItems: 1000 }),
          ifRevision: IfRevision,
          gesture: Type.Optional(
            Type.String({
              minLength: 1,
              maxLength: 64,
              description: 'requests with the same one that follow each other are undone as one step',
            }),
          ),
        },
        { additionalProperties: false },
      ),
      responses: { 200: BatchSchema },
      handler: ({ body: { edits, ifRevision, gesture }, principal }) => {
        const { made, step } = show.current.editStep(edits as Edit[], doingOf(principal, ifRevision, gesture))
        return { body: { ...editedView(show.current, made), step } }
      },
    }),
    defineRoute({
      method: 'PATCH',
      path: '/studio/collection',
      tag,
      summary: 'Changes name, frame rate or usual transition of the open collection',
      role: 'editor',
      query: Type.Object({ ifRevision: IfRevision }),
      body: Part,
      responses: { 200: EditedSchema },
      handler: ({ body, query, principal }) => {
        const made = show.current.edit([{ do: 'change', at: 'collection', changes: body }], doingOf(principal, query.ifRevision))
        return { body: editedView(show.current, made) }
      },
    }),
  ]
}

function historyRoutes({ show }: EditRoutesDependencies): readonly RouteDefinition[] {
  const body = Type.Object({ ifRevision: IfRevision }, { additionalProperties: false })
  const undoBody = Type.Object(
    {
      ...body.properties,
      ifStep: Type.Optional(
        Type.String({
          minLength: 1,
          maxLength: 64,
          description: 'undo this step alone, as `POST /studio/edits` answered it; 409 where another one is the newest',
        }),
      ),
    },
    { additionalProperties: false },
  )
  const DoneSchema = Type.Object({ ...EditedSchema.properties, name: Type.String({ description: 'what was undone or done again' }) })
  return [
    defineRoute({
      method: 'POST',
      path: '/studio/undo',
      tag,
      summary: 'Undoes the newest edit',
      role: 'editor',
      body: undoBody,
      responses: { 200: DoneSchema },
      handler: ({ body: { ifRevision, ifStep }, principal }) => {
        const { current } = show
        const name = current.undo({ ...doingOf(principal, ifRevision), ...(ifStep === undefined ? {} : { ifStep }) })
        return { body: { ...editedView(current, []), name } }
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/studio/redo',
      tag,
      summary: 'Does what was undone last again',
      role: 'editor',
      body,
      responses: { 200: DoneSchema },
      handler: ({ body: { ifRevision }, principal }) => {
        const { current } = show
        const name = current.redo(doingOf(principal, ifRevision))
        return { body: { ...editedView(current, []), name } }
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/studio/history',
      tag,
      summary: 'What can be undone, newest first, and what can be done again, next first',
      role: 'viewer',
      query: Type.Object({ limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, default: 50 })) }),
      responses: { 200: Type.Object({ undo: Type.Array(HistoryStepSchema), redo: Type.Array(HistoryStepSchema) }) },
      handler: ({ query: { limit = 50 } }) => {
        const view = ({ name, actor, time }: { name: string; actor: string; time: string }) => ({ name, actor, time })
        const { done, undone } = show.current.history
        return { body: { undo: done.toReversed().slice(0, limit).map(view), redo: undone.slice(0, limit).map(view) } }
      },
    }),
  ]
}
