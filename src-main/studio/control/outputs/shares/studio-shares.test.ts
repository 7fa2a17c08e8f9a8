import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import type { SharedMedia } from '../../../../media/media-shares.ts'
import type { Collection, Source } from '../../../document/collection.ts'
import type { CanvasFrames, EngineEvent, EngineState, SharedStores, StoresListener } from '../../engine/studio-engine.ts'
import { SideSources } from './side-sources.ts'
import { StudioShares } from './studio-shares.ts'

const collection = {
  canvases: [{ id: 'main', name: 'Main' }],
  sources: [
    { id: 'cam', name: 'Camera', kind: 'camera' },
    { id: 'odd', name: 'Odd', kind: 'of-another-version' },
  ],
} as unknown as Collection

/** An engine that says where stores are when the test says so. */
function engineDouble() {
  const listeners = new Set<(event: EngineEvent) => void>()
  const takers = new Map<string, StoresListener<any> & { taken: boolean }>()
  const calls: string[] = []
  const take = (of: string, listener: StoresListener<any>) => {
    const taker = Object.assign(listener, { taken: false })
    takers.set(of, taker)
    return {
      setTaken: (taken: boolean) => {
        taker.taken = taken
      },
      close: () => takers.delete(of),
    }
  }
  return {
    state: 'running' as EngineState,
    calls,
    takers,
    showFrames: (canvas: string, listener: StoresListener<CanvasFrames>) => take(`canvas:${canvas}`, listener),
    shareMedia: (of: string, listener: StoresListener<SharedStores>) => take(of, listener),
    onEvent(listener: (event: EngineEvent) => void) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    notify: (event: EngineEvent) => {
      for (const listener of listeners) listener(event)
    },
    setCollection: ({ sources }: Collection) => calls.push(`show ${sources.map(({ id }) => id)}`),
    stop: async () => void calls.push('stop'),
  }
}

function setUp() {
  const engine = engineDouble()
  const beside = engineDouble()
  const made: { kind: string; settings: object }[] = []
  const side = new SideSources({
    engine: beside,
    empty: { sources: [] } as unknown as Collection,
    sourceOf: (kind, settings) => {
      made.push({ kind, settings })
      return { id: 'shared', kind, settings } as unknown as Source
    },
    keepMs: 20,
  })
  const shares = new StudioShares({
    engine,
    side,
    collection: () => collection,
    overlays: () => [{ id: 'abcdef', name: 'Names', kind: 'lower-third' }],
    streams: () => ['evening'],
  })
  const heard: (SharedMedia | string)[] = []
  const listener = { onMedia: (media: SharedMedia) => heard.push(media), onNone: (why: string) => heard.push(why) }
  return { engine, beside, side, made, shares, heard, listener }
}

const frames = (address: string): CanvasFrames => ({ address, width: 2, height: 2, frameRate: { numerator: 30, denominator: 1 } })

describe('shares of the studio', () => {
  it('lists canvases, overlays, streams, and sources that have video or audio', () => {
    expect(setUp().shares.list()).toEqual([
      { id: 'canvas:main', kind: 'canvas', name: 'Main' },
      { id: 'overlay:abcdef', kind: 'overlay', name: 'Names' },
      { id: 'stream:evening', kind: 'stream', name: 'evening' },
      { id: 'source:cam', kind: 'source', name: 'Camera' },
    ])
  })

  it('reports a canvas when both its frames and its track are there, once for each, and what interrupts it', () => {
    const { engine, shares, heard, listener } = setUp()
    const taken = shares.take('canvas:main', listener)
    expect([...engine.takers].map(([of, each]) => [of, each.taken])).toEqual([
      ['canvas:main', true],
      ['track:1', true],
    ])
    engine.takers.get('canvas:main')!.onStores(frames('f1'))
    expect(heard).toEqual([])
    engine.takers.get('track:1')!.onStores({ frames: null, audio: 'a1' })
    engine.takers.get('canvas:main')!.onStores(frames('f1'))
    expect(heard).toEqual([{ frames: 'f1', audio: 'a1' }])
    engine.takers.get('canvas:main')!.onGap()
    engine.takers.get('track:1')!.onGap()
    engine.takers.get('track:1')!.onStores({ frames: null, audio: 'a2' })
    engine.takers.get('canvas:main')!.onStores(frames('f2'))
    expect(heard.at(-1)).toEqual({ frames: 'f2', audio: 'a2' })
    engine.notify({ kind: 'state', state: 'off' })
    expect(heard.at(-1)).toMatch(/No collection/)
    taken.close()
    expect(engine.takers.size).toBe(0)
  })

  it('says what is not there', () => {
    const { engine, shares, heard, listener } = setUp()
    for (const id of ['', 'canvas', 'overlay:unknown', 'stream:../etc', 'file:/etc/passwd']) shares.take(id, listener).close()
    expect(heard).toHaveLength(5)
    engine.state = 'off'
    shares.take('source:cam', listener)
    expect(heard.at(-1)).toMatch(/No collection/)
    engine.takers.get('source:cam')!.onFault('There is no source cam')
    expect(heard.at(-1)).toBe('There is no source cam')
  })

  it('runs overlays and streams beside the show, each once, while somebody takes them and a little longer', async () => {
    const { engine, beside, side, made, shares, listener, heard } = setUp()
    const first = shares.take('overlay:abcdef', listener)
    const second = shares.take('overlay:abcdef', { onMedia() {}, onNone() {} })
    const third = shares.take('stream:evening', listener)
    await Promise.resolve()
    expect(made).toEqual([
      { kind: 'browser', settings: { url: '/overlay/abcdef', width: 960, height: 220 } },
      { kind: 'stream', settings: { stream: 'evening' } },
    ])
    expect(beside.calls.at(-1)).toBe('show overlay-abcdef,stream-evening')
    beside.takers.get('source:stream-evening')!.onStores({ frames: 'f', audio: 'a' })
    expect(heard).toEqual([{ frames: 'f', audio: 'a' }])
    first.close()
    first.close()
    third.close()
    await Promise.resolve()
    expect(beside.calls.at(-1)).toBe('show overlay-abcdef')
    second.close()
    await sleep(60)
    expect(beside.calls.at(-1)).toBe('stop')
    shares.take('stream:evening', listener)
    await Promise.resolve()
    await Promise.resolve()
    expect(beside.calls.at(-1)).toBe('show stream-evening')
    await side.stop()
    expect(engine.takers.size).toBe(0)
  })
})
