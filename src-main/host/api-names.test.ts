import { expect, it } from 'vitest'
import { apiNames, missingNames, readNames, writeNames } from './api-names.ts'

const json = (schema: object) => ({ content: { 'application/json': { schema } } })
const object = (...names: string[]) => ({ type: 'object', properties: Object.fromEntries(names.map((name) => [name, { type: 'string' }])) })
const deep = { type: 'object', properties: { one: { type: 'object', properties: { two: object('three', 'four') } } } }

function names(query: readonly string[], body: object, answer: object) {
  const post = {
    parameters: [{ in: 'path', name: 'id', schema: {} }, ...query.map((name) => ({ in: 'query', name, schema: {} }))],
    requestBody: json(body),
    responses: { 200: json(answer), default: json(object('title', 'code')) },
  }
  return apiNames({ paths: { '/api/v1/notes/{id}': { post } } })
}

it('lists the routes, and of each what it may be sent and answers', () => {
  const items = { type: 'object', properties: { items: { type: 'array', items: { anyOf: [object('id'), { type: 'null' }] } } } }
  expect(writeNames(names(['cursor', 'about'], { anyOf: [object('text'), deep] }, items))).toBe(
    [
      'POST /notes/*',
      'POST /notes/* answer: items items[].id',
      'POST /notes/* body: one one.two one.two.four one.two.three text',
      'POST /notes/* query: about cursor\n',
    ].join('\n'),
  )
})

it('finds what disappeared, and nothing in what was added', () => {
  const before = readNames(writeNames(names(['cursor'], object('text', 'label'), object('id'))))
  expect(missingNames(before, before)).toEqual([])
  expect(missingNames(before, names(['cursor', 'since'], object('text', 'label', 'colour'), object('id', 'url')))).toEqual([])
  expect(missingNames(before, names([], object('text', 'title'), object('id')))).toEqual([
    'POST /notes/* body label',
    'POST /notes/* query',
  ])
  expect(missingNames(before, new Map())).toContain('POST /notes/*')
})
