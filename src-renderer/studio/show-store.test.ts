import { afterEach, expect, test, vi } from 'vitest'
import { deliverEvent } from '../client/event-followers.ts'
import { followShow, useShow } from './show-store.ts'

afterEach(() => vi.unstubAllGlobals())

test('an event that comes while the show is read is shown, whichever of the readings is older', async () => {
  const collection = { name: 'Show', scenes: [], sources: [], canvases: [], outputs: [], folders: [] }
  const open = (revision: number) => ({ name: 'Show', revision, collection: { ...collection, revision } })
  let documents = [open(1), open(2)]
  const late = Promise.withResolvers<void>()
  vi.stubGlobal('fetch', async (url: string) => {
    const path = url.replace('/api/v1/studio', '').split('?')[0]
    if (path === '/sources') await late.promise
    const answers: Record<string, () => unknown> = {
      '': () => ({ open: { name: 'Show' }, state: 'running', problem: null, outputs: [] }),
      '/collection': () => {
        const [next, ...rest] = documents
        if (rest.length > 0) documents = rest
        return next
      },
      '/program': () => ({ scene: 'old' }),
      '/sources': () => ({ items: [] }),
    }
    return new Response(JSON.stringify(answers[path ?? '']?.()))
  })
  const leave = followShow()
  const event = (topic: string, data: unknown): void => deliverEvent({ seq: 1, time: '', topic, data })
  await expect.poll(() => documents, { message: 'the document was read, the sources were not' }).toHaveLength(1)
  event('studio.program', { scene: 'new' })
  event('studio.changed', { revision: 2 })
  late.resolve()
  await expect.poll(() => useShow.getState().open?.revision).toBe(2)
  expect(useShow.getState().program).toEqual({ scene: 'new' })
  leave()
})

test('an edit that is announced while the document is read is read next', async () => {
  const open = (revision: number) => ({
    name: 'Show',
    revision,
    collection: { name: 'Show', scenes: [], sources: [], canvases: [], outputs: [], folders: [], revision },
  })
  let revision = 1
  let hold: Promise<void> | undefined
  let asked = 0
  vi.stubGlobal('fetch', async (url: string) => {
    const path = url.replace('/api/v1/studio', '').split('?')[0]
    const answers: Record<string, () => unknown> = {
      '': () => ({ open: { name: 'Show' }, state: 'running', problem: null, outputs: [] }),
      '/collection': () => open(revision),
      '/program': () => ({ scene: 'old' }),
      '/sources': () => ({ items: [] }),
    }
    const body = JSON.stringify(answers[path ?? '']?.())
    if (path === '/collection') {
      asked++
      await hold
    }
    return new Response(body)
  })
  const leave = followShow()
  await expect.poll(() => useShow.getState().open?.revision).toBe(1)
  const changed = (next: number): void => {
    revision = next
    deliverEvent({ seq: next, time: '', topic: 'studio.changed', data: { revision: next } })
  }
  const answer = Promise.withResolvers<void>()
  hold = answer.promise
  const before = asked
  changed(2)
  await expect.poll(() => asked).toBe(before + 1)
  // The answer that is on its way is of the revision before this one.
  changed(3)
  hold = undefined
  answer.resolve()
  await expect.poll(() => useShow.getState().open?.revision).toBe(3)
  leave()
})

test('a drag is followed by its events alone; what they do not have is read', async () => {
  const item = (id: string, x: number) => ({ id, source: id, position: { x, y: 0 } })
  const scenes = [{ id: 'talk', items: [item('logo', 0), item('other', 0)] }]
  const open = {
    name: 'Show',
    revision: 1,
    undo: null as string | null,
    redo: null,
    collection: { name: 'Show', scenes, sources: [], canvases: [], outputs: [], folders: [] },
  }
  let asked = 0
  vi.stubGlobal('fetch', async (url: string) => {
    const path = url.replace('/api/v1/studio', '').split('?')[0]
    if (path === '/collection') asked++
    const answers: Record<string, () => unknown> = {
      '': () => ({ open: { name: 'Show' }, state: 'running', problem: null, outputs: [] }),
      '/collection': () => open,
      '/program': () => ({ scene: 'talk' }),
      '/sources': () => ({ items: [] }),
    }
    return new Response(JSON.stringify(answers[path ?? '']?.()))
  })
  const leave = followShow()
  await expect.poll(() => useShow.getState().open?.collection.scenes[0]?.items).toHaveLength(2)
  await expect.poll(() => useShow.getState().open?.revision).toBe(1)
  const first = asked
  const shown = () => useShow.getState().open
  const other = shown()?.collection.scenes[0]?.items[1]
  const moved = (revision: number, items: unknown): void =>
    deliverEvent({ seq: revision, time: '', topic: 'studio.changed', data: { revision, undo: 'Move "logo"', redo: null, items } })
  for (const revision of [2, 3, 4]) moved(revision, [{ scene: 'talk', item: item('logo', revision) }])
  expect(shown()).toMatchObject({ revision: 4, undo: 'Move "logo"' })
  expect(shown()?.collection.scenes[0]?.items[0]).toMatchObject({ position: { x: 4 } })
  expect(shown()?.collection.scenes[0]?.items[1], 'what did not move is not drawn again').toBe(other)
  expect(asked).toBe(first)
  // One that came before, and one that is not in step: the document itself counts.
  moved(3, [{ scene: 'talk', item: item('logo', 3) }])
  expect(shown()?.revision).toBe(4)
  open.revision = 6
  moved(6, [{ scene: 'talk', item: item('logo', 6) }])
  await expect.poll(() => shown()?.revision).toBe(6)
  expect(asked).toBe(first + 1)
  open.revision = 7
  moved(7, [{ scene: 'gone', item: item('logo', 6) }])
  await expect.poll(() => shown()?.revision).toBe(7)
  leave()
})
