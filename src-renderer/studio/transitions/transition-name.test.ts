import { expect, it } from 'vitest'
import { t } from './messages.ts'
import { transitionName } from './transition-name.ts'

it('is in the language of the page until somebody calls it something else', () => {
  expect(transitionName({ kind: 'cut', name: 'Cut' })).toBe(t.givenNames.cut)
  expect(transitionName({ kind: 'fade', name: 'Fade' })).toBe(t.givenNames.fade)
  expect(transitionName({ kind: 'fade', name: 'Cut' })).toBe('Cut')
  expect(transitionName({ kind: 'cut', name: 'Hard cut' })).toBe('Hard cut')
})
