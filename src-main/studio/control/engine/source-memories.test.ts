import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { Collection } from '../../document/collection.ts'
import { SourceMemories } from './source-memories.ts'

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

const show = (sources: Record<string, string>, id = 'show'): Collection =>
  ({ id, sources: Object.entries(sources).map(([each, kind]) => ({ id: each, kind })) }) as unknown as Collection

/** A host's store, which outlives it. */
function stored(resumeWithinMs = 600_000) {
  let kept: string | undefined
  let writes = 0
  const write = (value: unknown): void => {
    kept = value === undefined ? undefined : JSON.stringify(value)
    writes++
  }
  return {
    host: () => new SourceMemories({ read: () => kept && JSON.parse(kept), write, resumeWithinMs: () => resumeWithinMs }),
    get writes() {
      return writes
    },
  }
}

it('keeps what sources of the show keep, and deletes what is removed or becomes another kind', () => {
  const memories = stored().host()
  memories.follow(show({ film: 'media', count: 'timer', gone: 'media' }))
  for (const id of ['film', 'count', 'gone', 'stranger']) memories.set(id, { atMs: 5 })
  memories.follow(show({ film: 'media', count: 'clock' }))
  expect(memories.all).toEqual({ film: { atMs: 5 } })
  memories.set('film', undefined)
  expect(memories.all).toEqual({})
})

it('hands it to the host that follows one that was killed, for the same show, within the time', () => {
  const read = (host: SourceMemories, id?: string): unknown => {
    host.follow(show({ film: 'media' }, id))
    return host.all.film
  }
  for (const [id, found] of [
    ['show', { atMs: 2 }],
    ['other', undefined],
  ] as const) {
    const store = stored()
    const killed = store.host()
    killed.follow(show({ film: 'media' }))
    killed.set('film', { atMs: 1 })
    killed.set('film', { atMs: 2 })
    // A film needs no new memory while it plays on, however long that is.
    vi.advanceTimersByTime(40 * 60_000)
    expect(read(store.host(), id)).toEqual(found)
  }
})

it.each([
  ['a person ended the show', false, 600_000, undefined],
  ['the host was away for too long', true, 600_000, 601_000],
  ['sources are not to go on by themselves', true, 0, undefined],
])('does not where %s', (_, goesOn, resumeWithinMs, awayMs) => {
  const store = stored(resumeWithinMs)
  const first = store.host()
  first.follow(show({ film: 'media' }))
  first.set('film', { atMs: 1 })
  first.end(goesOn)
  if (awayMs !== undefined) vi.setSystemTime(Date.now() + awayMs)
  const next = store.host()
  next.follow(show({ film: 'media' }))
  expect(next.all).toEqual({})
})

it('writes once a second at most', () => {
  const store = stored()
  const memories = store.host()
  memories.follow(show({ film: 'media' }))
  for (let second = 0; second < 100; second++) {
    memories.set('film', { atMs: second })
    vi.advanceTimersByTime(50)
  }
  expect(store.writes).toBeLessThan(8)
  memories.end(true)
  const next = store.host()
  next.follow(show({ film: 'media' }))
  expect(next.all).toEqual({ film: { atMs: 99 } })
})
