import { expect, it } from 'vitest'
import { apiTypesDocument } from './api-types-document.ts'

const json = (schema: object) => ({ content: { 'application/json': { schema } } })
const text = { type: 'string' }
const note = {
  type: 'object',
  required: ['id', 'kind', 'owner', 'at'],
  properties: {
    id: text,
    kind: { anyOf: [{ const: 'long' }, { type: 'string', enum: ["it's", 'short'] }] },
    owner: { anyOf: [text, { type: 'null' }] },
    at: { type: 'array', items: { type: 'integer' } },
    'text-size': { type: 'number' },
  },
}

/** The part of the document that describes the routes, and the names that it uses. */
function typesOf(paths: Parameters<typeof apiTypesDocument>[0]['paths']): string[] {
  return apiTypesDocument({ paths })
    .split('\n')
    .slice(7)
    .filter((line) => line !== '')
}

it('writes the routes as a tree, with what each is sent and answers', () => {
  expect(
    typesOf({
      '/api/v1/notes/{id}': {
        get: { responses: { 200: json(note), default: json({ type: 'object' }) } },
        delete: { responses: { 204: {} } },
      },
      '/api/v1/notes': {
        get: { responses: { 200: json({ type: 'object', required: ['items'], properties: { items: { type: 'array', items: note } } }) } },
      },
    }),
  ).toEqual([
    '  notes: {',
    '    GET: { answer: { items: NotesItem[] } }',
    "    '*': {",
    '      GET: { answer: NotesItem }',
    '      DELETE: { answer: undefined }',
    '    }',
    '  }',
    '}',
    "type NotesItem = { id: string; kind: 'long' | 'it\\'s' | 'short'; owner: string | null; at: number[]; 'text-size'?: number }",
  ])
})

it('leaves out routes at old names', () => {
  expect(
    typesOf({
      '/api/v1/notes': { get: { responses: { 204: {} } }, post: { deprecated: true, responses: { 204: {} } } },
      '/api/v1/papers': { get: { deprecated: true, responses: { 204: {} } } },
    }),
  ).toEqual(['  notes: {', '    GET: { answer: undefined }', '  }', '}'])
})

it('lets a body leave out what has a default, and come from lists that nobody changes', () => {
  const order = {
    type: 'object',
    required: ['tags', 'lasts'],
    properties: {
      tags: { type: 'array', items: { anyOf: [text, { type: 'null' }] } },
      lasts: { type: 'boolean', default: true },
      more: { type: 'object', patternProperties: { '^.*$': { type: 'number' } } },
      none: { type: 'object', additionalProperties: false },
      any: {},
    },
  }
  expect(typesOf({ '/api/v1/orders': { put: { requestBody: json(order), responses: { 200: json(order) } } } })).toEqual([
    '  orders: {',
    '    PUT: { body: { tags: readonly (string | null)[]; lasts?: boolean | undefined; more?: Record<string, number> | undefined; ' +
      'none?: Record<string, never> | undefined; any?: unknown | undefined }; ' +
      'answer: { tags: (string | null)[]; lasts: boolean; more?: Record<string, number>; none?: Record<string, never>; any?: unknown } }',
    '  }',
    '}',
  ])
})
