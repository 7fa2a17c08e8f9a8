import { isRecord } from '../../../platform/routes/schema-faults.ts'

/** Properties that an entity may have or not. */
const optional = new Set([
  'name',
  'audio',
  'transition',
  'follows',
  'color',
  'folder',
  'showTransition',
  'hideTransition',
  'released',
  'link',
  'window',
  'rule',
  'guides',
  'monitorDevice',
])
/** Null is one of their values. */
const nullable = new Set(['bounds', 'video', 'height', 'maxBitrateKbps'])

/**
 * Changes merged into an entity: objects by property, one level down; anything else is replaced. Null removes a setting or an optional
 * property. The entity itself stays unchanged.
 */
export function mergeChanges<T extends object>(entity: T, changes: Readonly<Record<string, unknown>>): T {
  const merged: Record<string, unknown> = { ...(entity as Record<string, unknown>) }
  for (const [name, value] of Object.entries(changes)) {
    const before = merged[name]
    if (value === null && optional.has(name) && !nullable.has(name)) delete merged[name]
    else if (isRecord(value) && isRecord(before)) merged[name] = mergeInto(before, value, name === 'settings')
    else merged[name] = name === 'settings' && isRecord(value) ? mergeInto({}, value, true) : value
  }
  return merged as T
}

function mergeInto(before: Record<string, unknown>, changes: Record<string, unknown>, settings: boolean): Record<string, unknown> {
  const merged = { ...before }
  for (const [name, value] of Object.entries(changes)) {
    if (value === null && settings) delete merged[name]
    else merged[name] = value
  }
  return merged
}
