import { type Static, Type } from 'typebox'
import { Nullable } from '../../platform/routes/schemas.ts'
import { exactly, Name, oneOf } from './words.ts'

/** Filters of OBS whose settings follow the light or the level. */

const Follows = Type.Object(
  {
    on: Type.Boolean({ description: 'false: what was set before is set again' }),
    whiteBalance: Type.Boolean({ description: 'of a colour correction: `color_multiply` makes what is nearly grey grey' }),
    saturation: Type.Boolean({ description: 'of a colour correction: pale colours become stronger and gaudy ones weaker' }),
    limit: Type.Number({
      minimum: 0.01,
      maximum: 1,
      description: 'of video filters: how far colours, similarity and saturation may go from what is set',
    }),
    limitDb: Type.Number({ minimum: 1, maximum: 30, description: 'dB, of audio filters: how far settings may go from what is set' }),
  },
  exactly,
)
export type Follows = Static<typeof Follows>

export const usualFollows: Follows = { on: false, whiteBalance: true, saturation: false, limit: 0.3, limitDb: 12 }

export const FollowBody = Type.Object({ source: Name, filter: Name, ...Type.Partial(Follows).properties }, exactly)
export type FollowChange = Static<typeof FollowBody>

export const FollowingSchema = Type.Object({
  source: Type.String({ description: 'name of an input or a scene' }),
  filter: Type.String(),
  kind: oneOf('chroma_key_filter_v2', 'color_filter_v2', 'compressor_filter', 'noise_suppress_filter_v2'),
  ...Follows.properties,
  chosen: Nullable(
    Type.Record(Type.String(), Type.Union([Type.String(), Type.Number()]), {
      description: 'what it chose, in the words of OBS, colours as #rrggbb; null: nothing yet',
    }),
  ),
  problem: Nullable(Type.String({ description: 'why it does not follow at this moment' })),
})
export type Following = Static<typeof FollowingSchema>
export type FollowingKind = Following['kind']
