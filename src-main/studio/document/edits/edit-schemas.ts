import { type Static, Type } from 'typebox'
import { type Collection, IdSchema, NameSchema } from '../collection.ts'
import { PairSchema } from '../schemas/geometry.ts'

const exactly = { additionalProperties: false }
const Index = Type.Integer({ minimum: 0, maximum: 100_000, description: 'place in the list; left out: at its end' })

const ListPlace = Type.String({
  pattern: '^[a-z-]+(/[A-Za-z0-9_-]{1,64}/[a-z-]+){0,2}$',
  maxLength: 220,
  description:
    'a list: `scenes`, `scenes/ID/items`, `scenes/ID/items/GROUP/items`, `scenes/ID/filters`, `sources/ID/filters`, `sources/ID/audio-filters`, `sources`, `transitions`, `canvases`, `outputs`, `macros`, `tracks/ID/audio-filters`',
})
const EntityPlace = Type.String({
  pattern: '^[a-z-]+(/[A-Za-z0-9_-]{1,64}(/[a-z-]+/[A-Za-z0-9_-]{1,64}){0,2})?$',
  maxLength: 290,
  description: 'an item: a list and an id, e.g. `scenes/ID/items/ID`; `collection` for the whole',
})
const Part = Type.Record(Type.String({ maxLength: 64 }), Type.Unknown())

const AddEdit = Type.Object(
  {
    do: Type.Literal('add'),
    to: ListPlace,
    value: Type.Record(Type.String({ maxLength: 64 }), Type.Unknown(), {
      description: 'what is left out has its usual value, the id included',
    }),
    index: Type.Optional(Index),
  },
  exactly,
)
const ChangeEdit = Type.Object(
  {
    do: Type.Literal('change'),
    at: EntityPlace,
    changes: Type.Record(Type.String({ maxLength: 64 }), Type.Unknown(), {
      description: 'merged: objects such as `position` and `settings` by property; null takes a setting or an optional property away',
    }),
    linked: Type.Optional(Type.Boolean({ description: 'false: items of other canvases that are linked with it stay as they are' })),
  },
  exactly,
)
const RemoveEdit = Type.Object({ do: Type.Literal('remove'), at: EntityPlace }, exactly)
const MoveEdit = Type.Object(
  { do: Type.Literal('move'), at: EntityPlace, to: Type.Optional(ListPlace), index: Type.Optional(Index) },
  exactly,
)
const GroupEdit = Type.Object(
  {
    do: Type.Literal('group'),
    scene: IdSchema,
    items: Type.Array(IdSchema, { minItems: 1, maxItems: 256 }),
    id: Type.Optional(IdSchema),
    name: Type.Optional(NameSchema),
    origin: Type.Optional(
      Type.Object(PairSchema.properties, {
        ...exactly,
        description: 'where the group’s own origin is; left out: the top left of its items',
      }),
    ),
  },
  exactly,
)
const UngroupEdit = Type.Object(
  {
    do: Type.Literal('ungroup'),
    at: EntityPlace,
    size: Type.Optional(
      Type.Object(
        { width: Type.Number({ minimum: 0, maximum: 16384 }), height: Type.Number({ minimum: 0, maximum: 16384 }) },
        { ...exactly, description: 'of the group’s content, where its alignment or bounds depend on it' },
      ),
    ),
  },
  exactly,
)
const DuplicateEdit = Type.Object(
  {
    do: Type.Literal('duplicate'),
    at: EntityPlace,
    id: Type.Optional(IdSchema),
    name: Type.Optional(NameSchema),
    sources: Type.Optional(
      Type.Union([Type.Literal('share'), Type.Literal('copy')], { description: 'of scenes and items; share by default' }),
    ),
  },
  exactly,
)
const PasteEdit = Type.Object(
  {
    do: Type.Literal('paste'),
    scene: IdSchema,
    items: Type.Array(Part, { minItems: 1, maxItems: 256 }),
    sources: Type.Optional(
      Type.Array(Part, { maxItems: 256, description: 'those that the items show, where this collection may not have them' }),
    ),
  },
  exactly,
)

/** One edit of a collection. */
export const EditSchema = Type.Union([AddEdit, ChangeEdit, RemoveEdit, MoveEdit, GroupEdit, UngroupEdit, DuplicateEdit, PasteEdit])

export type Edit = Static<typeof EditSchema>
export type EditOf<Do extends Edit['do']> = Extract<Edit, { do: Do }>

export interface Edited {
  readonly collection: Collection
  /** Ids of the entities that were made, in their order. */
  readonly made: readonly string[]
}
