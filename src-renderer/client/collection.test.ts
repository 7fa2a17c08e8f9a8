import { afterEach, expect, test, vi } from 'vitest'
import { FollowedList } from './collection.ts'
import type { EventMessage } from './types.ts'

interface Note {
  readonly id: string
  readonly stream: string
  readonly text: string
}

const note = (id: string, text = '', stream = 'a'): Note => ({ id, text, stream })
const event = (topic: string, data: unknown): EventMessage => ({ seq: 1, time: '', topic, data })
const options = {
  path: '/notes',
  updated: ['note.updated'],
  removed: ['note.removed'],
  changed: { 'note.cleared': () => ({}) },
}
const texts = (list: FollowedList<Note>) => Object.values(list.store.getState().items).map(({ id, text }) => `${id}:${text}`)

/** The API, as far as a list sees it: answers are given one by one. */
function api() {
  const answers: ((body: unknown, status?: number) => void)[] = []
  const asked: string[] = []
  vi.stubGlobal('fetch', (url: string) => {
    asked.push(url)
    return new Promise((resolve) => answers.push((body, status = 200) => resolve(new Response(JSON.stringify(body), { status }))))
  })
  return { asked, answer: (body: unknown, status?: number) => answers.shift()?.(body, status) }
}

afterEach(() => vi.unstubAllGlobals())

test('a list is read page by page, and events that arrive meanwhile are applied behind it', async () => {
  const { asked, answer } = api()
  const list = new FollowedList<Note>(options, { stream: 'a' })
  const read = list.read()
  list.onEvent(event('note.updated', note('2', 'newer')))
  list.onEvent(event('note.removed', { id: '1' }))
  answer({ items: [note('1', 'old')], nextCursor: 'next' })
  await vi.waitFor(() => expect(asked).toHaveLength(2), 20_000)
  answer({ items: [note('2', 'old')], nextCursor: null })
  await read
  expect(asked).toEqual(['/api/v1/notes?stream=a', '/api/v1/notes?stream=a&cursor=next'])
  expect(texts(list)).toEqual(['2:newer'])
})

test('events add, replace, remove and change items, and what the filter leaves out stays out', async () => {
  const { answer } = api()
  const list = new FollowedList<Note>(options, { stream: 'a' })
  const read = list.read()
  answer({ items: [note('1', 'one')], nextCursor: null })
  await read
  list.onEvent(event('note.updated', note('1', 'changed')))
  list.onEvent(event('note.updated', note('3', 'foreign', 'b')))
  list.keep(note('2', 'kept'))
  expect(texts(list)).toEqual(['1:changed', '2:kept'])
  list.onEvent(event('note.removed', { id: '1' }))
  expect(texts(list)).toEqual(['2:kept'])
  list.onEvent(event('note.cleared', null))
  expect(texts(list)).toEqual([])
})

test('a list that was read again shows the newest reading, whichever answer comes last', async () => {
  const { answer } = api()
  const list = new FollowedList<Note>(options, {})
  const first = list.read()
  const second = list.read()
  answer({ items: [note('1', 'stale')], nextCursor: null })
  await first
  expect(list.store.getState().loaded).toBe(false)
  answer({ items: [note('1', 'fresh')], nextCursor: null })
  await second
  expect(texts(list)).toEqual(['1:fresh'])
})

test('a list that the role may not read is empty', async () => {
  const { answer } = api()
  const list = new FollowedList<Note>(options, {})
  const read = list.read()
  answer({ code: 'auth.forbidden', title: 'Not allowed' }, 403)
  await read
  expect(list.store.getState()).toEqual({ loaded: true, items: {} })
})
