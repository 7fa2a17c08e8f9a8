import { expect, it } from 'vitest'
import { sourceKinds } from '../../document/kinds/source-kinds.ts'
import { sourceStarters } from './start-source.ts'

it('every kind of source that a show may have is started by something', () => {
  expect(Object.keys(sourceStarters).sort()).toEqual(sourceKinds.map(({ kind }) => kind).sort())
})
