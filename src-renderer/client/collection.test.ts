import { afterEach, expect, test, vi } from 'vitest'
import { Collection, FollowedList } from './collection.ts'
import { PendingAnswers } from './pending-answers.ts'
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
const newList = (filter: Readonly<Record<string, string>>) => new FollowedList<Note>(options, filter, new PendingAnswers())
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
  const list = newList({ stream: 'a' })
  const read = list.read()
  list.onEvent(event('note.updated', note('2', 'newer')))
  list.onEvent(event('note.removed', { id: '1' }))
  answer({ items: [note('1', 'old')], nextCursor: 'next' })
  await vi.waitFor(() => expect(asked).toHaveLength(2), { interval: 2, timeout: 20_000 })
  answer({ items: [note('2', 'old')], nextCursor: null })
  await read
  expect(asked).toEqual(['/api/v1/notes?stream=a', '/api/v1/notes?stream=a&cursor=next'])
  expect(texts(list)).toEqual(['2:newer'])
})

test('events add, replace, remove and change items, and what the filter leaves out stays out', async () => {
  const { answer } = api()
  const list = newList({ stream: 'a' })
  const read = list.read()
  answer({ items: [note('1', 'one')], nextCursor: null })
  await read
  list.onEvent(event('note.updated', note('1', 'changed')))
  list.onEvent(event('note.updated', note('3', 'foreign', 'b')))
  list.put(note('2', 'kept'))
  expect(texts(list)).toEqual(['1:changed', '2:kept'])
  list.onEvent(event('note.removed', { id: '1' }))
  expect(texts(list)).toEqual(['2:kept'])
  list.onEvent(event('note.cleared', null))
  expect(texts(list)).toEqual([])
})

test('a list that was read again shows the newest reading, whichever answer comes last', async () => {
  const { answer } = api()
  const list = newList({})
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
  const list = newList({})
  const read = list.read()
  answer({ code: 'auth.forbidden', title: 'Not allowed' }, 403)
  await read
  expect(list.store.getState()).toEqual({ loaded: true, items: {} })
})

/** A collection that a component uses, with its list read; `send` sends a request whose answer the test gives. */
async function followed() {
  const { answer } = api()
  const collection = new Collection<string, Note>(options)
  const list = collection.list({})
  collection.follow(list)
  answer({ items: [note('1', 'read')], nextCursor: null })
  await expect.poll(() => texts(list)).toEqual(['1:read'])
  const send = () => {
    const { promise, resolve } = Promise.withResolvers<Note>()
    const kept = collection.keep(promise)
    return async (answered: Note) => {
      resolve(answered)
      await kept
    }
  }
  return { answer, list, send }
}

test('an answer is shown before its event, and left out behind an event that came while it was on its way', async () => {
  const { list, send } = await followed()
  await send()(note('1', 'answered'))
  expect(texts(list)).toEqual(['1:answered'])
  const putOnAir = send()
  list.onEvent(event('note.updated', note('1', 'on-air')))
  await putOnAir(note('1', 'waiting'))
  expect(texts(list), 'the event was newer').toEqual(['1:on-air'])
  const change = send()
  list.onEvent(event('note.removed', { id: '1' }))
  await change(note('1', 'ghost'))
  expect(texts(list), 'it was removed meanwhile').toEqual([])
})

test('an answer that comes while the list is read is not lost behind the older reading, and is older than a reading that started later', async () => {
  const { answer, list, send } = await followed()
  const read = list.read()
  await send()(note('2', 'made meanwhile'))
  answer({ items: [note('1', 'read')], nextCursor: null })
  await read
  expect(texts(list)).toEqual(['1:read', '2:made meanwhile'])
  const rename = send()
  const again = list.read()
  list.onEvent(event('note.updated', note('2', 'renamed twice')))
  answer({ items: [note('1', 'read'), note('2', 'renamed once')], nextCursor: null })
  await again
  await rename(note('2', 'renamed once'))
  expect(texts(list)).toEqual(['1:read', '2:renamed twice'])
})

test('an item that the filter no longer selects leaves the list', async () => {
  const { answer } = api()
  const list = newList({ stream: 'a' })
  const read = list.read()
  answer({ items: [note('1', 'one')], nextCursor: null })
  await read
  list.onEvent(event('note.updated', note('1', 'moved', 'b')))
  expect(texts(list)).toEqual([])
})
