import { Type } from 'typebox'
import { expect, it } from 'vitest'
import { atOldPath, defineRoute } from '../platform/routes/routes.ts'
import { buildOpenApi } from './openapi.ts'

it('says which role a route needs, and marks fields that answer under an old name as deprecated', async () => {
  const notes = defineRoute({
    method: 'GET',
    path: '/notes',
    tag: 'live',
    summary: 'Notes',
    role: 'viewer',
    responses: { 200: Type.Object({ text: Type.String(), words: Type.String({ deprecated: true }) }) },
    handler: () => ({ body: { text: '', words: '' } }),
  })
  const { paths } = (await buildOpenApi([notes], '1.2.3')) as { paths: Record<string, { get: Record<string, unknown> }> }
  expect(paths['/api/v1/notes']?.get).toMatchObject({
    description: 'Needs the role viewer.',
    responses: { 200: { content: { 'application/json': { schema: { properties: { text: {}, words: { deprecated: true } } } } } } },
  })
})

it('marks a route at an old name as deprecated, with an id of its own', async () => {
  const notes = defineRoute({
    method: 'GET',
    path: '/notes',
    tag: 'live',
    summary: 'Notes',
    role: 'viewer',
    responses: { 200: Type.Object({ text: Type.String() }) },
    handler: () => ({ body: { text: '' } }),
  })
  const { paths } = (await buildOpenApi([notes, atOldPath(notes, '/papers')], '1.2.3')) as {
    paths: Record<string, { get: { deprecated?: boolean; operationId: string; summary: string } }>
  }
  expect(paths['/api/v1/notes']?.get).not.toHaveProperty('deprecated')
  expect(paths['/api/v1/papers']?.get).toMatchObject({ deprecated: true, operationId: 'getPapers', summary: 'Notes' })
})
