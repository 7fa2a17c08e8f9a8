import { type Static, Type } from 'typebox'
import { StreamName } from '../../schemas.ts'

const Url = Type.String({
  minLength: 3,
  maxLength: 2000,
  description:
    'rtmp(s)://, rtsp(s)://, srt://, http(s):// (HLS, MPEG-TS, FLV, MP4), or the path of a file on the host, which is played in a loop',
})
const When = Type.Union([Type.Literal('always'), Type.Literal('on-demand')], {
  default: 'always',
  description: 'on-demand: fetched while somebody watches, and 15 s longer',
})

export const SourceStateSchema = Type.Union(
  [Type.Literal('off'), Type.Literal('idle'), Type.Literal('connecting'), Type.Literal('live'), Type.Literal('retrying')],
  { description: 'idle: on demand, and nobody watches; retrying: failed, and tried again at nextAttemptAt' },
)
export type SourceState = Static<typeof SourceStateSchema>

export const SourceSchema = Type.Object({
  id: Type.String(),
  stream: StreamName,
  url: Type.String({ description: '`***` replaces a secret; sent back, it means: unchanged' }),
  when: When,
  enabled: Type.Boolean(),
  state: SourceStateSchema,
  error: Type.Union([Type.String(), Type.Null()], { description: 'why the newest attempt failed' }),
  nextAttemptAt: Type.Union([Type.String({ format: 'date-time' }), Type.Null()]),
  liveSince: Type.Union([Type.String({ format: 'date-time' }), Type.Null()]),
  format: Type.Union([Type.String(), Type.Null()], { description: 'what was found at the URL' }),
  skipped: Type.Array(Type.String(), { description: 'tracks that a stream cannot carry' }),
  createdAt: Type.String({ format: 'date-time' }),
})
export type Source = Static<typeof SourceSchema>

export const SourceRequestSchema = Type.Object({
  stream: StreamName,
  url: Url,
  when: Type.Optional(When),
  enabled: Type.Optional(Type.Boolean()),
})
export type SourceRequest = Static<typeof SourceRequestSchema>

export const SourceChangesSchema = Type.Partial(Type.Omit(SourceRequestSchema, ['stream']))
export type SourceChanges = Static<typeof SourceChangesSchema>
