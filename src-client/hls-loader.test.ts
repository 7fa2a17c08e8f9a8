import { describe, expect, it } from 'vitest'
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
