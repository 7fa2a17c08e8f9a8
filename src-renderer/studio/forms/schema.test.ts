import { describe, expect, it } from 'vitest'
import { sourceKinds } from '../../../src-main/studio/document/kinds/source-kinds.ts'
import { defaultsOf, fieldKind, labelOf, optionLabel, type Schema } from './schema.ts'

/** The schema as the page gets it. */
const settingsOf = (kind: string): Schema => JSON.parse(JSON.stringify(sourceKinds.find((each) => each.kind === kind)!.settings)) as Schema

describe('a form drawn from the schema of a kind', () => {
  it('has a control for every setting of every kind of source', () => {
    const without = sourceKinds.flatMap(({ kind }) =>
      Object.entries(settingsOf(kind).properties ?? {})
        .filter(([name, schema]) => fieldKind(name, schema).as === 'none')
        .map(([name]) => `${kind}.${name}`),
    )
    expect(without).toEqual([])
  })

  it('chooses the control by what the setting is', () => {
    const text = settingsOf('text').properties!
    expect(fieldKind('text', text.text!)).toEqual({ as: 'text', long: true })
    expect(fieldKind('color', text.color!)).toEqual({ as: 'color' })
    expect(fieldKind('align', text.align!)).toEqual({ as: 'choice', options: ['left', 'center', 'right'] })
    expect(fieldKind('outline', text.outline!)).toMatchObject({ as: 'object', optional: true })
    expect(fieldKind('fontSize', text.fontSize!)).toMatchObject({ as: 'number', integer: false, optional: false })
    expect(fieldKind('trimOutMs', settingsOf('media').properties!.trimOutMs!)).toMatchObject({ as: 'number', optional: true })
    expect(fieldKind('files', settingsOf('slideshow').properties!.files!)).toEqual({ as: 'lines' })
    expect(fieldKind('stops', settingsOf('gradient').properties!.stops!)).toMatchObject({ as: 'list' })
    expect(fieldKind('loop', settingsOf('media').properties!.loop!)).toEqual({ as: 'switch' })
  })

  it('names settings and their units in words', () => {
    expect(labelOf('fadeMs')).toEqual({ label: 'Fade', unit: 'ms' })
    expect(labelOf('memoryLimitMb')).toEqual({ label: 'Memory limit', unit: 'MiB' })
    expect(labelOf('fontSize')).toEqual({ label: 'Font size', unit: 'px' })
    expect(optionLabel('as-written')).toBe('As written')
  })

  it('begins optional parts with their usual values', () => {
    const outline = settingsOf('text').properties!.outline!.anyOf![0]!
    expect(defaultsOf(outline)).toEqual({ color: '#000000', width: 4 })
  })
})
