import { type Static, Type } from 'typebox'

/** How an item comes when it is shown, or goes when it is hidden. */
export const ItemTransitionSchema = Type.Object(
  {
    kind: Type.Union([Type.Literal('fade'), Type.Literal('slide')]),
    durationMs: Type.Integer({ minimum: 0, maximum: 10_000 }),
    direction: Type.Optional(
      Type.Union([Type.Literal('left'), Type.Literal('right'), Type.Literal('up'), Type.Literal('down')], {
        description: 'side that it slides from when it is shown, and to when it is hidden; left where left out. Members of groups fade',
      }),
    ),
  },
  { additionalProperties: false },
)

export type ItemTransition = Static<typeof ItemTransitionSchema>
