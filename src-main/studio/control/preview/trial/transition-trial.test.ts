import { readdir, readFile, stat } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { AppError } from '../../../../platform/errors.ts'
import type { Collection } from '../../../document/collection.ts'
import type { CanvasSwitch, EngineEvent } from '../../engine/studio-engine.ts'
import { TransitionTrial } from './transition-trial.ts'
import { stillKey, stillsFor, trialDocument } from './trial-document.ts'

const item = (id: string, more: object) => ({ id, visible: true, ...more })
const show = {
  id: 'show',
  canvases: [
    { id: 'main', name: 'Main', width: 640, height: 360, background: '#000000', scene: 'a' },
    { id: 'tall', name: 'Tall', width: 360, height: 640, background: '#000000', scene: 'c' },
  ],
  scenes: [
    { id: 'a', name: 'A', canvas: 'main', items: [item('1', { source: 'cam' }), item('2', { source: 'text' })], filters: [] },
    { id: 'b', name: 'B', canvas: 'main', items: [item('3', { source: 'film' }), item('4', { scene: 'a' })], filters: [] },
    { id: 'c', name: 'C', canvas: 'tall', items: [], filters: [] },
  ],
  sources: [
    { id: 'cam', name: 'Camera', kind: 'camera', settings: {}, filters: [] },
    { id: 'text', name: 'Text', kind: 'text', settings: {}, filters: [] },
    { id: 'film', name: 'Film', kind: 'media', settings: {}, filters: [], audio: { tracks: [1], monitoring: 'off', muted: true } },
    { id: 'swoosh', name: 'Swoosh', kind: 'media', settings: {}, filters: [], audio: { tracks: [1], monitoring: 'off', muted: true } },
  ],
  transitions: [
    { id: 'fade', name: 'Fade', kind: 'fade', durationMs: 300, settings: {} },
    { id: 'sting', name: 'Stinger', kind: 'stinger', durationMs: 0, settings: { source: 'swoosh' } },
    { id: 'move', name: 'Move', kind: 'move', durationMs: 300, settings: {} },
  ],
  transition: 'fade',
  outputs: [{ id: 'rec' }],
  macros: [{ id: 'm' }],
} as unknown as Collection

const wish = (transition: string, more: object = {}) => ({ transition, from: 'a', to: 'b', audible: false, ...more })
const stills = (wished: ReturnType<typeof wish>) =>
  new Map(stillsFor(show, wished).map((of, index) => [stillKey(of), `/stills/${index}.png`]))

describe('the document of a trial', () => {
  it('shows scenes as stills, and plays the stinger alone', () => {
    const document = trialDocument(show, wish('sting'), stills(wish('sting')), '1')
    expect(document.scenes.map(({ id, name, items }) => [id, name, items.length])).toEqual([
      ['from', 'A', 1],
      ['to', 'B', 1],
    ])
    expect(document.sources.map(({ kind }) => kind)).toEqual(['image', 'image', 'media'])
    expect(document.sources.map(({ audio }) => audio)).toEqual([undefined, undefined, undefined])
    expect([document.outputs, document.macros, document.canvases.length]).toEqual([[], [], 1])
    expect(document.id).not.toBe('show')
  })

  it('has the stinger heard on the monitor and on no track where that is wanted', () => {
    const [, , stinger] = trialDocument(show, wish('sting', { audible: true }), stills(wish('sting')), '1').sources
    expect(stinger?.audio).toMatchObject({ monitoring: 'only', tracks: [], muted: false })
  })

  it('moves the items themselves, with stills of what cannot be opened twice', () => {
    expect(stillsFor(show, wish('move'))).toEqual([{ scene: 'a' }, { source: 'cam' }])
    const document = trialDocument(show, wish('move'), stills(wish('move')), '1')
    const sources = new Map(document.sources.map((source) => [source.id, source.kind]))
    const shownBy = (scene: number) => document.scenes[scene]!.items.map((each) => sources.get((each as any).source))
    expect(shownBy(0)).toEqual(['image', 'text'])
    expect(shownBy(1)).toEqual(['media', 'image'])
    expect(document.sources.every(({ audio }) => audio === undefined)).toBe(true)
  })

  it.each([
    [wish('gone'), 'no transition "gone"'],
    [wish('fade', { from: 'x' }), 'no scene "x"'],
    [wish('fade', { to: 'c' }), 'different canvases'],
  ])('rejects what the show does not have: %#', (wished, why) => {
    expect(() => stillsFor(show, wished)).toThrow(why)
  })
})

/** Lets pass what a trial waits for by itself; files and what the engine says go on. */
function fakeTimers(): void {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] })
  onTestFinished(() => void vi.useRealTimers())
}

function setup() {
  const listeners = new Set<(event: EngineEvent) => void>()
  const notify = (event: object): void => {
    for (const listener of listeners) listener(event as EngineEvent)
  }
  const switched: CanvasSwitch[] = []
  let shown: Collection | undefined
  const engine = {
    setCollection: vi.fn((collection: Collection) => {
      shown = collection
    }),
    reports: () => new Map((shown?.sources ?? []).map(({ id }) => [id, { state: 'running' as const }])),
    onEvent(listener: (event: EngineEvent) => void) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    switchTo: async (switches: readonly CanvasSwitch[]) => {
      switched.push(...switches)
      if (switches[0]?.transition !== undefined) setTimeout(() => notify({ kind: 'transition-ended', canvas: 'trial', scene: 'to' }), 20)
      return { frame: 1, tookMs: 1 }
    },
    screenshot: async () => new Uint8Array([9]),
    stop: vi.fn(async () => {
      notify({ kind: 'state', state: 'off' })
    }),
  }
  const still = vi.fn(async (of: object) => {
    if ('source' in of) throw new AppError('studio.not_found', 'no video now')
    return new Uint8Array([1, 2, 3])
  })
  let viewers = 0
  const trials = new TransitionTrial({ engine, still, show: () => show, viewers: () => viewers, unseenMs: 500, leadMs: 1 })
  return { trials, engine, still, switched, shown: () => shown, watch: (count: number) => (viewers = count) }
}

describe('a trial of a transition', () => {
  let made: ReturnType<typeof setup> | undefined
  const start = () => (made = setup())
  afterEach(() => made?.trials.stop())

  it('plays from the first scene to the second, and again with other settings in the same process', async () => {
    const { trials, engine, switched, shown } = start()
    const { trial, width } = await trials.start(wish('fade'))
    expect(width).toBe(640)
    const path = String(shown()?.sources[0]?.settings.file)
    expect([...(await readFile(path))]).toEqual([1, 2, 3])
    expect((await trials.run(trial)).tookMs).toBeGreaterThanOrEqual(0)
    expect(switched.map(({ scene, transition }) => [scene, transition?.id])).toEqual([
      ['from', undefined],
      ['to', 'fade'],
    ])
    const ids = shown()?.sources.map(({ id }) => id)
    expect((await trials.start(wish('sting'), trial)).trial).toBe(trial)
    expect(shown()?.sources.some(({ id }) => ids?.includes(id))).toBe(false)
    expect(engine.stop).not.toHaveBeenCalled()
    await trials.end(trial)
    expect(engine.stop).toHaveBeenCalledOnce()
    await expect(stat(dirname(path))).rejects.toThrow('ENOENT')
    await expect(async () => trials.run(trial)).rejects.toMatchObject({ code: 'studio.not_found' })
  })

  it('is one at a time, and free again when it has ended', async () => {
    const { trials } = start()
    const { trial } = await trials.start(wish('fade'))
    await expect(trials.start(wish('fade'))).rejects.toMatchObject({ code: 'studio.busy' })
    await trials.end('another')
    await expect(trials.start(wish('fade'))).rejects.toMatchObject({ code: 'studio.busy' })
    await trials.end(trial)
    expect((await trials.start(wish('fade'))).trial).not.toBe(trial)
  })

  it('ends by itself when nobody looks', async () => {
    fakeTimers()
    const { trials, engine, watch } = start()
    watch(1)
    await trials.start(wish('fade'))
    await vi.advanceTimersByTimeAsync(60_000)
    expect(engine.stop).not.toHaveBeenCalled()
    watch(0)
    await vi.advanceTimersByTimeAsync(2000)
    expect(trials.document).toBeUndefined()
    await expect.poll(() => engine.stop.mock.calls.length).toBe(1)
  })

  it('goes on without what has no image now', async () => {
    const { trials, shown } = start()
    await trials.start(wish('move'))
    expect(shown()?.scenes[0]?.items).toHaveLength(1)
  })
})

describe('what a page may do to a trial', () => {
  let made: ReturnType<typeof setup> | undefined
  const start = () => (made = setup())
  afterEach(() => made?.trials.stop())

  it('stills of documents before are removed, however often it starts again', async () => {
    const { trials, shown } = start()
    const { trial } = await trials.start(wish('fade'))
    for (let again = 0; again < 6; again++) await trials.start(wish('fade'), trial)
    const paths = shown()!.sources.map(({ settings }) => String(settings.file))
    const left = await readdir(dirname(paths[0]!))
    expect(left.length).toBeLessThanOrEqual(2 * paths.length)
    for (const path of paths) expect(left).toContain(basename(path))
  })

  it('what waits is bounded', async () => {
    const { trials } = start()
    const { trial } = await trials.start(wish('fade'))
    const runs = Array.from({ length: 40 }, async () => trials.run(trial))
    const settled = Promise.allSettled(runs)
    await trials.end(trial)
    const busy = (await settled).filter((result) => result.status === 'rejected' && result.reason.code === 'studio.busy')
    expect(busy).toHaveLength(32)
  })

  it('ends by itself though its engine answered a run with an error', async () => {
    fakeTimers()
    const { trials, engine } = start()
    const { trial } = await trials.start(wish('fade'))
    engine.switchTo = () => Promise.reject(new AppError('studio.not_running'))
    await expect(trials.run(trial)).rejects.toMatchObject({ code: 'studio.not_running' })
    await vi.advanceTimersByTimeAsync(2000)
    expect((await trials.start(wish('fade'))).trial).not.toBe(trial)
    expect(engine.stop).toHaveBeenCalledOnce()
  })
})
