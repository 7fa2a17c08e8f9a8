import { type Static, Type } from 'typebox'

const finite = (description: string, limit = 1e6) => Type.Number({ minimum: -limit, maximum: limit, description })

/** A place or a vector in pixels of the canvas, or a pair of factors. */
export const PairSchema = Type.Object({ x: finite('to the right'), y: finite('downwards') }, { additionalProperties: false })

/** Which point of a box is meant. */
export const AlignmentSchema = Type.Object(
  {
    x: Type.Union([Type.Literal('left'), Type.Literal('center'), Type.Literal('right')]),
    y: Type.Union([Type.Literal('top'), Type.Literal('center'), Type.Literal('bottom')]),
  },
  { additionalProperties: false },
)

const pixels = Type.Integer({ minimum: 0, maximum: 16384 })

/** Pixels of the content, before scaling, that are cut off at each side. */
export const CropSchema = Type.Object({ left: pixels, top: pixels, right: pixels, bottom: pixels }, { additionalProperties: false })

/** A box that the item is fitted into, instead of its own scale. */
export const BoundsSchema = Type.Object(
  {
    fit: Type.Union(
      ['stretch', 'contain', 'cover', 'width', 'height', 'shrink'].map((fit) => Type.Literal(fit as 'stretch')),
      { description: 'contain: whole inside; cover: fills, the rest is cut off; shrink: like contain, never enlarged' },
    ),
    width: Type.Number({ minimum: 1, maximum: 16384 }),
    height: Type.Number({ minimum: 1, maximum: 16384 }),
    /** Where the content is inside the box. */
    alignment: AlignmentSchema,
  },
  { additionalProperties: false },
)

export type Pair = Static<typeof PairSchema>
export type Alignment = Static<typeof AlignmentSchema>
export type Crop = Static<typeof CropSchema>
export interface Bounds {
  readonly fit: 'stretch' | 'contain' | 'cover' | 'width' | 'height' | 'shrink'
  readonly width: number
  readonly height: number
  readonly alignment: Alignment
}
