import { describe, expect, it } from 'vitest'
import type { SourceReport } from '../../../../media/source-report.ts'
import type { Collection } from '../../../document/collection.ts'
import type { EngineEvent } from '../../engine/studio-engine.ts'
import { onlyDrawn } from './only-drawn.ts'
import { SpareEngine } from './spare-engine.ts'

const item = (id: string, more: object) => ({ id, visible: true, ...more })
const document = {
  canvases: [{ id: 'main', name: 'Main', width: 640, height: 360, background: '#000000', scene: 'a' }],
  scenes: [
    { id: 'a', name: 'A', canvas: 'main', items: [item('1', { source: 'text' }), item('2', { source: 'cam' })], filters: [] },
    {
      id: 'b',
      name: 'B',
      canvas: 'main',
      items: [item('3', { group: [item('4', { source: 'color' }), item('5', { scene: 'a' })] })],
      filters: [],
    },
  ],
  sources: [
    { id: 'text', name: 'Text', kind: 'text', settings: { text: 'Hello' }, filters: [] },
    { id: 'color', name: 'Colour', kind: 'color', settings: {}, filters: [] },
    { id: 'cam', name: 'Camera', kind: 'camera', settings: {}, filters: [] },
  ],
  outputs: [{ id: 'x' }],
  macros: [],
} as unknown as Collection

/** An engine whose sources are drawn when the test says so. */
function fakeEngine() {
  const reports = new Map<string, SourceReport>()
  const listeners = new Set<(event: EngineEvent) => void>()
  const calls: string[] = []
  let shown: Collection | undefined
  return {
    calls,
    shown: () => shown,
    drawAll(): void {
      for (const { id } of shown?.sources ?? []) reports.set(id, { state: 'running' })
      for (const listener of listeners) listener({ kind: 'source' } as EngineEvent)
    },
    engine: {
      setCollection(collection: Collection): void {
        shown = collection
        calls.push(`show ${collection.scenes[0]!.name}`)
      },
      reports: () => reports,
      onEvent(listener: (event: EngineEvent) => void) {
        listeners.add(listener)
        return () => listeners.delete(listener)
      },
      async screenshot(): Promise<Uint8Array> {
        calls.push('screenshot')
        return new Uint8Array([calls.length])
      },
      setTiles() {},
      async devices() {
        calls.push('devices')
        return []
      },
      async stop(): Promise<void> {
        calls.push('stop')
      },
    },
  }
}

const turn = () => new Promise((resolve) => setImmediate(resolve))

describe('onlyDrawn', () => {
  it('keeps one scene and what the studio draws itself, under ids of its own', () => {
    const { scenes, sources, outputs } = onlyDrawn(document, 'a', 'mark')
    expect(scenes).toEqual([{ id: 'mark', name: 'A', canvas: 'main', items: [item('1', { source: 'mark-0' })], filters: [] }])
    expect(sources.map(({ id, kind }) => [id, kind])).toEqual([['mark-0', 'text']])
    expect(outputs).toEqual([])
  })

  it('keeps groups, without scenes in them', () => {
    expect(onlyDrawn(document, 'b', 'mark').scenes[0]?.items).toEqual([item('3', { group: [item('4', { source: 'mark-0' })] })])
  })

  it('rejects a scene that is not there', () => {
    expect(() => onlyDrawn(document, 'z', 'mark')).toThrow(expect.objectContaining({ code: 'studio.not_found' }))
  })
})

describe('the spare engine', () => {
  it('draws one scene after the other, each when its sources are drawn', async () => {
    const fake = fakeEngine()
    const spare = new SpareEngine({ engine: fake.engine, empty: document, keepMs: 60_000 })
    const both = Promise.all(['a', 'b'].map((scene) => spare.draw({ collection: document, scene, width: 320 })))
    await turn()
    expect(fake.calls).toEqual(['show A'])
    fake.drawAll()
    await turn()
    expect(fake.calls).toEqual(['show A', 'screenshot', 'show B'])
    fake.drawAll()
    expect(await both).toEqual([new Uint8Array([2]), new Uint8Array([4])])
    await spare.stop()
  })

  it('rejects what would wait behind too much else', async () => {
    const fake = fakeEngine()
    const spare = new SpareEngine({ engine: fake.engine, empty: document })
    const listed = Array.from({ length: 16 }, () => spare.devices('camera'))
    expect(() => spare.devices('camera')).toThrow(expect.objectContaining({ code: 'studio.busy' }))
    await Promise.all(listed)
    expect(await spare.devices('camera')).toEqual([])
    await spare.stop()
  })

  it('ends its process when nothing is left to do, and starts it again for devices', async () => {
    const fake = fakeEngine()
    const spare = new SpareEngine({ engine: fake.engine, empty: document, keepMs: 0 })
    await spare.devices('camera')
    while (!fake.calls.includes('stop')) await turn()
    await spare.devices('camera')
    expect(fake.calls.slice(0, 5)).toEqual(['show A', 'devices', 'stop', 'show A', 'devices'])
    await spare.stop()
    await expect(spare.devices('camera')).rejects.toMatchObject({ code: 'studio.not_running' })
  })
})
