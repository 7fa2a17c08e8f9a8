import { type Static, Type } from 'typebox'

export const SlateSchema = Type.Object({
  id: Type.String(),
  label: Type.String(),
  bytes: Type.Integer(),
  createdAt: Type.String({ format: 'date-time' }),
})
export type Slate = Static<typeof SlateSchema>

export const StreamSlateSchema = Type.Object({
  slate: Type.String({ maxLength: 40, description: 'off, default, or the id of a slate' }),
  lasts: Type.Union([Type.Literal('window'), Type.Literal('unlimited')], {
    description: 'window: until the reconnect window ends; unlimited: until a publisher comes or somebody ends the stream',
  }),
})
export type StreamSlate = Static<typeof StreamSlateSchema>
