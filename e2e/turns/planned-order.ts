import { basename } from 'node:path'
import { BaseSequencer, type TestSpecification } from 'vitest/node'
import { type Cost, plan } from '../plan.ts'

/** One from each list in turn, until all are taken. */
function alternate<Item>(...lists: readonly (readonly Item[])[]): Item[] {
  const length = Math.max(0, ...lists.map((list) => list.length))
  return Array.from({ length }, (_, index) => lists.flatMap((list) => list.slice(index, index + 1))).flat()
}

/** Files that need the machine for themselves first, each with one that waits beside it; then those that fill it in twos. */
export class PlannedOrder extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const of = (wanted: Cost): TestSpecification[] =>
      files
        .filter(({ moduleId }) => (plan[basename(moduleId, '.e2e.ts')]?.cost ?? 'cpu') === wanted)
        .sort((one, other) => one.moduleId.localeCompare(other.moduleId))
    return [...alternate(of('exclusive'), of('wait')), ...of('cpu')]
  }
}
