import { describe, expect, it } from 'vitest'
import { defaultsOf, fieldKind, labelOf, namedIn, optionLabel, type Schema } from './schema.ts'

const color: Schema = { type: 'string', pattern: '^#(?:[0-9a-fA-F]{6}|[0-9a-fA-F]{8})$', default: '#000000' }
const outline: Schema = {
  type: 'object',
  properties: { color, width: { type: 'number', minimum: 0, maximum: 100, default: 4 } },
}
const nothing: Schema = { type: 'null' }

describe('a form drawn from the schema of a kind', () => {
  it('chooses the control by what the setting is', () => {
    expect(fieldKind('text', { type: 'string', maxLength: 65_536 })).toEqual({ as: 'text', long: true })
    expect(fieldKind('url', { type: 'string', maxLength: 2048, secret: 'url', reference: 'url' })).toEqual({ as: 'text', long: false })
    expect(fieldKind('password', { type: 'string', secret: 'text' })).toEqual({ as: 'secret' })
    expect(fieldKind('color', color)).toEqual({ as: 'color' })
    expect(fieldKind('align', { anyOf: [{ const: 'left' }, { const: 'center' }] })).toEqual({ as: 'choice', options: ['left', 'center'] })
    expect(fieldKind('outline', { anyOf: [outline, nothing] })).toEqual({ as: 'object', optional: true, schema: outline })
    expect(fieldKind('fontSize', { type: 'number' })).toMatchObject({ as: 'number', integer: false, optional: false })
    expect(fieldKind('trimOutMs', { anyOf: [{ type: 'integer', minimum: 1 }, nothing] })).toMatchObject({
      as: 'number',
      integer: true,
      optional: true,
      schema: { minimum: 1 },
    })
    expect(fieldKind('files', { type: 'array', items: { type: 'string' } })).toEqual({ as: 'lines' })
    expect(fieldKind('stops', { type: 'array', items: outline })).toEqual({ as: 'list', schema: outline })
    expect(fieldKind('loop', { type: 'boolean' })).toEqual({ as: 'switch' })
  })

  it('names settings and their units in words', () => {
    expect(labelOf('fadeMs')).toEqual({ label: 'Fade', unit: 'ms' })
    expect(labelOf('memoryLimitMb')).toEqual({ label: 'Memory limit', unit: 'MiB' })
    expect(labelOf('fontSize')).toEqual({ label: 'Font size', unit: 'px' })
    expect(labelOf('address').label).toBe('URL')
    expect(optionLabel('as-written')).toBe('As written')
    expect(optionLabel('gdi')).toBe('GDI')
    expect(namedIn('`down`: counts `durationMs` down', (code) => code.toUpperCase())).toBe('DOWN: counts DURATIONMS down')
  })

  it('starts optional parts with their usual values', () => {
    expect(defaultsOf(outline)).toEqual({ color: '#000000', width: 4 })
  })
})
