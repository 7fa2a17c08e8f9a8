import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { AppError } from '../../../platform/errors.ts'
import { upgradeDocument } from '../files/document-upgrades.ts'
import { readDocument, readDocumentText } from '../files/read-document.ts'
import { SecretSeals } from '../secrets/secret-seals.ts'
import { hiddenSecret, hideSecrets } from '../secrets/settings-secrets.ts'
import { restoreSecrets } from '../secrets/stored-secrets.ts'
import { testBox, testDocument, testKinds, testReader } from '../testing/test-kinds.ts'

type Loose = Record<string, any>

/** What is said of a document: the lines of its rejection. */
function rejection(change: (document: Loose) => unknown): readonly string[] {
  const document = testDocument()
  change(document)
  try {
    readDocument(document, testReader())
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'studio.collection_invalid') throw error
    return (error.details.faults as { place: string; problem: string }[]).map(({ place, problem }) => `${place}: ${problem}`)
  }
  return []
}

describe('a collection written by hand', () => {
  it('may be short: what is left out has its usual value', () => {
    const collection = readDocument(
      { format: 'ami-streams/collection', version: 1, scenes: [{ items: [{ source: 'a' }] }], sources: [{ id: 'a', kind: 'media' }] },
      testReader(),
      undefined,
      'Sunday',
    )
    expect(collection).toMatchObject({ id: 'Sunday', name: 'Sunday', frameRate: { numerator: 30, denominator: 1 }, transition: 'cut' })
    expect(collection.canvases).toEqual([{ id: 'main', name: 'Main', width: 1920, height: 1080, background: '#000000', scene: 'scene-1' }])
    expect(collection.scenes[0]?.items[0]).toMatchObject({ id: 'scene-1-a', position: { x: 0, y: 0 }, scale: { x: 1, y: 1 }, bounds: null })
    expect(collection.sources[0]).toMatchObject({ name: 'a', audio: { tracks: [1, 2, 3, 4, 5, 6], followsVideo: true } })
    expect(collection.transitions.map(({ kind }) => kind)).toEqual(['cut', 'fade'])
  })

  it('need not have a scene for every canvas: an empty one is added', () => {
    const canvases = [{ id: 'wide' }, { id: 'tall', width: 1080, height: 1920 }]
    const collection = readDocument({ format: 'ami-streams/collection', version: 1, canvases, scenes: [{ id: 'talk' }] }, testReader())
    expect(collection.canvases.map(({ scene }) => scene)).toEqual(['talk', 'tall-scene'])
    expect(collection.scenes.map(({ id, canvas, items }) => [id, canvas, items.length])).toEqual([
      ['talk', 'wide', 0],
      ['tall-scene', 'tall', 0],
    ])
  })

  it('reads rates as people write them', () => {
    const rate = (frameRate: unknown) => readDocument({ ...testDocument(), frameRate }, testReader()).frameRate
    expect(rate(60)).toEqual({ numerator: 60, denominator: 1 })
    expect(rate(29.97)).toEqual({ numerator: 30_000, denominator: 1001 })
    expect(rate(23.976)).toEqual({ numerator: 24_000, denominator: 1001 })
    expect(rate(12.5)).toEqual({ numerator: 12_500, denominator: 1000 })
    for (const wrong of [0.5, 1000, { numerator: 240_000, denominator: 1 }])
      expect(() => rate(wrong)).toThrow(/frameRate: must be 1 to 240/)
  })

  it('of the first version opens for ever', () => {
    const text = readFileSync(new URL('../fixtures/collection-1.json', import.meta.url), 'utf8')
    const { collection, lost } = readDocumentText(text, testReader())
    expect(collection.scenes.map(({ id }) => id)).toEqual(['intro', 'talk', 'phone'])
    expect(collection.outputs[0]?.settings.key).toBe('k3y')
    expect(lost).toEqual([])
  })

  it('is brought up to date step by step, and rejected where it is newer than the program', () => {
    const upgrades = { 1: (old: Loose) => ({ name: `${old.name}!` }), 2: (old: Loose) => ({ name: `${old.name}?` }) }
    expect(upgradeDocument({ format: 'ami-streams/collection', version: 1, name: 'a' }, undefined, { version: 3, upgrades })).toMatchObject(
      { version: 3, name: 'a!?' },
    )
    expect(() => readDocument({ ...testDocument(), version: 2 }, testReader(), 'show.json')).toThrow(
      /show\.json is of version 2; this program knows versions up to 1/,
    )
  })
})

describe('a document that is no collection is rejected with every place named', () => {
  const cases: readonly (readonly [string, (document: Loose) => unknown, string])[] = [
    ['another format', (d) => (d.format = 'x'), 'format: must be "ami-streams/collection"'],
    [
      'a source that is not there',
      (d) => (d.scenes[1].items[1].group[1].source = 'cam9'),
      'scenes[1].items[1].group[1].source: no source "cam9"',
    ],
    ['a number that is too large', (d) => (d.scenes[0].items[0].opacity = 2), 'scenes[0].items[0].opacity: must be <= 1'],
    [
      'a word that is none',
      (d) => (d.scenes[0].items[1].bounds.fit = 'fill'),
      'scenes[0].items[1].bounds.fit: must be one of stretch, contain, cover, width, height, shrink',
    ],
    [
      'an unknown kind',
      (d) => (d.sources[0].kind = 'hologram'),
      'sources[0].kind: there is no kind of source "hologram" (there are color, media, tone, camera)',
    ],
    ['settings of another kind', (d) => (d.sources[0].settings.file = 'x'), 'sources[0].settings.file: no such property (there are color)'],
    [
      'a filter’s settings',
      (d) => (d.sources[1].filters[0].settings.radius = 1000),
      'sources[1].filters[0].settings.radius: must be <= 100',
    ],
    [
      'an audio filter that is one for pictures',
      (d) => (d.sources[3].audio.filters[0].kind = 'blur'),
      'sources[3].audio.filters[0].kind: there is no kind of audio filter "blur" (there are gate)',
    ],
    [
      'a track’s filter of an unknown kind',
      (d) => (d.tracks = [{ id: '4', filters: [{ kind: 'blur' }] }]),
      'tracks[3].filters[0].kind: there is no kind of audio filter "blur" (there are gate)',
    ],
    ['a track that there is not', (d) => (d.tracks = [{ id: '7' }]), 'tracks: has more than 6 entries'],
    ['an id twice', (d) => (d.scenes[2].items[0].id = 'g-cam'), 'scenes[2].items[0].id: "g-cam" is taken'],
    [
      'scenes in a circle',
      (d) => d.scenes[0].items.push({ id: 'round', scene: 'talk' }),
      'scenes[0].items: scenes contain each other: intro in talk in intro',
    ],
    ['following on the same canvas', (d) => (d.scenes[2].follows = 'phone'), 'scenes[2].follows: the scene "phone" is on the same canvas'],
    [
      'a canvas with a scene of another',
      (d) => (d.canvases[1].scene = 'intro'),
      'canvases[1].scene: the scene "intro" is made for another canvas',
    ],
    ['a transition that is not there', (d) => (d.transition = 'spin'), 'transition: no transition "spin"'],
    ['an odd size', (d) => (d.canvases[0].width = 1919), 'canvases[0].width: must be multiple of 2'],
    ['an output without its address', (d) => delete d.outputs[0].settings.url, 'outputs[0].settings.url: is missing'],
    ['no scene at all', (d) => (d.scenes = []), 'scenes: needs at least 1'],
    ['something else in a list', (d) => (d.sources[1] = 7), 'sources[1]: must be an object'],
    ['no object', (d) => (d.sources = 'none'), 'sources: must be a list'],
  ]
  it.each(cases)('%s', (_name, change, line) => {
    expect(rejection(change)).toContain(line)
  })

  it('settings and references at once, up to twenty', () => {
    const both = rejection((document) => {
      document.sources[0].settings.file = 'x'
      document.scenes[0].items[0].source = 'cam9'
    })
    expect(both.map((line) => line.split(':')[0])).toEqual(['sources[0].settings.file', 'scenes[0].items[0].source'])
    const faults = rejection((document) => {
      document.sources = Array.from({ length: 50 }, (_, index) => ({ id: `s${index}`, kind: 'none' }))
    })
    expect(faults).toHaveLength(20)
  })

  it('with what is beneath all reading: depth, text that is not JSON', () => {
    const deep = `${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}`
    expect(() => readDocumentText(deep, testReader(), 'deep.json')).toThrow(/deep\.json: the document: is nested more than 40 deep/)
    const scenes = [{ id: 'one', items: Array.from({ length: 3000 }, () => ({ source: 'x' })) }]
    const long = JSON.stringify({ format: 'ami-streams/collection', version: 1, scenes })
    expect(() => readDocumentText(long, testReader(), 'long.json')).toThrow(/long\.json: scenes\[0\]\.items: has 3000 entries/)
    expect(() => readDocumentText('{"format":', testReader(), 'cut.json')).toThrow(/cut\.json: the document: is not JSON/)
    expect(() => readDocumentText('{"__proto__":{"format":"ami-streams/collection"}}', testReader())).toThrow(/__proto__/)
  })
})

describe('secrets of settings', () => {
  it('are encrypted in the file, hidden in answers, and the same again when they come back hidden', () => {
    const reader = testReader()
    const collection = readDocument(testDocument(), reader)
    const encrypted = reader.seals.encrypt(collection, testKinds)
    expect(encrypted.outputs[0]?.settings).toEqual({ url: 'rtmps://a.example/live', key: 'sealed:box(k3y)' })
    expect(JSON.stringify(encrypted)).not.toContain('"pass word"')
    expect(readDocumentText(JSON.stringify(encrypted), reader).collection).toEqual(collection)

    const hidden = hideSecrets(collection, testKinds)
    expect(hidden.sources[2]?.settings.password).toBe(hiddenSecret)
    expect(hidden.scenes).toBe(collection.scenes)
    expect(restoreSecrets(hidden, collection, testKinds)).toEqual({ document: collection, missing: [], elsewhere: [] })
    const stranger = { ...hidden, outputs: [{ ...hidden.outputs[0], id: 'other' }] }
    expect(restoreSecrets(stranger, collection, testKinds).missing).toEqual(['outputs/other/settings/key'])
  })

  it('of another machine are left out and named', () => {
    const { document, lost } = new SecretSeals({
      ...testBox,
      open: () => {
        throw new Error('another key')
      },
    }).open({ outputs: [{ id: 'yt', kind: 'rtmp', settings: { url: 'rtmp://a/b', key: 'sealed:box(k)' } }] }, testKinds)
    expect(lost).toEqual(['outputs/yt/settings/key'])
    expect(document.outputs[0]?.settings).toEqual({ url: 'rtmp://a/b' })
  })
})
