import type { Item } from '../../../src-main/api/typed-api.ts'
import { Collection } from '../../client/collection.ts'

export type Rule = Item<'/automation/rules'>

/** Rules as the host runs them: macros of the show, and rules of the host. */
export const rules = new Collection({
  path: '/automation/rules',
  updated: ['automation.rule.updated'],
  removed: ['automation.rule.removed'],
})

/** What fired, and what became of it. */
export const firings = new Collection({ path: '/automation/log', updated: ['automation.fired'], maxItems: 100 })
