import { expect, it } from 'vitest'
import { t } from './messages.ts'
import { trackEntry, trackField, trackName } from './track-name.ts'

it('is in the language of the page until somebody calls it something else', () => {
  for (const name of ['1', 'Track 1']) {
    expect([trackEntry({ id: '1', name }), trackName({ id: '1', name })]).toEqual([t.track('1'), t.track('1')])
  }
  expect([trackField({ id: '2', name: 'Track 2' }), trackField({ id: '2', name: 'Stream' })]).toEqual([t.track('2'), 'Stream'])
  expect([trackEntry({ id: '2', name: 'Stream' }), trackName({ id: '2', name: 'Stream' })]).toEqual(['2 · Stream', t.track('Stream')])
  expect(trackEntry({ id: '2', name: 'Track 1' })).toBe('2 · Track 1')
})
