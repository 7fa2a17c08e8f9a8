import { afterEach, describe, expect, it, vi } from 'vitest'
import { type InnerLoader, type LoaderClass, nodeLoader } from './hls-loader.ts'
import type { Nodes } from './nodes.ts'

type Callbacks = Record<'onSuccess' | 'onError' | 'onTimeout', (...all: unknown[]) => void>

/** Nodes a, b and c in this order; what a URL answers is said by `answers`. */
function setUp(answers: Record<string, number>) {
  const bases = ['https://a', 'https://b', 'https://c']
  const state = { at: 0, checked: 0, suspected: 0 }
  const nodes = {
    get base() {
      return bases[state.at]
    },
    isRouted: true,
    at: (url: string) => url.replace(/^https:\/\/[abc]/, bases[state.at] ?? ''),
    failed(base: string) {
      if (base !== bases[state.at]) return true
      if (state.at + 1 === bases.length) return false
      state.at++
      return true
    },
    check: async () => void state.checked++,
    suspect: async () => void state.suspected++,
  }
  const asked: string[] = []
  class Base implements InnerLoader {
    context: unknown = null
    stats = { aborted: false, loaded: 0, loading: { start: 0, first: 0, end: 0 } }
    load(context: never, _config: never, callbacks: never): void {
      const { url } = context as { url: string }
      const { onSuccess, onError, onTimeout } = callbacks as Callbacks
      asked.push(url)
      const code = answers[url.slice(0, 9)] ?? 200
      if (code === 200) onSuccess({ url, code }, this.stats)
      else if (code === 1) onTimeout(this.stats)
      else onError({ code, text: '' }, context)
    }
    abort(): void {}
    destroy(): void {
      this.stats.aborted = true
    }
  }
  const loader = new (nodeLoader(Base as unknown as LoaderClass, nodes as unknown as Nodes))({} as never)
  const { stats } = loader
  const said: string[] = []
  const callbacks: Callbacks = {
    onSuccess: (response) => void said.push(`loaded ${(response as { url: string }).url}`),
    onError: (error) => void said.push(`error ${(error as { code: number }).code}`),
    onTimeout: () => void said.push('timeout'),
  }
  loader.load({ url: 'https://a/live/x' } as never, { loadPolicy: {} } as never, callbacks as never)
  loader.destroy()
  return { asked, said, state, sameStats: loader.stats === stats }
}

/** A request at node a that never ends; `suspect` finds out that a is to be left for b. */
function hang(received: number, more: object = {}) {
  let base = 'https://a'
  const asked: string[] = []
  const said: string[] = []
  const nodes = {
    get base() {
      return base
    },
    isRouted: true,
    at: (url: string) => url.replace('https://a', base),
    suspect: async () => {
      base = 'https://b'
    },
  }
  class Base implements InnerLoader {
    context: unknown = null
    stats = { aborted: false, loaded: 0, loading: { start: 0, first: 0, end: 0 } }
    load(context: never, _config: never, callbacks: never): void {
      const { url } = context as { url: string }
      asked.push(url)
      if (url.startsWith('https://b')) (callbacks as Callbacks).onSuccess({ url }, this.stats)
      else Object.assign(this.stats, { loaded: received, loading: { start: 0, first: received > 0 ? 1 : 0, end: 0 } })
    }
    abort(): void {}
    destroy(): void {}
  }
  const loader = new (nodeLoader(Base as unknown as LoaderClass, nodes as unknown as Nodes))({} as never)
  const callbacks = { onSuccess: (response: { url: string }) => void said.push(response.url), ...more }
  loader.load({ url: 'https://a/live/x' } as never, { loadPolicy: {} } as never, callbacks as never)
  return { loader, asked, said }
}

describe('a request of hls.js that hangs', () => {
  afterEach(() => void vi.useRealTimers())

  it('goes to another node as soon as its own is found to be gone, also in the middle of the answer', async () => {
    for (const [received, ms] of [
      [0, 1250],
      [1000, 1550],
    ] as const) {
      vi.useFakeTimers()
      const { loader, said } = hang(received)
      await vi.advanceTimersByTimeAsync(ms)
      expect(said).toEqual(['https://b/live/x'])
      loader.destroy()
    }
  })

  it('stays where a part of its answer was passed on', async () => {
    vi.useFakeTimers()
    const { loader, asked } = hang(1000, { onProgress: () => undefined })
    await vi.advanceTimersByTimeAsync(5000)
    expect(asked).toEqual(['https://a/live/x'])
    loader.destroy()
  })
})

describe('a request of hls.js', () => {
  it('goes to the next node where one does not answer, and hls.js sees one request', () => {
    const { asked, said, sameStats } = setUp({ 'https://a': 0, 'https://b': 502 })
    expect(asked).toEqual(['https://a/live/x', 'https://b/live/x', 'https://c/live/x'])
    expect([said, sameStats]).toEqual([['loaded https://c/live/x'], true])
  })

  it('fails where no node is left', () => {
    expect(setUp({ 'https://a': 0, 'https://b': 0, 'https://c': 0 }).said).toEqual(['error 0'])
  })

  it('stays where the stream is not there, is not live, or comes late: other nodes have no more', () => {
    expect(setUp({ 'https://a': 404 })).toMatchObject({ asked: ['https://a/live/x'], said: ['error 404'] })
    expect(setUp({ 'https://a': 503 })).toMatchObject({ said: ['error 503'], state: { at: 0, checked: 1 } })
    expect(setUp({ 'https://a': 1 })).toMatchObject({ said: ['timeout'], state: { at: 0, suspected: 1 } })
  })
})
