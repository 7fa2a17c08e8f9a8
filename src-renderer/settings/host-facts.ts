import type { HostInfo } from '../client/types.ts'
import { settings as t } from '../messages/page.ts'

export interface FactGroup {
  readonly title: string
  readonly facts: readonly (readonly [label: string, value: string])[]
}

/** `rtmpServer` → `Rtmp server`. */
function words(key: string): string {
  const text = key.replace(/([a-z0-9])([A-Z])/g, '$1 $2').toLowerCase()
  return text.charAt(0).toUpperCase() + text.slice(1)
}

function shown(value: unknown): string {
  if (value === null || value === undefined) return '–'
  if (typeof value === 'boolean') return value ? t.yes : t.no
  if (Array.isArray(value)) return value.length === 0 ? '–' : value.map(shown).join(', ')
  if (typeof value === 'object') {
    return Object.entries(value)
      .map(([key, inner]) => `${words(key)}: ${shown(inner)}`)
      .join(', ')
  }
  return String(value)
}

/** What GET /host tells, as groups of labelled values: plain fields first, then one group for each object in it. */
export function hostFacts(host: HostInfo): readonly FactGroup[] {
  const plain: (readonly [string, string])[] = []
  const groups: FactGroup[] = []
  for (const [key, value] of Object.entries(host)) {
    if (value !== null && typeof value === 'object' && !Array.isArray(value)) {
      groups.push({ title: words(key), facts: Object.entries(value).map(([inner, each]) => [words(inner), shown(each)] as const) })
    } else {
      plain.push([words(key), shown(value)])
    }
  }
  return plain.length > 0 ? [{ title: t.host, facts: plain }, ...groups] : groups
}
