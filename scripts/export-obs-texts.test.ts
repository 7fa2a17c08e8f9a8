import { globSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { exportObsReasons } from '../src-renderer/messages/es/export-obs.ts'
import { studioKinds } from '../src-renderer/messages/es/studio-kinds.ts'

/** What an export to OBS Studio says that it left out: the sentences in its code, and those that the page has in Spanish. */

const code = globSync('src-main/studio/document/export-obs/*.ts')
  .filter((file) => !file.endsWith('.test.ts'))
  .map((file) => readFileSync(file, 'utf8'))
  .join('\n')
const inCode = (behind: RegExp): readonly string[] =>
  [...code.matchAll(new RegExp(`${behind.source}(['\`])(.*?)\\1`, 'g'))].map(([, , text = '']) => text.replaceAll(/\$\{[^}]*\}/g, '{}'))
const said = new Set([
  ...inCode(/\bnote\(\s*/),
  ...inCode(/report\.add\((?:[^,`]|`[^`]*`)+,\s*/),
  ...inCode(/leftOut\(/).map((why) => `is left out: ${why}`),
  ...inCode(/made\(\s*context,\s*/),
  ...inCode(/audioDevice\(/),
  ', as large as the canvas: place it again',
])
// Those before it.
said.delete('is left out: {}')

it('is in Spanish, sentence by sentence, and nothing is translated that no export says', () => {
  const known = new Set(exportObsReasons.map(([english]) => english))
  expect(said.size, 'sentences were found').toBeGreaterThan(65)
  expect([...said].filter((each) => !known.has(each))).toEqual([])
  expect([...known].filter((each) => !said.has(each))).toEqual([])
})

it('names in each translation what the sentence names', () => {
  const wrong = exportObsReasons.filter(([english, spanish]) => {
    const count = english.split('{}').length - 1
    return new Set([...spanish.matchAll(/\{(\d)\}/g)].map(([, at]) => Number(at))).size !== count
  })
  expect(wrong).toEqual([])
})

it('is translated with its place, and with what an OBS does not have', () => {
  expect(studioKinds.exportReason('is left out: OBS 29 has no browser source')).toBe('no se incluye: OBS 29 no tiene fuente de navegador')
  expect(studioKinds.exportReason('is left out: OBS has no clock. A browser source can show one')).toBe(
    'no se incluye: OBS no tiene reloj. Una fuente de navegador puede mostrar uno',
  )
  expect(studioKinds.exportReason('is a scene of its own, as large as the canvas: place it again: programs create no groups in OBS')).toBe(
    'es una escena propia, tan grande como el lienzo (colócala de nuevo): los programas no crean grupos en OBS',
  )
  expect(studioKinds.exportReason('is a scene of its own: programs create no groups in OBS')).toBe(
    'es una escena propia: los programas no crean grupos en OBS',
  )
  expect(studioKinds.exportPlace('scene "Main", group "A, B", item "scene"')).toBe('escena «Main», grupo «A, B», elemento «scene»')
  expect(studioKinds.exportPlace('canvas')).toBe('lienzo')
})
