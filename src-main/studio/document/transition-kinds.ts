import { type TSchema, Type } from 'typebox'
import type { TransitionKind } from './collection.ts'

/** What users may know of a kind of transition. */
export interface TransitionKindDescription {
  readonly kind: TransitionKind
  readonly title: string
  readonly settings: TSchema
}

const exactly = { additionalProperties: false }
const direction = Type.Union(
  ['left', 'right', 'up', 'down'].map((each) => Type.Literal(each)),
  { default: 'left', description: 'where the images move to' },
)
const source = (description: string) => Type.String({ pattern: '^[A-Za-z0-9_-]{1,64}$', description })

/** Every kind of transition. Settings that name a source are in `sourceSettings` too. */
export const transitionKinds: readonly TransitionKindDescription[] = [
  { kind: 'cut', title: 'Cut', settings: Type.Object({}, exactly) },
  {
    kind: 'fade',
    title: 'Fade',
    settings: Type.Object(
      {
        through: Type.Optional(
          Type.String({ pattern: '^#[0-9a-fA-F]{6}$', description: 'colour between the scenes; none: one into the other' }),
        ),
      },
      exactly,
    ),
  },
  { kind: 'slide', title: 'Slide over', settings: Type.Object({ direction }, exactly) },
  { kind: 'push', title: 'Push out', settings: Type.Object({ direction }, exactly) },
  {
    kind: 'wipe',
    title: 'Wipe',
    settings: Type.Object(
      {
        direction,
        softness: Type.Number({ minimum: 0, maximum: 1, default: 0.05, description: 'of the edge' }),
        map: Type.Optional(source('a source whose dark parts change first, instead of a direction')),
      },
      exactly,
    ),
  },
  {
    kind: 'stinger',
    title: 'Stinger',
    settings: Type.Object(
      {
        source: Type.Optional(
          source('a media source with transparency, played over both scenes; with a duration of 0 for as long as it lasts'),
        ),
        cutMs: Type.Optional(
          Type.Integer({
            minimum: 0,
            maximum: 60_000,
            description: 'when it covers all, so that the scenes change behind it; half of its duration',
          }),
        ),
      },
      exactly,
    ),
  },
  { kind: 'move', title: 'Move', settings: Type.Object({}, exactly) },
]

/** Settings of transitions that are ids of sources. */
export const sourceSettings = ['source', 'map'] as const
