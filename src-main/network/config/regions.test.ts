import { expect, it } from 'vitest'
import { readConfigText } from '../../platform/config/config-text.ts'
import { parseRegions } from './regions.ts'

const read = (text: string) => parseRegions(readConfigText(text, 'regions.yaml'))

it('regions have a name, labels and prices', () => {
  expect(read('regions:\n  - id: south\n    name: South\n    prices: {currency: EUR, perTb: 9}\n')).toEqual([
    { id: 'south', name: 'South', labels: [], prices: { currency: 'EUR', perTb: 9, perMonth: 0 } },
  ])
  expect(read('')).toEqual([])
})

it.each<[string, RegExp]>([
  ['regions:\n  - id: south\n    nam: x', /regions\.yaml:3:5: .*is "name" meant\?/],
  ['regions:\n  - {id: a, name: A}\n  - {id: a, name: B}', /regions\.yaml:3:10: regions\[1\]\.id: "a" is there twice/],
  ['regions:\n  - {id: a, name: A, prices: {currency: euro}}', /regions\.yaml:2:41/],
])('%j is rejected with its place', (text, message) => expect(() => read(text)).toThrow(message))
