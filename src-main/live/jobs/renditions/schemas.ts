import { type Static, Type } from 'typebox'
import { RenditionCodecSchema } from '../../../media/encoders/encoder-info.ts'
import { Nullable } from '../../../platform/routes/schemas.ts'

/** Words of the renditions on the wire. */

export const RungSchema = Type.Object({
  height: Type.Integer({ minimum: 120, maximum: 4320, description: "lines; pixels of the frame's shorter side" }),
  kbps: Type.Integer({ minimum: 100, maximum: 100_000 }),
})
export type Rung = Static<typeof RungSchema>

export const SpeedSchema = Type.Union([Type.Literal('fastest'), Type.Literal('fast'), Type.Literal('fine')], {
  description: 'what encoding may cost: fastest takes the least CPU, fine looks best for its bitrate',
})
export type Speed = Static<typeof SpeedSchema>

const presetFields = {
  name: Type.String({ minLength: 1, maxLength: 60 }),
  codec: RenditionCodecSchema,
  speed: SpeedSchema,
  bFrames: Type.Union([Type.Literal(0), Type.Literal(3)], { description: '0 for the least delay, 3 for better quality' }),
  rungs: Type.Array(RungSchema, { minItems: 1, maxItems: 8, description: 'only those below the source are made' }),
}

export const NewPresetSchema = Type.Object(presetFields)
export type NewPreset = Static<typeof NewPresetSchema>
export const PresetChangeSchema = Type.Partial(NewPresetSchema)

export const PresetSchema = Type.Object({
  id: Type.String(),
  ...presetFields,
  builtIn: Type.Boolean({ description: 'came with the product; deleting it brings its first settings back' }),
})
export type Preset = Static<typeof PresetSchema>

export const ChoiceSchema = Type.Object({
  mode: Type.Union([Type.Literal('off'), Type.Literal('auto'), Type.Literal('preset')], {
    description: 'off: the source alone; auto: what this machine was measured to carry; preset: what the preset says',
  }),
  preset: Type.Optional(Nullable(Type.String({ maxLength: 40, description: 'id of the preset, with mode preset' }))),
  heights: Type.Optional(
    Nullable(
      Type.Array(Type.Integer({ minimum: 120, maximum: 4320 }), {
        minItems: 1,
        maxItems: 8,
        description: 'only these rungs of the preset',
      }),
    ),
  ),
})
export type Choice = Static<typeof ChoiceSchema>

export const RenditionSchema = Type.Object({
  id: Type.String({ description: 'id of its track' }),
  state: Type.Union([Type.Literal('starting'), Type.Literal('running'), Type.Literal('shed'), Type.Literal('failed')], {
    description: 'shed: taken away while the machine is too busy; failed: see `error`',
  }),
  width: Type.Integer(),
  height: Type.Integer(),
  codec: RenditionCodecSchema,
  encoder: Type.String({ description: "the encoder's name in FFmpeg" }),
  speedPreset: Type.String({ description: "the encoder's own word for its speed" }),
  targetKbps: Type.Integer(),
  kbps: Type.Integer({ description: 'over the last second' }),
  frameRate: Type.Number({ description: 'frames encoded in the last second' }),
  busyMs: Type.Integer({ description: 'time that scaling and encoding took of the last second, ms' }),
  error: Nullable(Type.String()),
})
export type RenditionInfo = Static<typeof RenditionSchema>

export const StreamRenditionsSchema = Type.Object({
  choice: ChoiceSchema,
  chosen: Type.Boolean({ description: 'false: the default for new streams is in force' }),
  state: Type.Union(
    [
      Type.Literal('off'),
      Type.Literal('not-live'),
      Type.Literal('running'),
      Type.Literal('away'),
      Type.Literal('broken'),
      Type.Literal('multitrack'),
      Type.Literal('nothing-to-make'),
    ],
    {
      description:
        'away: the transcoder is being started again, viewers have the source; broken: see `error`; multitrack: the publisher sends the ladder itself; nothing-to-make: no rung lies below the source',
    },
  ),
  error: Nullable(Type.String()),
  capped: Type.Boolean({ description: "the source is over its key's limit and replaced by a rendition within it" }),
  behindMs: Type.Integer({ description: 'media that waits to be encoded, ms' }),
  load: Type.Number({ description: 'share of the time in which the transcoder works, 0 to 1' }),
  renditions: Type.Array(RenditionSchema),
})
export type StreamRenditions = Static<typeof StreamRenditionsSchema>
