import { isDeepStrictEqual } from 'node:util'
import Value from 'typebox/value'
import { expect, it } from 'vitest'
import { numbersFrom } from '../../formats/testing/random.ts'
import { AppError } from '../../platform/errors.ts'
import { changedPlaces } from './changed-places.ts'
import type { Collection } from './collection.ts'
import { applyEdits } from './edits/apply-edits.ts'
import { nameEdits } from './edits/edit-names.ts'
import { type Edit, EditSchema } from './edits/edit-schemas.ts'
import { applyPatch, patchBetween } from './edits/patch.ts'
import { readDocument, readDocumentText } from './files/read-document.ts'
import { hideSecrets } from './secrets/settings-secrets.ts'
import { restoreSecrets } from './secrets/stored-secrets.ts'
import { shareStructure } from './share-structure.ts'
import { testDocument, testKinds, testReader } from './testing/test-kinds.ts'

const odd: readonly unknown[] = [
  null,
  true,
  -1,
  1e300,
  0.5,
  '',
  'intro',
  'cam',
  '••••',
  'x'.repeat(5000),
  [],
  {},
  [[]],
  { id: 'intro' },
  { kind: 'color' },
  '#zz',
  [null],
]

/** Changes some values, names and lists of a document at random. */
function mutate(value: unknown, next: () => number, rate: number): unknown {
  if (next() < rate) return odd[Math.floor(next() * odd.length)]
  if (Array.isArray(value)) {
    const list = value.map((each) => mutate(each, next, rate))
    if (next() < rate) list.splice(Math.floor(next() * list.length), 1)
    if (next() < rate && list.length > 0) list.push(list[0])
    return list
  }
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([name, inner]) => [next() < rate / 2 ? `${name}x` : name, mutate(inner, next, rate)] as const)
  return Object.fromEntries(entries.filter(() => next() >= rate / 2))
}

/** The error, unless it is one of the catalogue. */
function strange(work: () => unknown): unknown {
  try {
    work()
    return undefined
  } catch (error) {
    return error instanceof AppError && error.code !== 'internal' ? undefined : error
  }
}

it('no document makes the reader throw anything but an error that names the place', () => {
  const next = numbersFrom(7)
  const reader = testReader()
  const text = JSON.stringify(readDocument(testDocument(), reader))
  for (let round = 0; round < 25; round++) {
    const document = mutate(testDocument(), next, 0.02 + next() * 0.1)
    expect(
      strange(() => readDocument(document, reader)),
      JSON.stringify(document).slice(0, 400),
    ).toBeUndefined()
    const at = Math.floor(next() * text.length)
    const cut = text.slice(0, at) + '{}[]",:0é\u0000'.charAt(Math.floor(next() * 12)) + text.slice(at + Math.floor(next() * 3))
    expect(strange(() => readDocumentText(cut, reader))).toBeUndefined()
  }
})

it('no edit makes anything but a collection, an undo that leads back, or an error of the catalogue', () => {
  const next = numbersFrom(11)
  const reader = testReader()
  const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)] as T
  const templates: readonly Edit[] = [
    { do: 'add', to: 'scenes/intro/items', value: { source: 'cam', position: { x: 1 }, group: [{ source: 'back' }] }, index: 1 },
    { do: 'add', to: 'sources', value: { kind: 'media', settings: { loop: true }, audio: { pan: 0.5 } } },
    { do: 'change', at: 'scenes/talk/items/pair', changes: { scale: 2, bounds: { width: 100, height: 100 }, group: [] } },
    { do: 'change', at: 'sources/mic', changes: { audio: { filters: [{ kind: 'gate' }] }, settings: { hz: null } } },
    { do: 'change', at: 'outputs/yt', changes: { video: null, settings: { key: '••••' } } },
    { do: 'remove', at: 'sources/cam' },
    { do: 'remove', at: 'scenes/intro' },
    { do: 'move', at: 'scenes/talk/items/g-cam', to: 'scenes/intro/items', index: 0 },
    { do: 'group', scene: 'intro', items: ['i-back', 'i-film'], name: 'Both' },
    { do: 'ungroup', at: 'scenes/talk/items/pair', size: { width: 10, height: 10 } },
    { do: 'duplicate', at: 'scenes/talk', sources: 'copy' },
    { do: 'paste', scene: 'phone', items: [{ source: 'cam' }], sources: [{ id: 'cam', kind: 'camera' }] },
  ]
  let current: Collection = readDocument(testDocument(), reader)
  let done = 0
  for (let round = 0; round < 160; round++) {
    const edit = (next() < 0.4 ? pick(templates) : { ...(mutate(pick(templates), next, 0.08) as object), do: pick(templates).do }) as Edit
    // The endpoint rejects the rest.
    if (!Value.Check(EditSchema, edit)) continue
    const before = current
    const fault = strange(() => {
      const { collection } = applyEdits(before, [edit], testKinds)
      const { document } = restoreSecrets(collection, before, testKinds)
      const checked = reader.check.check(document)
      expect(typeof nameEdits([edit], before, checked)).toBe('string')
      expect(applyPatch(checked, patchBetween(checked, before))).toEqual(before)
      const shared = shareStructure(before, structuredClone(checked))
      expect(shared).toEqual(checked)
      expect(changedPlaces(before, shared).length === 0).toBe(isDeepStrictEqual(before, checked))
      expect(reader.check.faults(hideSecrets(checked, testKinds))).toEqual([])
      current = checked
      done++
    })
    expect(fault, JSON.stringify(edit).slice(0, 400)).toBeUndefined()
  }
  expect(done).toBeGreaterThan(20)
})
