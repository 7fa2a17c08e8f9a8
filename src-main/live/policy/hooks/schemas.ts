import { type Static, Type } from 'typebox'

/** What hooks are notified of. The first two decide: the host waits for their answer. */
export const HookEventSchema = Type.Union(
  [
    Type.Literal('publish'),
    Type.Literal('play'),
    Type.Literal('stream.live'),
    Type.Literal('stream.lost'),
    Type.Literal('stream.returned'),
    Type.Literal('stream.ended'),
    Type.Literal('play.ended'),
    Type.Literal('recording.completed'),
    Type.Literal('alert'),
  ],
  { description: 'publish and play decide (the host waits for the answer); the others tell' },
)
export type HookEvent = Static<typeof HookEventSchema>

const Stream = Type.Union([Type.String({ maxLength: 64 }), Type.Null()], {
  description: 'name of the one stream that it is notified of; null: all',
})

const properties = {
  label: Type.String({ minLength: 1, maxLength: 100 }),
  url: Type.String({ pattern: '^https?://[^\\s]+$', maxLength: 1000 }),
  events: Type.Array(HookEventSchema, { minItems: 1, uniqueItems: true }),
  stream: Stream,
  enabled: Type.Boolean(),
  timeoutMs: Type.Integer({ minimum: 100, maximum: 30_000, default: 3000, description: 'ms until the answer must be there' }),
  onFailure: Type.Union([Type.Literal('refuse'), Type.Literal('allow')], {
    default: 'refuse',
    description: 'what happens to a publisher or viewer when a hook that decides does not answer',
  }),
}

export const HookSchema = Type.Object({
  id: Type.String(),
  ...properties,
  createdAt: Type.String({ format: 'date-time' }),
  waiting: Type.Integer({ description: 'deliveries that wait for their (next) try' }),
})
export type Hook = Static<typeof HookSchema>

export const HookRequestSchema = Type.Object({
  label: properties.label,
  url: properties.url,
  events: properties.events,
  stream: Type.Optional(Stream),
  enabled: Type.Optional(properties.enabled),
  timeoutMs: Type.Optional(properties.timeoutMs),
  onFailure: Type.Optional(properties.onFailure),
})
export type HookRequest = Static<typeof HookRequestSchema>

export const HookChangesSchema = Type.Partial(HookRequestSchema)

export const HookCreatedSchema = Type.Object({ hook: HookSchema, secret: Type.String({ description: 'signs what is sent; shown once' }) })

export const DeliverySchema = Type.Object({
  id: Type.String(),
  event: HookEventSchema,
  time: Type.String({ format: 'date-time' }),
  state: Type.Union([Type.Literal('waiting'), Type.Literal('delivered'), Type.Literal('failed')]),
  attempts: Type.Integer(),
  status: Type.Union([Type.Integer(), Type.Null()], { description: 'HTTP status of the newest answer' }),
  error: Type.Union([Type.String(), Type.Null()]),
  durationMs: Type.Union([Type.Number(), Type.Null()]),
  nextAttemptAt: Type.Union([Type.String({ format: 'date-time' }), Type.Null()]),
})
export type Delivery = Static<typeof DeliverySchema>
