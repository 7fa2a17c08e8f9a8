import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { studioKinds } from '../control/studio-kinds.ts'
import { createCollectionCheck } from './checks/collection-check.ts'
import { readDocument } from './files/read-document.ts'
import { actionFaults } from './schemas/action-schemas.ts'
import { SecretSeals } from './secrets/secret-seals.ts'
import { testBox } from './testing/test-kinds.ts'

const kinds = studioKinds
const reader = { kinds, check: createCollectionCheck({ kinds, actionFaults }), seals: new SecretSeals(testBox), rejection: () => undefined }

it.each(['docs/studio.md', 'docs/studio-collections.md'])('the collections in %s can be opened', (file) => {
  const text = readFileSync(new URL(`../../../${file}`, import.meta.url), 'utf8')
  const documents = [...text.matchAll(/```json\n([\s\S]*?)```/g)]
    .map(([, json]) => JSON.parse(json as string))
    .filter(({ format }) => format === 'ami-streams/collection')
  expect(documents).not.toEqual([])
  for (const document of documents) expect(readDocument(document, reader).scenes.length).toBeGreaterThan(0)
})

it('every kind takes settings that are left out, but for outputs that must know where to', () => {
  for (const kind of ['display', 'media', 'text', 'color', 'tone', 'microphone']) {
    const document = { format: 'ami-streams/collection', version: 1, scenes: [{ items: [] }], sources: [{ id: 'one', kind }] }
    expect(readDocument(document, reader).sources[0]?.audio !== undefined, kind).toBe(kinds.source(kind)?.sound)
  }
})
