import { type Static, Type } from 'typebox'
import { Nullable } from '../../platform/routes/schemas.ts'
import { exactly, oneOf } from './words.ts'

/** Bodies and answers of templates. */

export const TemplateBody = Type.Object(
  {
    collection: Type.Optional(
      Type.Record(Type.String({ maxLength: 64 }), Type.Unknown(), { description: 'a document of the studio: what its templates make' }),
    ),
    show: Type.Optional(Type.String({ maxLength: 80, description: 'instead of `collection`: name of a collection of the studio' })),
    gameCapture: Type.Optional(
      Type.Boolean({ default: false, description: 'captures a game in the place of the screen, where that OBS can' }),
    ),
    expect: Type.Optional(
      Type.String({ maxLength: 80, description: '`fingerprint` of the plan that was looked at: rejected where OBS has changed since' }),
    ),
  },
  exactly,
)
export type Template = Static<typeof TemplateBody>

export const PlanEntrySchema = Type.Object({
  what: oneOf('scene', 'input', 'item', 'filter'),
  name: Type.String({ description: 'in OBS; of an item, that of its source' }),
  in: Type.Optional(Type.String({ description: 'scene of an item, source of a filter' })),
  fields: Type.Optional(Type.Array(Type.String(), { description: 'what of it changes' })),
  why: Type.Optional(Type.String({ description: 'why it is left' })),
})
export type PlanEntry = Static<typeof PlanEntrySchema>

export const PlanSchema = Type.Object({
  template: Type.String({ description: 'name of the show' }),
  collection: Type.String({ description: 'scene collection of OBS' }),
  created: Type.Array(PlanEntrySchema),
  changed: Type.Array(PlanEntrySchema),
  left: Type.Array(PlanEntrySchema, { description: 'what is there and stays as it is' }),
  onAir: Type.Boolean({ description: 'the scene that is on air changes' }),
  notCarried: Type.Array(Type.Object({ place: Type.String(), reason: Type.String() }), {
    description: 'what that OBS has in another way, or not at all',
  }),
  fingerprint: Type.String({ description: 'send it as `expect` to apply exactly this' }),
})
export type TemplatePlan = Static<typeof PlanSchema>

export const ApplicationSchema = Type.Object({
  id: Type.String(),
  template: Type.String(),
  collection: Type.String({ description: 'scene collection of OBS that it was applied to' }),
  state: oneOf('applied', 'interrupted'),
  at: Type.String({ format: 'date-time' }),
})
export type Application = Static<typeof ApplicationSchema>

export const AppliedSchema = Type.Object({
  ...PlanSchema.properties,
  application: Nullable(ApplicationSchema),
  tookMs: Type.Number(),
})
export type Applied = Static<typeof AppliedSchema>

export const UndoBody = Type.Object(
  {
    application: Type.Optional(
      Type.String({ maxLength: 80, description: 'left out: the newest; it must be the newest of its scene collection' }),
    ),
  },
  exactly,
)
export const UndoneSchema = Type.Object({
  application: ApplicationSchema,
  removed: Type.Array(PlanEntrySchema),
  restored: Type.Array(PlanEntrySchema),
  left: Type.Array(PlanEntrySchema, { description: 'what could not be brought back, and why' }),
})
export type Undone = Static<typeof UndoneSchema>

export const SceneCollectionSchema = Type.Object({
  name: Type.String(),
  document: Type.Record(Type.String(), Type.Unknown(), {
    description: 'as OBS exports it: OBS imports it (Scene Collection, Import), the studio as `document` of `POST /studio/import/obs`',
  }),
  width: Type.Integer({ description: 'of the canvas, which is not in the document of OBS' }),
  height: Type.Integer(),
  frameRate: Type.Number({ description: 'frames per second, likewise' }),
})
export type SceneCollection = Static<typeof SceneCollectionSchema>
