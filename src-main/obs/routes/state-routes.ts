import { Type } from 'typebox'
import { AppError } from '../../platform/errors.ts'
import { defineRoute, type RouteDefinition } from '../../platform/routes/routes.ts'
import type { InstanceBook } from '../instances/instance-book.ts'
import type { StatusReader } from '../instances/status/status-reader.ts'
import { FiltersSchema, InputQuery, InputSettingsSchema, KindsSchema, ScreenshotQuery, SourceQuery } from '../schemas/commands.ts'
import { MirrorSchema, type ObsMirror, OutputFilesSchema, StatisticsSchema, StreamStatusSchema } from '../schemas/mirror.ts'
import { IdParams, tag } from '../schemas/words.ts'

/** What an OBS shows of itself. */
export function stateRoutes(book: InstanceBook, reader: StatusReader): readonly RouteDefinition[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/obs/:id/mirror',
      tag,
      summary: 'Scenes, items, inputs, filters, transitions, audio, profiles, collections and outputs of an OBS',
      role: 'viewer',
      params: IdParams,
      responses: { 200: MirrorSchema },
      handler: ({ params }): { body: ObsMirror } => ({ body: book.session(params.id).mirror() }),
    }),
    defineRoute({
      method: 'GET',
      path: '/obs/:id/files',
      tag,
      summary: 'Where an OBS wrote its last recording and replay, on its own machine',
      role: 'editor',
      params: IdParams,
      responses: { 200: OutputFilesSchema },
      handler: ({ params }) => ({ body: book.session(params.id).files() }),
    }),
    defineRoute({
      method: 'GET',
      path: '/obs/:id/statistics',
      tag,
      summary: 'Processor, memory, frame rate and frames that an OBS left out',
      role: 'viewer',
      params: IdParams,
      responses: { 200: StatisticsSchema },
      handler: async ({ params }) => ({ body: await reader.statistics(book.session(params.id)) }),
    }),
    defineRoute({
      method: 'GET',
      path: '/obs/:id/stream',
      tag,
      summary: 'Bitrate, uptime and dropped frames of the stream that an OBS sends',
      role: 'viewer',
      params: IdParams,
      responses: { 200: StreamStatusSchema },
      handler: async ({ params }) => ({ body: await reader.streamStatus(book.session(params.id)) }),
    }),
    defineRoute({
      method: 'GET',
      path: '/obs/:id/kinds',
      tag,
      summary: 'Kinds of inputs, filters and transitions that an OBS has',
      role: 'viewer',
      params: IdParams,
      responses: { 200: KindsSchema },
      handler: async ({ params }) => ({ body: await reader.kinds(book.session(params.id)) }),
    }),
    defineRoute({
      method: 'GET',
      path: '/obs/:id/input-settings',
      tag,
      summary: 'Settings of an input of OBS, and their defaults',
      role: 'editor',
      params: IdParams,
      query: InputQuery,
      responses: { 200: InputSettingsSchema },
      handler: async ({ params, query }) => ({ body: await reader.inputSettings(book.session(params.id), query.input) }),
    }),
    defineRoute({
      method: 'GET',
      path: '/obs/:id/filters',
      tag,
      summary: 'Filters of an input or scene of OBS, with their settings',
      role: 'editor',
      params: IdParams,
      query: SourceQuery,
      responses: { 200: FiltersSchema },
      handler: async ({ params, query }) => ({ body: { items: await reader.filters(book.session(params.id), query.source) } }),
    }),
    defineRoute({
      method: 'GET',
      path: '/obs/:id/screenshot',
      tag,
      summary: 'An image of a scene or input of OBS, as it is now',
      role: 'viewer',
      params: IdParams,
      query: ScreenshotQuery,
      responses: { 200: Type.Unknown() },
      fileTypes: ['image/jpeg', 'image/png'],
      handler: async ({ params, query }) => {
        const session = book.session(params.id)
        const source = query.source ?? session.mirror().program
        if (source === null) throw new AppError('obs.resource_not_found', 'No scene is on air: name one with `source`')
        const { data, type } = await reader.screenshot(session, { ...query, source })
        return { headers: { 'cache-control': 'no-store' }, body: undefined, bytes: { data, type } }
      },
    }),
  ]
}
