import { Type } from 'typebox'
import type { AuditLog } from '../../../platform/audit.ts'
import { defineRoute, type RouteDefinition } from '../../../platform/routes/routes.ts'
import { doingOf } from '../routes/doing.ts'
import type { FilterPresets } from './filter-presets.ts'

const tag = 'studio'
const fields = {
  kind: Type.String({ minLength: 1, maxLength: 64, description: 'of GET /studio/filter-kinds or /studio/audio-filter-kinds' }),
  name: Type.String({ minLength: 1, maxLength: 60 }),
  settings: Type.Record(Type.String(), Type.Unknown(), { description: 'as filters of that kind have them' }),
}
const params = Type.Object({ id: Type.String({ maxLength: 64 }) })
const PresetSchema = Type.Object({ id: Type.String(), ...fields })

export interface FilterPresetRoutesDependencies {
  readonly presets: FilterPresets
  readonly audit: AuditLog
}

/** API routes of filter presets. */
export function filterPresetRoutes({ presets, audit }: FilterPresetRoutesDependencies): readonly RouteDefinition[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/studio/filter-presets',
      tag,
      summary: 'Settings of filters that were saved under a name on this host',
      role: 'editor',
      responses: { 200: Type.Object({ items: Type.Array(PresetSchema) }) },
      handler: () => ({ body: { items: presets.list() } }),
    }),
    defineRoute({
      method: 'POST',
      path: '/studio/filter-presets',
      tag,
      summary: 'Saves settings of a filter under a name, for all who edit, over what the kind has under that name',
      role: 'editor',
      body: Type.Object(fields, { additionalProperties: false }),
      responses: { 201: PresetSchema },
      handler: ({ body, principal }) => {
        const saved = presets.save(body, doingOf(principal))
        audit.record({ kind: 'command', message: `the filter preset ${saved.name} (${saved.kind}) was saved`, actor: principal.id })
        return { status: 201, body: saved }
      },
    }),
    defineRoute({
      method: 'PATCH',
      path: '/studio/filter-presets/:id',
      tag,
      summary: 'Renames a filter preset, for all who edit; filters keep their settings',
      role: 'editor',
      params,
      body: Type.Object({ name: fields.name }, { additionalProperties: false }),
      responses: { 200: PresetSchema },
      handler: ({ params, body, principal }) => {
        const { renamed, before } = presets.rename(params.id, body.name)
        const message = `the filter preset ${before.name} (${renamed.kind}) was renamed to ${renamed.name}`
        audit.record({ kind: 'command', message, actor: principal.id })
        return { body: renamed }
      },
    }),
    defineRoute({
      method: 'DELETE',
      path: '/studio/filter-presets/:id',
      tag,
      summary: 'Deletes a filter preset, for all who edit; filters keep their settings',
      role: 'editor',
      params,
      responses: { 204: Type.Null() },
      handler: ({ params, principal }) => {
        const { name, kind } = presets.remove(params.id)
        audit.record({ kind: 'command', message: `the filter preset ${name} (${kind}) was deleted`, actor: principal.id })
        return { status: 204, body: null }
      },
    }),
  ]
}
