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
