import { type Static, Type } from 'typebox'
import { sharedActionSchemas } from '../../../media/automation/action-schemas.ts'
import { type Fault, schemaFaults } from '../../../platform/routes/schema-faults.ts'

const exactly = { additionalProperties: false }
const Id = Type.String({ pattern: '^[A-Za-z0-9_-]{1,64}$' })
const Name = Type.String({ minLength: 1, maxLength: 40 })
const Details = Type.Record(Type.String({ maxLength: 64 }), Type.Unknown())
const OnOff = Type.Union([Type.Boolean(), Type.Literal('toggle')])
const DurationMs = Type.Integer({ minimum: 0, maximum: 60_000 })
const how = { transition: Type.Optional(Id), durationMs: Type.Optional(DurationMs) }

const studioActions = [
  Type.Object({ do: Type.Literal('switch'), scene: Id, ...how }, exactly),
  Type.Object({ do: Type.Literal('preview'), scene: Id }, exactly),
  Type.Object({ do: Type.Literal('transition'), canvas: Type.Optional(Id), ...how }, exactly),
  Type.Object({ do: Type.Literal('show'), scene: Id, item: Id, visible: OnOff }, exactly),
  Type.Object({ do: Type.Literal('mute'), source: Id, muted: OnOff }, exactly),
  Type.Object({ do: Type.Literal('gain'), source: Id, gainDb: Type.Number({ minimum: -100, maximum: 30 }) }, exactly),
  Type.Object({ do: Type.Literal('filter'), filter: Id, enabled: OnOff }, exactly),
  Type.Object({ do: Type.Literal('start-output'), output: Id }, exactly),
  Type.Object({ do: Type.Literal('stop-output'), output: Id }, exactly),
  Type.Object({ do: Type.Literal('output-command'), output: Id, command: Name, details: Type.Optional(Details) }, exactly),
  Type.Object({ do: Type.Literal('save-replay'), output: Type.Optional(Id) }, exactly),
  Type.Object({ do: Type.Literal('source-command'), source: Id, command: Name, details: Type.Optional(Details) }, exactly),
  Type.Object({ do: Type.Literal('wait'), ms: Type.Integer({ minimum: 0, maximum: 600_000 }) }, exactly),
] as const

/** What the studio does itself. */
export const StudioActionSchema = Type.Union([...studioActions])
export type StudioAction = Static<typeof StudioActionSchema>
export const studioActionWords: readonly StudioAction['do'][] = studioActions.map(({ properties }) => properties.do.const)

/** One action: what hotkeys and macros are made of. */
export const ActionSchema = Type.Union([...studioActions, ...sharedActionSchemas])
export type Action = Static<typeof ActionSchema>

/** What is wrong with an action of a macro. */
export function actionFaults(action: unknown, place: string): readonly Fault[] {
  return schemaFaults(ActionSchema, action, place)
}
