import { type Static, Type } from 'typebox'

/** What the API says of the machine's encoders. */

export const RenditionCodecSchema = Type.Union([Type.Literal('h264'), Type.Literal('hevc'), Type.Literal('av1')])

export type RenditionCodec = Static<typeof RenditionCodecSchema>

export const EncoderSchema = Type.Object({
  name: Type.String({ description: "the encoder's name in FFmpeg" }),
  codec: RenditionCodecSchema,
  kind: Type.String({ description: 'NVENC, QSV, AMF, VAAPI, VideoToolbox or software' }),
  found: Type.Boolean(),
  reason: Type.Union([Type.String({ description: 'why it cannot be used here' }), Type.Null()]),
  speed: Type.Union([
    Type.Number({ description: 'how many times faster than real time 720p at 30 frames per second is encoded' }),
    Type.Null(),
  ]),
})

export type EncoderInfo = Static<typeof EncoderSchema>
