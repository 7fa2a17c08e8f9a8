import { describe, expect, it } from 'vitest'
import { openReach } from '../../platform/testing/open-reach.ts'
import { referenceProblem } from './reference-check.ts'

const problem = (data: unknown) => referenceProblem(data, openReach, 'data')

describe('what editors have OBS open', () => {
  it.each([
    { playlist: [{ value: '../../etc/passwd' }] },
    { playlist: [{ value: 'etc/passwd', selected: true }] },
    { files: [{ value: '../secret.png' }] },
    { files: [{ value: '' }, { value: 'images/../../secret.png' }] },
  ])('must not name files relatively in a playlist or slideshow: %j', (settings) => {
    expect(problem({ inputSettings: settings })).toMatch(/^data\.inputSettings\.(playlist|files)\[\d\]\.value: .* is not a whole path/)
  })

  it.each([
    { playlist: [{ value: 'https://example.com/film.mp4', hidden: false }] },
    { files: [{ value: '' }] },
    { text: 'value: ../../etc/passwd' },
  ])('may name public URLs, and texts are texts: %j', (settings) => {
    expect(problem({ inputSettings: settings })).toBeUndefined()
  })
})
