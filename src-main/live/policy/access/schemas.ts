import { type Static, Type } from 'typebox'
import { IpRulesSchema } from './ip-rules.ts'

/** Which IP addresses may use this host at all. */
export const HostAccessSchema = Type.Object({
  play: IpRulesSchema,
  publish: IpRulesSchema,
})
export type HostAccess = Static<typeof HostAccessSchema>

/** Who may watch one stream, beside the host's own rules. */
export const StreamAccessSchema = Type.Object({
  mode: Type.Union([Type.Literal('open'), Type.Literal('signed')], {
    description: 'open: anybody who knows the URL; signed: only with a signed URL or a token',
  }),
  ...IpRulesSchema.properties,
})
export type StreamAccess = Static<typeof StreamAccessSchema>

export const PlaybackKeySchema = Type.Object({
  id: Type.String(),
  label: Type.String(),
  kind: Type.Union([Type.Literal('secret'), Type.Literal('public')], {
    description: 'secret: shared, for HMAC-signed URLs and HS256 tokens; public: checks tokens signed elsewhere (RS256, ES256, EdDSA)',
  }),
  publicKey: Type.Union([Type.String(), Type.Null()]),
  createdAt: Type.String({ format: 'date-time' }),
})

export const PlaybackKeyRequestSchema = Type.Object({
  label: Type.String({ minLength: 1, maxLength: 100 }),
  publicKey: Type.Optional(Type.String({ maxLength: 10_000, description: 'PEM; left out: a shared secret is made' })),
})

export const PlaybackKeyCreatedSchema = Type.Object({
  key: PlaybackKeySchema,
  secret: Type.Union([Type.String({ description: 'shown once' }), Type.Null()]),
})

export const SignRequestSchema = Type.Object({
  expiresInS: Type.Integer({ minimum: 10, maximum: 10 * 365 * 86_400, default: 86_400 }),
  address: Type.Optional(Type.String({ maxLength: 60, description: 'the one IP address that may use it' })),
})

export const SignedUrlsSchema = Type.Object({
  token: Type.String(),
  expiresAt: Type.String({ format: 'date-time' }),
  watchUrl: Type.String(),
  hlsUrl: Type.String(),
  dashUrl: Type.String(),
})
export type SignedUrls = Static<typeof SignedUrlsSchema>
