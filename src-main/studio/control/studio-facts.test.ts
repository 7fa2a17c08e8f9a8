import { beforeEach, expect, it } from 'vitest'
import type { Collection } from '../document/collection.ts'
import { readDocument } from '../document/files/read-document.ts'
import { testDocument, testReader } from '../document/testing/test-kinds.ts'
import type { StudioEngine } from './engine/studio-engine.ts'
import { StudioFactsReader } from './studio-facts.ts'

const show: Collection = readDocument(testDocument(), testReader())
let send: (event: object) => void
let facts: StudioFactsReader

beforeEach(() => {
  const engine = {
    onEvent(listener: (event: object) => void) {
      send = listener
      return () => undefined
    },
    statistics: () => ({ state: 'running', framesPerSecond: 30, dropped: 0, late: 0, renderMs: 4, encodings: [] }),
    videoEncodings: () => [],
    reports: () => new Map(),
  }
  facts = new StudioFactsReader({
    engine: engine as unknown as StudioEngine,
    outputs: { list: () => [] },
    collection: () => show,
    onAir: () => ['intro'],
  })
})

const levels = (...peaks: number[]) => send({ kind: 'levels', levels: peaks.map((peakDb) => ({ of: 'track:1', peakDb })) })
const drift = () => facts.read().sources.find(({ id }) => id === 'mic')?.driftPpm

it('reads the loudest level since the reading before', () => {
  levels(-20, -6)
  levels(-30)
  expect(facts.read().tracks).toEqual([{ track: 1, peakDb: -6 }])
  expect(facts.read().tracks).toEqual([])
})

it('has no levels and no drift of a studio that ended, and keeps them while it runs', () => {
  send({ kind: 'drift', drift: [{ source: 'mic', ppm: 80, missing: 0 }] })
  levels(-6)
  send({ kind: 'state', state: 'running' })
  expect(drift()).toBe(80)
  levels(-6)
  send({ kind: 'state', state: 'stopped' })
  expect([facts.read().tracks, drift()]).toEqual([[], undefined])
})

it('knows what is on air by scenes inside scenes, and what is heard beside them', () => {
  const onAir = facts.read().sources.filter((each) => each.onAir)
  expect(onAir.map(({ id }) => id)).toContain('film')
  expect(facts.read().sources.find(({ id }) => id === 'mic')).toMatchObject({ audible: true, onAir: true, gainDb: -3 })
})
