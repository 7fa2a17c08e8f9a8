import { describe, expect, it } from 'vitest'
import { findEntries } from './palette-entries.ts'

const entries = [
  { text: 'Segundo color', sort: 'Source of Game' },
  { text: 'Undo: Add output', sort: 'Action' },
  { text: 'Cámara', sort: 'Put scene on air' },
  { text: 'Label: camera', sort: 'Source of Cámara' },
  { text: 'Game', sort: 'Put scene on air' },
]
const found = (text: string): readonly string[] => findEntries(entries, text).map((each) => each.text)

describe('entries of the palette', () => {
  it('come in their order while nothing is written', () => expect(found(' ')).toEqual(entries.map(({ text }) => text)))

  it('start with those whose name starts with what is written', () => {
    expect(found('undo')).toEqual(['Undo: Add output', 'Segundo color'])
    expect(found('game')).toEqual(['Game', 'Segundo color'])
    expect(found('add')).toEqual(['Undo: Add output'])
  })

  it('are found without accents, in both ways', () => {
    expect(found('camara')).toEqual(['Cámara', 'Label: camera'])
    expect(found('CÁM')).toEqual(['Cámara', 'Label: camera'])
  })

  it('need every word', () => expect(found('camera game')).toEqual([]))
})
