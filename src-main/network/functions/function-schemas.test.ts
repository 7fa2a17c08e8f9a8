import Value from 'typebox/value'
import { expect, it } from 'vitest'
import { DeploySchema } from './function-schemas.ts'

const deployed = { main: 'main.ts', fetchHosts: [], variables: {}, routes: ['/x'] }

it('takes a file of 1 MiB, and none that is larger', () => {
  const fits = (size: number): boolean => Value.Check(DeploySchema, { ...deployed, files: { 'main.ts': 'x'.repeat(size) } })
  expect([fits(2 ** 20), fits(2 ** 20 + 1)]).toEqual([true, false])
})
