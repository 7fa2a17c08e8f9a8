import { type TSchema, Type } from 'typebox'
import type { ChosenSettings } from '../../../media/following/chosen-settings.ts'
import type { Principal } from '../../../platform/routes/principal.ts'
import { defineRoute, type RouteDefinition } from '../../../platform/routes/routes.ts'
import { Nullable } from '../../../platform/routes/schemas.ts'
import {
  CanvasSchema,
  FilterSchema,
  ItemSchema,
  MacroSchema,
  SceneSchema,
  SourceSchema,
  TransitionSchema,
} from '../../document/collection.ts'
import type { CollectionKinds } from '../../document/collection-kinds.ts'
import type { Edit } from '../../document/edits/edit-schemas.ts'
import { type Entity, findEntity, listAt, readListPlace } from '../../document/edits/places.ts'
import { TrackSchema } from '../../document/schemas/mixer-schemas.ts'
import { OutputSchema } from '../../document/schemas/output-schemas.ts'
import { hideSecretsOf } from '../../document/secrets/settings-secrets.ts'
import { OutputReportSchema } from '../outputs/studio-outputs.ts'
import type { Show } from '../show.ts'
import { EditedSchema, IdParam, IfRevision, Part, tag } from './answer-schemas.ts'
import { doingOf } from './doing.ts'
import { editedView } from './views.ts'

export interface EntityRoutesDependencies {
  readonly show: Show
  readonly kinds: CollectionKinds
  readonly reportOf: (list: 'sources' | 'outputs', id: string) => unknown
  /** What is wrong with a video filter. */
  readonly filterProblem: (id: string) => string | undefined
  /** What a filter that follows the light or the level has chosen. */
  readonly filterChoice: (id: string) => ChosenSettings | undefined
}

export const SourceReportSchema = Type.Object({
  state: Type.Union(['starting', 'running', 'paused', 'waiting', 'failed', 'ended'].map((state) => Type.Literal(state))),
  problem: Type.Optional(Type.String()),
  details: Type.Optional(Type.Record(Type.String(), Type.Union([Type.String(), Type.Number(), Type.Boolean(), Type.Null()]))),
  picture: Type.Optional(
    Type.Object(
      { width: Type.Integer(), height: Type.Integer() },
      { description: 'pixels behind its filters; left out while it has no frame' },
    ),
  ),
})

/** A list that has endpoints of its own: its URL, the word for one of it, and how one looks. */
interface ListEndpoint {
  readonly path: string
  readonly what: string
  readonly schema: TSchema
  /** The list that is meant, from the URL's parameters. */
  readonly place: (params: Readonly<Record<string, string>>) => string
  /** Name of the parameter of one entity. */
  readonly param: string
}

const withReport = (schema: { readonly properties: Record<string, TSchema> }, report: TSchema): TSchema =>
  Type.Object({ ...schema.properties, report: Nullable(report) }, { additionalProperties: false })

const FilterWithProblem = Type.Object(
  {
    ...FilterSchema.properties,
    problem: Nullable(Type.String({ description: 'why it is left out, where it cannot do its work' })),
    chosen: Nullable(
      Type.Record(Type.String(), Type.Union([Type.String(), Type.Number()]), {
        description: 'settings that it chose by itself in place of those that are set, where it follows the light or the level',
      }),
    ),
  },
  { additionalProperties: false },
)

const AudioFilterWithChoice = Type.Object(
  { ...FilterSchema.properties, chosen: FilterWithProblem.properties.chosen },
  { additionalProperties: false },
)

const top = (list: string, what: string, schema: TSchema): ListEndpoint => ({
  path: `/studio/${list}`,
  what,
  schema,
  place: () => list,
  param: 'id',
})
const inner = (owner: string, list: string, what: string, param: string, schema: TSchema): ListEndpoint => ({
  path: `/studio/${owner}/:id/${list}`,
  what,
  schema,
  place: ({ id }) => `${owner}/${id}/${list}`,
  param,
})

const endpoints: readonly ListEndpoint[] = [
  top('canvases', 'canvas', CanvasSchema),
  top('scenes', 'scene', SceneSchema),
  top('sources', 'source', withReport(SourceSchema, SourceReportSchema)),
  top('transitions', 'transition', TransitionSchema),
  top('outputs', 'output', withReport(OutputSchema, OutputReportSchema)),
  top('macros', 'macro', MacroSchema),
  top('tracks', 'track', TrackSchema),
  inner('scenes', 'items', 'item', 'item', ItemSchema),
  inner('scenes', 'filters', 'filter', 'filter', FilterWithProblem),
  inner('sources', 'filters', 'filter', 'filter', FilterWithProblem),
  inner('sources', 'audio-filters', 'audio filter', 'filter', AudioFilterWithChoice),
  inner('tracks', 'audio-filters', 'audio filter', 'filter', AudioFilterWithChoice),
]

const removals: Readonly<Record<string, string>> = {
  source: 'Removes a source, and the items that show it',
  scene: 'Removes a scene, and the items that show it',
  canvas: 'Removes a canvas and its scenes',
  transition: 'Removes a transition, and the wish for it',
}

/** For each list: its entities, one of them, and the edits of it. Every edit is one step that can be undone. */
export function entityRoutes(dependencies: EntityRoutesDependencies): readonly RouteDefinition[] {
  return [...endpoints.flatMap((endpoint) => endpointRoutes(endpoint, dependencies)), ...itemRoutes(dependencies)]
}

function paramsOf(endpoint: ListEndpoint, one: boolean): TSchema | undefined {
  const nested = endpoint.param !== 'id'
  const names = [...(nested ? ['id'] : []), ...(one ? [endpoint.param] : [])]
  return names.length === 0 ? undefined : Type.Object(Object.fromEntries(names.map((name) => [name, IdParam])))
}

function endpointRoutes(
  endpoint: ListEndpoint,
  { show, kinds, reportOf, filterProblem, filterChoice }: EntityRoutesDependencies,
): readonly RouteDefinition[] {
  const { path, what, schema } = endpoint
  const onePath = `${path}/:${endpoint.param}`
  const many = paramsOf(endpoint, false)
  const one = paramsOf(endpoint, true)
  const view = (entity: Entity): unknown => {
    if (what === 'source') return { ...hideSecretsOf(entity, (kind) => kinds.source(kind)), report: reportOf('sources', entity.id) }
    if (what === 'output') return { ...hideSecretsOf(entity, (kind) => kinds.output(kind)), report: reportOf('outputs', entity.id) }
    if (what === 'filter') return { ...entity, problem: filterProblem(entity.id) ?? null, chosen: filterChoice(entity.id) ?? null }
    if (what === 'audio filter') return { ...entity, chosen: filterChoice(entity.id) ?? null }
    return entity
  }
  const at = (params: Readonly<Record<string, string>>): string => `${endpoint.place(params)}/${params[endpoint.param]}`
  const found = (place: string): unknown => view(findEntity(show.collection, place).entity)
  const edit = (edits: readonly Edit[], principal: Principal, ifRevision: number | undefined): readonly string[] =>
    show.current.edit(edits, doingOf(principal, ifRevision))
  const query = Type.Object({ ifRevision: IfRevision })
  const Entity = Type.Object({ revision: Type.Integer(), item: schema })
  type Params = Readonly<Record<string, string>>

  const routes: readonly RouteDefinition[] = [
    {
      method: 'GET',
      path,
      tag,
      summary: `Every ${what}, in order`,
      role: 'viewer',
      ...(many ? { params: many } : {}),
      responses: { 200: Type.Object({ revision: Type.Integer(), items: Type.Array(schema) }) },
      handler: ({ params }: { params: Params }) => {
        const { collection, revision } = show.current
        return { body: { revision, items: listAt(collection, readListPlace(endpoint.place(params))).map(view) } }
      },
    },
    {
      method: 'GET',
      path: onePath,
      tag,
      summary: `One ${what}`,
      role: 'viewer',
      ...(one ? { params: one } : {}),
      responses: { 200: Entity },
      handler: ({ params }: { params: Params }) => ({ body: { revision: show.current.revision, item: found(at(params)) } }),
    },
    {
      method: 'POST',
      path,
      tag,
      summary: `Adds a ${what}: what is left out has its usual value`,
      role: 'editor',
      idempotent: true,
      ...(many ? { params: many } : {}),
      query: Type.Object({ ifRevision: IfRevision, index: Type.Optional(Type.Integer({ minimum: 0, maximum: 100_000 })) }),
      body: Part,
      responses: { 201: Entity },
      handler: ({ params, query: { ifRevision, index }, body, principal }) => {
        const to = endpoint.place(params)
        const [id] = edit([{ do: 'add', to, value: body, ...(index === undefined ? {} : { index }) }], principal, ifRevision)
        return { status: 201, body: { revision: show.current.revision, item: found(`${to}/${id}`) } }
      },
    },
    {
      method: 'PATCH',
      path: onePath,
      tag,
      summary: `Changes a ${what}: objects are merged, null takes away`,
      role: 'editor',
      ...(one ? { params: one } : {}),
      query,
      body: Part,
      responses: { 200: Entity },
      handler: ({ params, query: { ifRevision }, body, principal }) => {
        const place = at(params)
        edit([{ do: 'change', at: place, changes: body }], principal, ifRevision)
        return { body: { revision: show.current.revision, item: found(place) } }
      },
    },
    {
      method: 'DELETE',
      path: onePath,
      tag,
      summary: removals[what] ?? `Removes a ${what}`,
      role: 'editor',
      ...(one ? { params: one } : {}),
      query,
      responses: { 200: EditedSchema },
      handler: ({ params, query: { ifRevision }, principal }) => {
        const made = edit([{ do: 'remove', at: at(params) }], principal, ifRevision)
        return { body: editedView(show.current, made) }
      },
    },
    {
      method: 'POST',
      path: `${onePath}/move`,
      tag,
      summary: `Puts a ${what} elsewhere in its list, or into another one of the same sort`,
      role: 'editor',
      ...(one ? { params: one } : {}),
      body: Type.Object(
        {
          index: Type.Optional(Type.Integer({ minimum: 0, maximum: 100_000, description: 'left out: at its end' })),
          to: Type.Optional(Type.String({ maxLength: 220, description: 'a list, e.g. `scenes/ID/items`, `scenes/ID/items/GROUP/items`' })),
          ifRevision: IfRevision,
        },
        { additionalProperties: false },
      ),
      responses: { 200: EditedSchema },
      handler: ({ params, body: { index, to, ifRevision }, principal }) => {
        const move = { do: 'move', at: at(params), ...(index === undefined ? {} : { index }), ...(to === undefined ? {} : { to }) } as const
        return { body: editedView(show.current, edit([move], principal, ifRevision)) }
      },
    },
    {
      method: 'POST',
      path: `${onePath}/duplicate`,
      tag,
      summary: `Copies a ${what}`,
      role: 'editor',
      idempotent: true,
      ...(one ? { params: one } : {}),
      body: Type.Object(
        {
          id: Type.Optional(IdParam),
          name: Type.Optional(Type.String({ minLength: 1, maxLength: 120 })),
          sources: Type.Optional(Type.Union([Type.Literal('share'), Type.Literal('copy')])),
          ifRevision: IfRevision,
        },
        { additionalProperties: false },
      ),
      responses: { 201: Entity },
      handler: ({ params, body: { ifRevision, ...more }, principal }) => {
        const place = at(params)
        const [id] = edit([{ do: 'duplicate', at: place, ...more }], principal, ifRevision)
        return { status: 201, body: { revision: show.current.revision, item: found(`${endpoint.place(params)}/${id}`) } }
      },
    },
  ]
  // There are always the same tracks.
  if (what === 'track') return routes.filter(({ method }) => method === 'GET' || method === 'PATCH')
  // A canvas is no use without scenes of its own: those are copied one by one.
  return what === 'canvas' ? routes.slice(0, -1) : routes
}

/** What is done with several items at once. */
function itemRoutes({ show }: EntityRoutesDependencies): readonly RouteDefinition[] {
  const params = Type.Object({ id: IdParam })
  return [
    defineRoute({
      method: 'POST',
      path: '/studio/scenes/:id/group',
      tag,
      summary: 'Puts items of a scene into a group; they stay where they are',
      role: 'editor',
      params,
      body: Type.Object(
        {
          items: Type.Array(IdParam, { minItems: 1, maxItems: 256 }),
          id: Type.Optional(IdParam),
          name: Type.Optional(Type.String({ minLength: 1, maxLength: 120 })),
          ifRevision: IfRevision,
        },
        { additionalProperties: false },
      ),
      responses: { 200: EditedSchema },
      handler: ({ params: { id: scene }, body: { ifRevision, ...more }, principal }) => {
        const made = show.current.edit([{ do: 'group', scene, ...more }], doingOf(principal, ifRevision))
        return { body: editedView(show.current, made) }
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/studio/scenes/:id/items/:item/ungroup',
      tag,
      summary: 'Takes a group apart',
      role: 'editor',
      params: Type.Object({ id: IdParam, item: IdParam }),
      body: Type.Object(
        {
          size: Type.Optional(
            Type.Object(
              { width: Type.Number({ minimum: 0, maximum: 16384 }), height: Type.Number({ minimum: 0, maximum: 16384 }) },
              { additionalProperties: false, description: 'of the group’s content, where its alignment or bounds depend on it' },
            ),
          ),
          ifRevision: IfRevision,
        },
        { additionalProperties: false },
      ),
      responses: { 200: EditedSchema },
      handler: ({ params: { id, item }, body: { ifRevision, ...more }, principal }) => {
        const at = `scenes/${id}/items/${item}`
        const made = show.current.edit([{ do: 'ungroup', at, ...more }], doingOf(principal, ifRevision))
        return { body: editedView(show.current, made) }
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/studio/scenes/:id/paste',
      tag,
      summary: 'Puts copies of items on top of a scene, with the sources that they show',
      role: 'editor',
      params,
      body: Type.Object(
        {
          items: Type.Array(Part, { minItems: 1, maxItems: 256 }),
          sources: Type.Optional(Type.Array(Part, { maxItems: 256 })),
          ifRevision: IfRevision,
        },
        { additionalProperties: false },
      ),
      responses: { 200: EditedSchema },
      handler: ({ params: { id: scene }, body: { ifRevision, ...more }, principal }) => {
        const made = show.current.edit([{ do: 'paste', scene, ...more }], doingOf(principal, ifRevision))
        return { body: editedView(show.current, made) }
      },
    }),
  ]
}
