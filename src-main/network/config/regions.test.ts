import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished, vi } from 'vitest'
import { readConfigText } from '../../platform/config/config-text.ts'
import { followRegions, parseRegions } from './regions.ts'

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
  ['region:\n  - {id: a, name: A}', /regions\.yaml:1:1: region no such property.*is "regions" meant\?/],
  ['regions:\n  south: {name: South}', /regions\.yaml:2:3: regions must be a list/],
  ['regions:\n  - id: a', /regions\.yaml:2:5: regions\[0\]\.name is missing/],
  ['regions:\n  - {id: a, name: A, latitude: north}', /regions\.yaml:2:32: regions\[0\]\.latitude/],
  ['regions: [', /regions\.yaml:1:11: is not YAML/],
  ['- id: a', /regions\.yaml:1:1: \(whole file\) must be an object/],
])('%j is rejected with its place', (text, message) => expect(() => read(text)).toThrow(message))

it('a file that is written later is read, one that is not valid changes nothing, and the log says where', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'regions-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'regions.yaml')
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  const error = vi.fn()
  const regions = followRegions(path, { info: () => undefined, error } as never)
  onTestFinished(() => regions.stop())
  const names = () => regions.all().map(({ name }) => name)
  expect(names()).toEqual([])
  writeFileSync(path, 'regions: [{id: south, name: South}]')
  await vi.advanceTimersByTimeAsync(5000)
  expect(names()).toEqual(['South'])
  writeFileSync(path, 'regions:\n  - {id: south, nam: North}')
  await vi.advanceTimersByTimeAsync(5000)
  expect(error).toHaveBeenCalledTimes(1)
  expect(error.mock.calls[0]?.[0].err.message).toContain(`${path}:2:17: regions[0].nam no such property`)
  expect(names()).toEqual(['South'])
  writeFileSync(path, 'regions:\n  - {id: south, name: North}')
  await vi.advanceTimersByTimeAsync(5000)
  expect(names()).toEqual(['North'])
})
