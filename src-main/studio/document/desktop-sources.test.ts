import { expect, it } from 'vitest'
import type { AppError } from '../../platform/errors.ts'
import type { Principal } from '../../platform/routes/principal.ts'
import { openReach } from '../../platform/testing/open-reach.ts'
import type { Collection } from './collection.ts'
import { findSourceKind } from './kinds/source-kinds.ts'
import { type Author, type Authoring, withAuthors } from './references/authorship.ts'
import { createReferenceRejection } from './references/reference-rejection.ts'
import { stripRejected } from './references/strip-rejected.ts'
import { testKinds } from './testing/test-kinds.ts'

/** Who may put a desktop into a show: the desktop part says who may see it, here a double of it. */

const kinds = { ...testKinds, source: findSourceKind }
const sees = (principal: Principal | undefined, display: string): boolean =>
  (principal?.id === 'token:ann' || principal?.role === 'admin') && display === 'shared'
const rejection = createReferenceRejection(() => openReach, {
  rejection(principal, display, what) {
    if (!sees(principal, display)) return `there is no desktop "${display}" that you may see`
    return what === 'see' || principal?.role === 'admin' ? undefined : 'you may not hear it'
  },
})
const ann: Author = { actor: 'token:ann', limited: true, principal: { id: 'token:ann', role: 'editor' } }
const bob: Author = { actor: 'token:bob', limited: true, principal: { id: 'token:bob', role: 'editor' } }
/** A rule, say, or a program that speaks the protocol of OBS. */
const nobody: Author = { actor: 'token:ann', limited: false }

const owner: Author = { actor: 'token:owner', limited: false, principal: { id: 'token:owner', role: 'admin' } }

const show = (...devices: readonly string[]) =>
  ({
    sources: devices.map((device, index) => ({
      id: `s${index}`,
      name: `Source ${index}`,
      kind: 'desktop-display',
      settings: { device },
      filters: [],
    })),
    scenes: [],
    outputs: [],
    macros: [],
  }) as unknown as Collection
function result(before: Collection | undefined, after: Collection, author: Author, how: Authoring['how'] = 'anew'): string {
  try {
    withAuthors(before, after, { author, how }, { kinds, rejection })
    return 'allowed'
  } catch (error) {
    return (error as AppError).code
  }
}

it('is one who may see it, and nobody else: by an edit, a new document, undo and a version alike', () => {
  for (const before of [undefined, show(), show('other')]) {
    for (const how of ['anew', 'back'] as const) {
      expect([ann, bob, nobody].map((author) => result(before, show('shared'), author, how))).toEqual([
        'allowed',
        'desktop.forbidden',
        'desktop.forbidden',
      ])
      expect(result(before, show('shared', 'another'), ann, how)).toBe('desktop.forbidden')
    }
  }
  expect(result(show('shared'), show('another'), bob)).toBe('desktop.forbidden')
})

it('lets others move and copy what the show has, and take it out', () => {
  expect(result(show('shared'), show('shared', 'shared', ''), bob)).toBe('allowed')
  expect(result(show('shared'), show(), bob)).toBe('allowed')
})

it('leaves it out of an imported collection of somebody who may not see it', () => {
  const left = (author: Author) => stripRejected(show('shared'), author, { kinds, rejection }).leftOut
  expect(left(ann)).toEqual([])
  expect(left(bob)).toEqual([{ place: 'source "Source 0"', reason: 'there is no desktop "shared" that you may see' }])
})

/** A show with a desktop that is heard, or not. */
function heard(audio: boolean): Collection {
  const seen = show('shared')
  return { ...seen, sources: seen.sources.map((source) => ({ ...source, settings: { ...source.settings, audio } })) }
}

it('is heard where somebody turned that on who may hear it', () => {
  expect([ann, owner].map((author) => result(undefined, heard(true), author))).toEqual(['desktop.forbidden', 'allowed'])
  expect([ann, owner].map((author) => result(show('shared'), heard(true), author))).toEqual(['desktop.forbidden', 'allowed'])
  expect(result(heard(true), heard(false), bob)).toBe('allowed')
  expect(result(undefined, heard(false), ann)).toBe('allowed')
  const { collection, leftOut } = stripRejected(heard(true), ann, { kinds, rejection })
  expect(leftOut).toEqual([{ place: 'source "Source 0"', reason: 'you may not hear it' }])
  expect(collection.sources[0]?.settings).toEqual({ device: 'shared', audio: false })
})
