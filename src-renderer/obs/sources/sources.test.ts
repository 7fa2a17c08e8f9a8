import { expect, it } from 'vitest'
import { inputFields, listKeys, optionsOf } from './input-fields.ts'
import { freeName, kindName, newestKinds } from './source-kinds.ts'

it('kinds are offered in their newest version, by names for people where they are known', () => {
  expect(newestKinds(['color_source', 'color_source_v3', 'color_source_v2', 'image_source', 'of_a_plugin'])).toEqual([
    'color_source_v3',
    'image_source',
    'of_a_plugin',
  ])
  expect(kindName('color_source_v3')).toBe('Colour')
  expect(freeName('Colour', ['Colour', 'Colour 2'])).toBe('Colour 3')
})

it('a media source has fields of its file or of its URL, and those without a default, too', () => {
  const keys = (all: Record<string, unknown>): string =>
    inputFields('ffmpeg_source', all, new Map())
      .map(({ key, shape }) => `${key} ${shape}`)
      .join()
  expect(keys({ is_local_file: true, restart_on_activate: true })).toBe(
    'is_local_file switch,local_file text,looping switch,restart_on_activate switch',
  )
  expect(keys({ is_local_file: false, buffering_mb: 2 })).toBe('is_local_file switch,input text,input_format text,buffering_mb number')
})

it('windows are chosen from the list that OBS gives, which keeps what it should', () => {
  expect(listKeys('xcomposite_input', { show_cursor: true })).toEqual(expect.arrayContaining(['capture_window']))
  expect(listKeys('xcomposite_input', { show_cursor: true })).not.toContain('show_cursor')
  const options = optionsOf({
    propertyItems: [{ itemName: 'Editor', itemValue: '1', itemEnabled: true }, { itemName: 'gone', itemValue: '2', itemEnabled: false }, 5],
  })
  expect(options).toEqual([{ label: 'Editor', value: '1' }])
  expect(optionsOf(null)).toBeUndefined()
  const [window] = inputFields('xcomposite_input', {}, new Map([['capture_window', options!]]))
  expect(window).toMatchObject({ key: 'capture_window', label: 'Window', shape: 'list', options })
})

it('a kind that is not known has fields by the types of its values', () => {
  expect(inputFields('of_a_plugin', { gain: 1, on: true, nested: {} }, new Map()).map(({ label }) => label)).toEqual(['gain', 'on'])
  for (const kind of ['constructor', 'toString', '__proto__']) {
    expect(newestKinds([kind, 'image_source'])).toContain(kind)
    expect([listKeys(kind, { gain: 1 }), inputFields(kind, { gain: 1 }, new Map()).length]).toEqual([['gain'], 1])
  }
})
