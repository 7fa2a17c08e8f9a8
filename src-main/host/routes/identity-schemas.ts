import { type Static, Type } from 'typebox'

export const RoleSchema = Type.Union([Type.Literal('viewer'), Type.Literal('editor'), Type.Literal('admin')])
export const Time = Type.String({ format: 'date-time' })
const MaybeTime = Type.Union([Time, Type.Null()])

export const TokenSchema = Type.Object({
  id: Type.String(),
  label: Type.String(),
  role: RoleSchema,
  createdAt: Time,
  expiresAt: MaybeTime,
  revokedAt: MaybeTime,
  lastUsedAt: MaybeTime,
})

export const MeSchema = Type.Object({
  id: Type.String({ description: '`anonymous`, `local`, `cli`, `token:ID`, or `link:ID` for a browser that signed in by a link' }),
  role: Type.Union([RoleSchema, Type.Literal('none')]),
  signInRequired: Type.Boolean({ description: 'false: everyone who can reach this URL from here may act' }),
})

export const BrowserSessionSchema = Type.Object({
  id: Type.String(),
  principal: Type.String({ description: '`token:ID`, or `link:ID` with the id of the session' }),
  label: Type.Union([Type.String(), Type.Null()], { description: 'label of the token; null for a link' }),
  role: RoleSchema,
  createdAt: Time,
  expiresAt: Time,
  lastUsedAt: Type.String({ format: 'date-time', description: 'to the minute' }),
  userAgent: Type.String({ description: 'as the browser sent it when it signed in' }),
  remoteAddress: Type.String({ description: 'IP address that it signed in from' }),
  current: Type.Boolean({ description: 'true: the browser that asks' }),
})
export type SignedInBrowser = Static<typeof BrowserSessionSchema>
