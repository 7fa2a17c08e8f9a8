import type { KeyboardEvent } from 'react'

/** Arrow keys, Home and End move the focus between the `[data-item]` elements inside. */
export function moveInList(event: KeyboardEvent<HTMLElement>): void {
  if (!['ArrowDown', 'ArrowUp', 'Home', 'End'].includes(event.key)) return
  const from = (event.target as HTMLElement).closest('[data-item]')
  if (!from || (event.target as HTMLElement).matches('input, select, textarea')) return
  const items = [...event.currentTarget.querySelectorAll<HTMLElement>('[data-item]')]
  const at = items.indexOf(from as HTMLElement)
  const to = event.key === 'Home' ? 0 : event.key === 'End' ? items.length - 1 : at + (event.key === 'ArrowDown' ? 1 : -1)
  const next = items[Math.max(0, Math.min(items.length - 1, to))]
  if (!next) return
  event.preventDefault()
  next.focus()
}
