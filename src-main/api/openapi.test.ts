import { Type } from 'typebox'
import { expect, it } from 'vitest'
import { defineRoute } from '../platform/routes.ts'
import { buildOpenApi } from './openapi.ts'

it('marks routes and fields that answer under an old name as deprecated, and says what replaces a route', async () => {
  const shared = { method: 'GET', tag: 'live', summary: 'Notes', role: 'viewer', handler: () => ({ body: {} }) } as const
  const responses = { 200: Type.Object({ text: Type.String(), words: Type.String({ deprecated: true }) }) }
  const routes = [
    defineRoute({ ...shared, path: '/notes', responses }),
    defineRoute({ ...shared, path: '/jottings', responses, deprecated: 'GET /notes' }),
  ]
  const { paths } = (await buildOpenApi(routes, '1.2.3')) as { paths: Record<string, { get: Record<string, unknown> }> }
  expect(paths['/api/v1/jottings']?.get).toMatchObject({
    deprecated: true,
    description: 'Needs the role viewer. Use GET /notes instead; this one goes with 1.0.',
  })
  expect(paths['/api/v1/notes']?.get).not.toHaveProperty('deprecated')
  expect(paths['/api/v1/notes']?.get).toMatchObject({
    description: 'Needs the role viewer.',
    responses: { 200: { content: { 'application/json': { schema: { properties: { words: { deprecated: true } } } } } } },
  })
})
