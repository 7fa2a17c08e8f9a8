import { expect, it } from 'vitest'
import { fromObsColor, settingsBefore, toObsColor, typedFields } from './setting-fields.ts'

it('colours of OBS are turned round and back, with their opacity', () => {
  expect(fromObsColor(0xff3040d0)).toEqual({ rgb: '#d04030', alpha: 255 })
  expect(toObsColor('#d04030', 255)).toBe(0xff3040d0)
  expect(fromObsColor(0x0000ff00)).toEqual({ rgb: '#00ff00', alpha: 0 })
  expect(toObsColor('#00ff00', 0)).toBe(0x0000ff00)
})

it('a field is shown by the type of its value, a list where OBS has one, and what is neither in JSON alone', () => {
  const screens = [{ label: 'Screen 0', value: 0 }]
  const all = { screen: 0, show_cursor: true, color: 1, text: 'a', url: 'b', files: [], font: { face: 'Sans' } }
  const shapes = typedFields(all, new Map([['screen', screens]])).map(({ key, shape }) => `${key} ${shape}`)
  expect(shapes).toEqual(['screen list', 'show_cursor switch', 'color color', 'text lines', 'url text', 'font font'])
})

it('undoing puts back what was named, and everything where OBS had no value for it', () => {
  const before = { settings: { width: 10, file: '/a' }, defaults: { height: 20 } }
  expect(settingsBefore({ width: 11, height: 21 }, before)).toEqual({ settings: { width: 10, height: 20 }, replaceSettings: false })
  expect(settingsBefore({ css: 'x' }, before)).toEqual({ settings: { width: 10, file: '/a' }, replaceSettings: true })
})
