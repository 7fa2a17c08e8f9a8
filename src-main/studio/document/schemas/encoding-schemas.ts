import { type Static, Type } from 'typebox'

const exactly = { additionalProperties: false }
const oneOf = <T extends string>(...words: readonly T[]) => Type.Union(words.map((word) => Type.Literal(word)))

/** How video of a canvas is encoded. Outputs with the same settings share one encoding. */
export const VideoEncodingSchema = Type.Object(
  {
    codec: oneOf('h264', 'hevc', 'av1'),
    /** `auto`, or the name of an encoder that `GET /live/encoders` found. */
    encoder: Type.String({ maxLength: 40, default: 'auto' }),
    /** Pixels; null for the canvas's own. Even. */
    height: Type.Union([Type.Integer({ minimum: 16, maximum: 4320, multipleOf: 2 }), Type.Null()]),
    /** Every n-th frame of the clock is encoded. */
    frameDivisor: Type.Integer({ minimum: 1, maximum: 8, default: 1 }),
    rateControl: oneOf('cbr', 'vbr', 'crf'),
    bitrateKbps: Type.Integer({ minimum: 50, maximum: 200_000 }),
    /** For `vbr`; null for half as much again. */
    maxBitrateKbps: Type.Union([Type.Integer({ minimum: 50, maximum: 400_000 }), Type.Null()]),
    /** Quality for `crf`: lower is better. */
    crf: Type.Integer({ minimum: 0, maximum: 63, default: 23 }),
    /** In the encoder's own words; `auto` chooses by what was measured. */
    preset: Type.String({ maxLength: 40, default: 'auto' }),
    keyframeMs: Type.Integer({ minimum: 100, maximum: 20_000, default: 2000 }),
    bFrames: Type.Integer({ minimum: 0, maximum: 8, default: 0 }),
    profile: oneOf('auto', 'baseline', 'main', 'high'),
    colorSpace: oneOf('bt709', 'bt601'),
    colorRange: oneOf('limited', 'full'),
  },
  exactly,
)

/** How one track of the mixer is encoded. */
export const AudioEncodingSchema = Type.Object(
  {
    codec: oneOf('aac', 'opus'),
    bitrateKbps: Type.Integer({ minimum: 16, maximum: 512, default: 160 }),
    /** Track of the mixer, 1 to 6. */
    track: Type.Integer({ minimum: 1, maximum: 6, default: 1 }),
  },
  exactly,
)

export type VideoEncoding = Static<typeof VideoEncodingSchema>
export type AudioEncoding = Static<typeof AudioEncodingSchema>
