import type { TriggerOf } from '../../media/automation/rule-schemas.ts'

type Where = NonNullable<TriggerOf<'event'>['where']>[number]

/** True where the data of an event fits all of these. */
export function matchesData(data: unknown, where: readonly Where[] | undefined): boolean {
  return where === undefined || where.every((each) => fits(fieldOf(data, each.field), each))
}

/** A field within objects and lists, `a.b` or `items.0.name`; own properties alone. */
function fieldOf(data: unknown, path: string): unknown {
  let value = data
  for (const name of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
    value = (value as Record<string, unknown>)[name]
  }
  return value
}

function fits(actual: unknown, { is, value }: Where): boolean {
  switch (is) {
    case 'equals':
      return same(actual, value)
    case 'not':
      return !same(actual, value)
    case 'contains':
      return typeof actual === 'string' ? actual.includes(String(value)) : Array.isArray(actual) && actual.some((each) => same(each, value))
    case 'above':
      return typeof actual === 'number' && actual > Number(value)
    case 'below':
      return typeof actual === 'number' && actual < Number(value)
  }
}

/** People write numbers and `true` as texts. */
const same = (actual: unknown, value: string | number | boolean): boolean =>
  actual === value || ((typeof actual === 'number' || typeof actual === 'boolean') && String(actual) === String(value))
