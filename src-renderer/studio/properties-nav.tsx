import type { RefObject } from 'react'
import { t } from './messages.ts'

/** What the properties are in, from the top to the bottom. */
export type PropertiesPart = keyof typeof t.properties.parts

interface PropertiesNavProps {
  readonly parts: readonly PropertiesPart[]
  /** The element that scrolls. */
  readonly body: RefObject<HTMLDivElement | null>
}

/** Leads to a part of long properties: a click scrolls to it, and its first field has the focus. */
export function PropertiesNav({ parts, body }: PropertiesNavProps) {
  if (parts.length < 2) return null
  const show = (part: PropertiesPart): void => {
    const element = body.current?.querySelector<HTMLElement>(`[data-part="${part}"]`)
    element?.scrollIntoView({ block: 'start' })
    element
      ?.querySelector<HTMLElement>(':is(input, select, textarea, button):not(:disabled, [tabindex="-1"])')
      ?.focus({ preventScroll: true })
  }
  return (
    <nav className="properties-nav" aria-label={t.properties.partsLabel}>
      {parts.map((part) => (
        <button key={part} type="button" className="tool" onClick={() => show(part)} data-testid={`properties-${part}`}>
          {t.properties.parts[part]}
        </button>
      ))}
    </nav>
  )
}
