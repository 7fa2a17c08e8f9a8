import { type RefObject, useEffect, useState } from 'react'
import { t } from './messages.ts'
import { type PropertiesPart, useView } from './view-store.ts'

interface PropertiesNavProps {
  readonly parts: readonly PropertiesPart[]
  /** The element that scrolls. */
  readonly body: RefObject<HTMLDivElement | null>
}

/** Leads to a part of long properties: a click scrolls to it, and its first field has the focus. Shows which part is in view. */
export function PropertiesNav({ parts, body }: PropertiesNavProps) {
  const [current, setCurrent] = useState<PropertiesPart | undefined>()
  const wanted = useView((state) => state.wantedPart)
  const partOf = (part: PropertiesPart): HTMLElement | null | undefined => body.current?.querySelector(`[data-part="${part}"]`)
  const show = (part: PropertiesPart): void => {
    const element = partOf(part)
    element?.scrollIntoView({ block: 'start' })
    const free = ':not(:disabled, [tabindex="-1"])'
    const first = element?.querySelector<HTMLElement>(`:is(input, select, textarea)${free}`) ?? element?.querySelector(`button${free}`)
    if (!(first instanceof HTMLElement)) return
    first.focus({ preventScroll: true })
    if (first instanceof HTMLInputElement) first.select()
  }
  useEffect(() => {
    if (wanted === null) return
    useView.setState({ wantedPart: null })
    show(wanted)
  })
  // With each render, since the parts may have others then.
  useEffect(() => {
    const element = body.current
    if (element === null) return
    const look = (): void => {
      const { top } = element.getBoundingClientRect()
      const atEnd = element.scrollTop > 0 && element.scrollTop + element.clientHeight >= element.scrollHeight - 1
      setCurrent(
        atEnd ? parts.at(-1) : (parts.findLast((part) => (partOf(part)?.getBoundingClientRect().top ?? Infinity) <= top + 16) ?? parts[0]),
      )
    }
    look()
    element.addEventListener('scroll', look, { passive: true })
    return () => element.removeEventListener('scroll', look)
  })
  if (parts.length < 2) return null
  return (
    <nav className="properties-nav" aria-label={t.properties.partsLabel}>
      {parts.map((part) => (
        <button
          key={part}
          type="button"
          className="tool"
          aria-current={part === current}
          onClick={() => show(part)}
          data-testid={`properties-${part}`}
        >
          {t.properties.parts[part]}
        </button>
      ))}
    </nav>
  )
}
