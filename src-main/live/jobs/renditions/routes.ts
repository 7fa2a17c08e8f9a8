import { Type } from 'typebox'
import { type EncoderInfo, EncoderSchema } from '../../../media/encoders/encoder-info.ts'
import type { AuditLog } from '../../../platform/audit.ts'
import type { EventBus } from '../../../platform/events/events.ts'
import { defineRoute, type RouteDefinition } from '../../../platform/routes/routes.ts'
import type { Presets } from './presets.ts'
import {
  ChoiceSchema,
  NewPresetSchema,
  PresetChangeSchema,
  PresetSchema,
  type StreamRenditions,
  StreamRenditionsSchema,
} from './schemas.ts'

export interface RenditionRoutesDependencies {
  readonly presets: Presets
  readonly audit: AuditLog
  readonly events: EventBus
  /** A stream by id or name. Throws `stream.not_found`. */
  readonly streamOf: (idOrName: string) => { readonly id: string; readonly name: string }
  readonly view: (streamName: string) => StreamRenditions
  /** A choice or a preset changed. */
  readonly changed: () => void
  /** Measures where nothing has been measured yet. */
  readonly encoders: () => Promise<readonly EncoderInfo[]>
  /** Measures again. */
  readonly measureAgain: () => Promise<readonly EncoderInfo[]>
}

const tag = 'live'
const IdParams = Type.Object({ id: Type.String({ maxLength: 80, description: 'id or name' }) })

/** API routes of renditions, presets and encoders. */
export function renditionRoutes(dependencies: RenditionRoutesDependencies): readonly RouteDefinition[] {
  const { presets, audit, events, streamOf, view, changed } = dependencies
  const notify = (actor: string, message: string, data: Record<string, unknown>): void =>
    audit.record({ kind: 'command', message, actor, data })
  return [
    defineRoute({
      method: 'GET',
      path: '/live/streams/:id/renditions',
      tag,
      summary: 'What is made of a stream now, and what was chosen for it',
      role: 'viewer',
      params: IdParams,
      responses: { 200: StreamRenditionsSchema },
      handler: ({ params }) => ({ body: view(streamOf(params.id).name) }),
    }),
    defineRoute({
      method: 'PUT',
      path: '/live/streams/:id/renditions',
      tag,
      summary: 'Chooses what is made of a stream; takes effect at once',
      role: 'editor',
      params: IdParams,
      body: ChoiceSchema,
      responses: { 200: StreamRenditionsSchema },
      handler: async ({ params, body, principal }) => {
        const stream = streamOf(params.id)
        const choice = await presets.choose(stream.name, body)
        audit.record({
          kind: 'command',
          message: `renditions of ${stream.name}: ${choice.mode === 'preset' ? `preset ${choice.preset}` : choice.mode}`,
          streamId: stream.id,
          streamName: stream.name,
          actor: principal.id,
        })
        changed()
        return { body: view(stream.name) }
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/live/presets',
      tag,
      summary: 'Presets for renditions',
      role: 'viewer',
      responses: { 200: Type.Object({ items: Type.Array(PresetSchema) }) },
      handler: () => ({ body: { items: [...presets.list()] } }),
    }),
    defineRoute({
      method: 'POST',
      path: '/live/presets',
      tag,
      summary: 'Creates a preset',
      role: 'editor',
      body: NewPresetSchema,
      responses: { 201: PresetSchema },
      handler: async ({ body, principal }) => {
        const preset = await presets.create(body)
        notify(principal.id, `preset ${preset.name} was created`, { presetId: preset.id })
        events.publish('preset.updated', preset)
        return { status: 201, body: preset }
      },
    }),
    defineRoute({
      method: 'PATCH',
      path: '/live/presets/:id',
      tag,
      summary: 'Changes a preset; streams that use it follow at once',
      role: 'editor',
      params: IdParams,
      body: PresetChangeSchema,
      responses: { 200: PresetSchema },
      handler: async ({ params, body, principal }) => {
        const preset = await presets.change(params.id, body)
        notify(principal.id, `preset ${preset.name} was changed`, { presetId: preset.id })
        events.publish('preset.updated', preset)
        changed()
        return { body: preset }
      },
    }),
    defineRoute({
      method: 'DELETE',
      path: '/live/presets/:id',
      tag,
      summary: 'Deletes a preset; one that came with the product gets its first settings back',
      role: 'editor',
      params: IdParams,
      responses: { 204: Type.Null() },
      handler: async ({ params, principal }) => {
        const restored = await presets.remove(params.id)
        notify(principal.id, `preset ${params.id} was deleted`, { presetId: params.id })
        if (restored) events.publish('preset.updated', restored)
        else events.publish('preset.removed', { id: params.id })
        changed()
        return { status: 204, body: null }
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/live/encoders',
      tag,
      summary: 'Encoders of this machine and how fast they are; measured at the first call, which takes some seconds',
      role: 'viewer',
      responses: { 200: Type.Object({ items: Type.Array(EncoderSchema) }) },
      handler: async () => ({ body: { items: [...(await dependencies.encoders())] } }),
    }),
    defineRoute({
      method: 'POST',
      path: '/live/encoders/measure',
      tag,
      summary: 'Measures the encoders again, which takes some seconds: for when they were measured while the machine was busy',
      role: 'admin',
      responses: { 200: Type.Object({ items: Type.Array(EncoderSchema) }) },
      handler: async ({ principal }) => {
        notify(principal.id, 'the encoders are measured again', {})
        return { body: { items: [...(await dependencies.measureAgain())] } }
      },
    }),
  ]
}
