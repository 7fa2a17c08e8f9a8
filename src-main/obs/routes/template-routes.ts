import { wholeListSchema } from '../../platform/routes/pages.ts'
import { defineRoute, type RouteDefinition } from '../../platform/routes/routes.ts'
import {
  ApplicationSchema,
  AppliedSchema,
  PlanSchema,
  SceneCollectionSchema,
  TemplateBody,
  UndoBody,
  UndoneSchema,
} from '../schemas/templates.ts'
import { IdParams, tag } from '../schemas/words.ts'
import type { Templates } from '../templates/templates.ts'

/** Bytes of the largest document that is applied: as the studio takes it. */
const documentBytes = 8 * 1024 * 1024

/** Shows of the studio, built in an OBS. */
export function templateRoutes(templates: Templates): readonly RouteDefinition[] {
  return [
    defineRoute({
      method: 'POST',
      path: '/obs/:id/template/plan',
      tag,
      summary: 'What applying a template would create and change in an OBS, and what would stay',
      role: 'editor',
      params: IdParams,
      bodyBytes: documentBytes,
      body: TemplateBody,
      responses: { 200: PlanSchema },
      handler: async ({ params, body, principal }) => ({ body: await templates.plan(params.id, body, { principal }) }),
    }),
    defineRoute({
      method: 'POST',
      path: '/obs/:id/template',
      tag,
      summary: 'Builds a template in an OBS: scenes, inputs, places, filters; what is as wanted already stays',
      role: 'editor',
      params: IdParams,
      bodyBytes: documentBytes,
      body: TemplateBody,
      responses: { 200: AppliedSchema },
      handler: async ({ params, body, principal, requestId }) => ({
        body: await templates.apply(params.id, body, { principal, requestId }),
      }),
    }),
    defineRoute({
      method: 'GET',
      path: '/obs/:id/template/applications',
      tag,
      summary: 'Templates that were applied to an OBS and can be undone, newest first',
      role: 'viewer',
      params: IdParams,
      responses: { 200: wholeListSchema(ApplicationSchema) },
      handler: async ({ params }) => ({ body: { items: [...(await templates.list(params.id))], nextCursor: null } }),
    }),
    defineRoute({
      method: 'POST',
      path: '/obs/:id/template/undo',
      tag,
      summary: 'Undoes the whole of the template that was applied last: what was there before is there again',
      role: 'editor',
      params: IdParams,
      body: UndoBody,
      responses: { 200: UndoneSchema },
      handler: async ({ params, body, principal, requestId }) => ({
        body: await templates.undo(params.id, body.application, { principal, requestId }),
      }),
    }),
    defineRoute({
      method: 'GET',
      path: '/obs/:id/scene-collection',
      tag,
      summary:
        'What an OBS has as the file of a scene collection, which other OBS and the studio import; with settings, and without hotkeys',
      role: 'editor',
      params: IdParams,
      responses: { 200: SceneCollectionSchema },
      handler: async ({ params }) => ({ body: await templates.read(params.id) }),
    }),
  ]
}
