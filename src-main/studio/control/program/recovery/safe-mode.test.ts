import { expect, test } from 'vitest'
import type { Collection, Source } from '../../../document/collection.ts'
import { SafeMode } from './safe-mode.ts'

const source = (id: string, kind: string): Source => ({ id, name: id, kind, settings: { url: id }, filters: [] }) as unknown as Source
const collection = { sources: [source('page', 'browser'), source('film', 'media'), source('text', 'text')] } as unknown as Collection
const kinds = (of: Collection): readonly string[] => of.sources.map(({ kind }) => kind)

function start(forced = false, kept: Record<string, unknown> = {}) {
  let nowMs = 1000
  const store = {
    get: (key: string) => kept[key],
    set: (key: string, value: unknown) => {
      kept[key] = value
    },
  }
  let changes = 0
  const safe = new SafeMode({ store, forced, now: () => nowMs, onChange: () => changes++ })
  return { safe, kept, changes: () => changes, pass: (ms: number) => (nowMs += ms) }
}

test('leaves out browser sources while it is on, and hands on everything else as it is', () => {
  const { safe, changes } = start()
  expect(safe.apply(collection)).toBe(collection)
  safe.set(true)
  const shown = safe.apply(collection)
  expect(kinds(shown)).toEqual(['left-out', 'media', 'text'])
  expect(shown.sources[0]).toMatchObject({ id: 'page', name: 'page', settings: {} })
  expect(shown.sources[1]).toBe(collection.sources[1])
  // The engine compares by identity: what has not changed must not start again.
  expect(safe.apply(collection).sources[0]).toBe(shown.sources[0])
  safe.set(false)
  expect(safe.apply(collection)).toBe(collection)
  expect(changes()).toBe(2)
})

test('leaves out sources whose processes crashed three times within an hour', () => {
  const { safe, pass, changes } = start(true)
  safe.noteCrash('text')
  pass(61 * 60_000)
  safe.noteCrash('film', 2)
  safe.noteCrash('text', 2)
  expect(kinds(safe.apply(collection))).toEqual(['left-out', 'media', 'text'])
  expect(changes()).toBe(0)
  safe.noteCrash('film')
  expect(kinds(safe.apply(collection))).toEqual(['left-out', 'left-out', 'text'])
  expect(changes()).toBe(1)
})

test('is on again at the next start until somebody leaves it, who gives every source a clean record', () => {
  const { safe, kept } = start()
  safe.noteCrash('film', 3)
  safe.set(true)
  const next = start(false, kept)
  expect(kinds(next.safe.apply(collection))).toEqual(['left-out', 'left-out', 'text'])
  next.safe.set(false)
  const last = start(true, kept)
  expect(kinds(last.safe.apply(collection))).toEqual(['left-out', 'media', 'text'])
})

test('is offered when the process of the studio is lost three times in ten minutes', () => {
  const { safe, pass, changes } = start()
  for (const minutes of [0, 6, 6]) {
    pass(minutes * 60_000)
    safe.noteLoss()
  }
  expect([safe.losesOften, changes()]).toEqual([false, 0])
  pass(60_000)
  safe.noteLoss()
  expect([safe.losesOften, changes()]).toEqual([true, 1])
  pass(5 * 60_000)
  expect(safe.losesOften).toBe(false)
})
