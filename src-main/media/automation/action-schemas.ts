import { type Static, Type } from 'typebox'

/** Actions of macros and rules that are not the studio's own: what OBS is to do, and variables. */

const exactly = { additionalProperties: false }
const Obs = Type.Optional(
  Type.String({ minLength: 1, maxLength: 80, description: 'id or name of the OBS instance; left out: the only one' }),
)
const Name = Type.String({ minLength: 1, maxLength: 300 })
const OnOff = Type.Union([Type.Boolean(), Type.Literal('toggle')])
/** Values of variables: short, so that the log and the page can show them. */
export const VariableValueSchema = Type.Union([Type.String({ maxLength: 200 }), Type.Number(), Type.Boolean()])
export const VariableNameSchema = Type.String({ pattern: '^[A-Za-z0-9_-]{1,64}$' })

export const obsActionSchemas = {
  'obs-scene': Type.Object({ do: Type.Literal('obs-scene'), obs: Obs, scene: Name, preview: Type.Optional(Type.Boolean()) }, exactly),
  'obs-item': Type.Object(
    {
      do: Type.Literal('obs-item'),
      obs: Obs,
      scene: Name,
      item: Type.String({ minLength: 1, maxLength: 300, description: 'name of its source' }),
      visible: OnOff,
    },
    exactly,
  ),
  'obs-mute': Type.Object({ do: Type.Literal('obs-mute'), obs: Obs, input: Name, muted: OnOff }, exactly),
  'obs-volume': Type.Object(
    { do: Type.Literal('obs-volume'), obs: Obs, input: Name, volumeDb: Type.Number({ minimum: -100, maximum: 26 }) },
    exactly,
  ),
  'obs-filter': Type.Object({ do: Type.Literal('obs-filter'), obs: Obs, source: Name, filter: Name, enabled: OnOff }, exactly),
  'obs-output': Type.Object(
    {
      do: Type.Literal('obs-output'),
      obs: Obs,
      output: Type.Union([Type.Literal('stream'), Type.Literal('record'), Type.Literal('replay'), Type.Literal('virtual-camera')]),
      command: Type.Union([Type.Literal('start'), Type.Literal('stop'), Type.Literal('toggle'), Type.Literal('save')], {
        description: 'save: of the replay buffer alone',
      }),
    },
    exactly,
  ),
  'obs-request': Type.Object(
    {
      do: Type.Literal('obs-request'),
      obs: Obs,
      request: Type.String({ pattern: '^[A-Za-z]{1,80}$', description: 'a request of obs-websocket 5: `GET /obs/request-types`' }),
      data: Type.Optional(Type.Record(Type.String({ maxLength: 200 }), Type.Unknown())),
    },
    exactly,
  ),
} as const

export const variableActionSchemas = {
  'set-variable': Type.Object({ do: Type.Literal('set-variable'), name: VariableNameSchema, value: VariableValueSchema }, exactly),
} as const

/** Schemas of all of them, in the order in which people like to see them. */
export const sharedActionSchemas = [
  obsActionSchemas['obs-scene'],
  obsActionSchemas['obs-item'],
  obsActionSchemas['obs-mute'],
  obsActionSchemas['obs-volume'],
  obsActionSchemas['obs-filter'],
  obsActionSchemas['obs-output'],
  obsActionSchemas['obs-request'],
  variableActionSchemas['set-variable'],
] as const

export type ObsAction = { [K in keyof typeof obsActionSchemas]: Static<(typeof obsActionSchemas)[K]> }[keyof typeof obsActionSchemas]
export type VariableAction = Static<(typeof variableActionSchemas)['set-variable']>
export type SharedAction = ObsAction | VariableAction

/** True for actions that one of these schemas describes. */
export function isSharedAction(action: { readonly do: string }): action is SharedAction {
  return Object.hasOwn(obsActionSchemas, action.do) || Object.hasOwn(variableActionSchemas, action.do)
}
