import { Type } from 'typebox'
import { createCollectionCheck } from '../checks/collection-check.ts'
import type { CollectionKinds } from '../collection-kinds.ts'
import type { DocumentReader } from '../files/read-document.ts'
import type { ReferenceRejection } from '../references/authorship.ts'
import { referenceText } from '../references/reference-text.ts'
import { SecretSeals } from '../secrets/secret-seals.ts'
import { secretText } from '../secrets/secret-text.ts'
import { transitionKinds } from '../transition-kinds.ts'

const exactly = { additionalProperties: false }
const color = {
  kind: 'color',
  pictures: true,
  sound: false,
  settings: Type.Object({ color: Type.String({ default: '#ffffff' }) }, exactly),
}
const media = {
  kind: 'media',
  pictures: true,
  sound: true,
  settings: Type.Object({ file: referenceText('path', { default: '' }), loop: Type.Boolean({ default: false }) }, exactly),
}
const tone = {
  kind: 'tone',
  pictures: false,
  sound: true,
  settings: Type.Object({ hz: Type.Number({ default: 440, minimum: 20 }) }, exactly),
}
const camera = {
  kind: 'camera',
  pictures: true,
  sound: false,
  settings: Type.Object({ url: referenceText('url', { default: '' }), password: secretText({ default: '' }) }, exactly),
}
const blur = { kind: 'blur', settings: Type.Object({ radius: Type.Number({ default: 4, maximum: 100 }) }, exactly) }
const gate = { kind: 'gate', settings: Type.Object({ openDb: Type.Number({ default: -40 }) }, exactly) }
const rtmp = {
  kind: 'rtmp',
  sound: true,
  encodes: true,
  settings: Type.Object(
    { url: referenceText('url', {}), key: secretText({ default: '' }), certificate: Type.Optional(Type.String()) },
    exactly,
  ),
}

const sources = [color, media, tone, camera]

/** A few kinds for tests of documents: what the real ones are made of is not their matter. */
export const testKinds: CollectionKinds = {
  source: (kind) => sources.find((each) => each.kind === kind),
  filter: (kind) => (kind === 'blur' ? blur : undefined),
  audioFilter: (kind) => (kind === 'gate' ? gate : undefined),
  output: (kind) => (kind === 'rtmp' ? rtmp : undefined),
  transition: (kind) => transitionKinds.find((each) => each.kind === kind),
  names: (of) =>
    ({ source: sources, filter: [blur], 'audio filter': [gate], output: [rtmp], transition: transitionKinds })[of].map(({ kind }) => kind),
}

/** Seals that can be seen through. */
export const testBox = {
  encrypt: (secret: string) => `box(${secret})`,
  open: (encrypted: string) => {
    if (!/^box\(.*\)$/s.test(encrypted)) throw new Error('not of this box')
    return encrypted.slice(4, -1)
  },
}

/** `refusal`: what may not be named; everything may where it is left out. */
export function testReader(rejection: ReferenceRejection = () => undefined): DocumentReader {
  return {
    kinds: testKinds,
    check: createCollectionCheck({ kinds: testKinds, actionFaults: () => [] }),
    seals: new SecretSeals(testBox),
    rejection,
  }
}

/** A show with two canvases, a group, a nested scene, filters, and secrets. */
export function testDocument(): Record<string, unknown> {
  return {
    format: 'ami-streams/collection',
    version: 1,
    name: 'Evening show',
    canvases: [
      { id: 'main', name: 'Wide' },
      { id: 'tall', width: 1080, height: 1920 },
    ],
    scenes: [
      {
        id: 'intro',
        items: [
          { id: 'i-back', source: 'back' },
          { id: 'i-film', source: 'film', position: { x: 100 }, bounds: { width: 640, height: 360 } },
        ],
      },
      {
        id: 'talk',
        filters: [{ id: 'soft', kind: 'blur' }],
        items: [
          { id: 'i-intro', scene: 'intro', scale: 0.5 },
          {
            id: 'pair',
            group: [
              { id: 'g-back', source: 'back' },
              { id: 'g-cam', source: 'cam', position: { x: 40, y: 30 } },
            ],
          },
        ],
      },
      { id: 'phone', canvas: 'tall', follows: 'talk', items: [{ id: 'p-cam', source: 'cam' }] },
    ],
    sources: [
      { id: 'back', kind: 'color', settings: { color: '#102030' } },
      {
        id: 'film',
        kind: 'media',
        settings: { file: '/show/film.mp4' },
        filters: [{ id: 'film-blur', kind: 'blur', settings: { radius: 2 } }],
      },
      { id: 'cam', kind: 'camera', settings: { url: 'rtsp://10.0.0.9/1', password: 'pass word' } },
      { id: 'mic', kind: 'tone', audio: { gainDb: -3, filters: [{ id: 'mic-gate', kind: 'gate' }] } },
    ],
    outputs: [{ id: 'yt', name: 'YouTube', kind: 'rtmp', settings: { url: 'rtmps://a.example/live', key: 'k3y' } }],
    macros: [{ id: 'go', hotkeys: ['Ctrl+1'], actions: [{ do: 'switch', scene: 'talk' }] }],
  }
}
