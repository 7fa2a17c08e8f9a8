import type { Item } from '../../src-main/api/typed-api.ts'
import { Resource, useResource } from '../client/resource.ts'

export type Finding = Item<'/health/findings'>

const found = new Resource({ path: () => '/health/findings', updated: ['health.findings'] } as const)

const none: readonly Finding[] = []

/** What is wrong now, the worst first; undefined until it has been read. */
export function useFindings(): readonly Finding[] | undefined {
  const value = useResource(found)
  return value === undefined ? undefined : (value.items ?? none)
}
