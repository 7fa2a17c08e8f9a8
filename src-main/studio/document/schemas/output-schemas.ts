import { type Static, Type } from 'typebox'
import { AudioEncodingSchema, VideoEncodingSchema } from './encoding-schemas.ts'

/** An output of the studio. Each has its own state and statistics; starting or failing one never touches another. */
export const OutputSchema = Type.Object(
  {
    id: Type.String({ pattern: '^[A-Za-z0-9_-]{1,64}$' }),
    name: Type.String({ minLength: 1, maxLength: 120 }),
    kind: Type.Union(['host', 'rtmp', 'srt', 'whip', 'recording', 'replay', 'virtual-camera'].map((kind) => Type.Literal(kind))),
    /** Starts with the studio. */
    autostart: Type.Boolean(),
    canvas: Type.String({ pattern: '^[A-Za-z0-9_-]{1,64}$' }),
    /** Null: audio only, or a kind that encodes nothing. */
    video: Type.Union([VideoEncodingSchema, Type.Null()]),
    /** One track for services; as many as wanted for files. */
    audio: Type.Array(AudioEncodingSchema, { maxItems: 6 }),
    /** Checked against the kind's own schema: URLs, paths, containers. */
    settings: Type.Record(Type.String({ maxLength: 64 }), Type.Unknown()),
  },
  { additionalProperties: false },
)

export type Output = Static<typeof OutputSchema>
