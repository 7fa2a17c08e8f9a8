import { expect, it } from 'vitest'
import { Inspector } from './inspector.ts'

it('reads what a group says once, however many nodes it has', async () => {
  const read: string[] = []
  const inspection = { version: '1', configuration: '', own: ['region', 'sites'], nginx: null, unit: null, dropIns: 0, lines: [] }
  const inspector = new Inspector({
    version: '1',
    nodes: () =>
      Array.from({ length: 30 }, (_, index) => ({ id: `n${index}`, name: `n${index}`, group: index % 3 === 0 ? null : 'south' })) as never,
    connectionOf: () => ({ inspect: async () => inspection }),
    unitOf: () => undefined,
    configurationOf: () => null,
    groupText: (group) => {
      read.push(group)
      return 'region: south\n'
    },
  })
  const drift = await inspector.drift()
  expect(read).toEqual(['south'])
  expect(drift.slice(0, 2).map(({ differences }) => differences)).toEqual([
    [],
    [{ kind: 'own-file', text: 'Its own file says region, in place of its group' }],
  ])
})
