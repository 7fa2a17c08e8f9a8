import { type DragEvent, useState } from 'react'

/** Attributes of an entry that is dragged. */
export interface DragEntry {
  readonly draggable: boolean
  readonly 'data-drop': 'before' | 'after' | undefined
  readonly onDragStart: (event: DragEvent) => void
  readonly onDragOver: (event: DragEvent) => void
  readonly onDragEnd: () => void
  readonly onDrop: (event: DragEvent) => void
}

/** Dragging entries of one list; `group` keeps entries of other lists out. */
interface DragOrder {
  /** Attributes of the entry at `index`. */
  readonly entry: (index: number, group?: string) => DragEntry
}

interface Over {
  readonly index: number
  readonly group: string
  readonly side: 'before' | 'after'
}

/**
 * Drag and drop inside a list.
 * @param onMove the entry that was dragged, and the gap between entries that it was dropped on: 0 before the first
 */
export function useDragOrder(enabled: boolean, onMove: (from: number, gap: number, group: string) => void): DragOrder {
  const [from, setFrom] = useState<{ readonly index: number; readonly group: string } | null>(null)
  const [over, setOver] = useState<Over | null>(null)
  const end = (): void => {
    setFrom(null)
    setOver(null)
  }
  const sideOf = (event: DragEvent): Over['side'] => {
    const { top, height } = event.currentTarget.getBoundingClientRect()
    return event.clientY < top + height / 2 ? 'before' : 'after'
  }
  return {
    entry: (index, group = '') => ({
      draggable: enabled,
      'data-drop': over?.index === index && over.group === group ? over.side : undefined,
      onDragStart: (event) => {
        event.dataTransfer.effectAllowed = 'move'
        event.dataTransfer.setData('text/plain', '')
        setFrom({ index, group })
      },
      onDragOver: (event) => {
        if (from === null || from.group !== group) return
        event.preventDefault()
        const side = sideOf(event)
        if (over?.index !== index || over.side !== side) setOver({ index, group, side })
      },
      onDragEnd: end,
      onDrop: (event) => {
        if (from === null || from.group !== group) return
        event.preventDefault()
        const gap = sideOf(event) === 'before' ? index : index + 1
        if (gap !== from.index && gap !== from.index + 1) onMove(from.index, gap, group)
        end()
      },
    }),
  }
}
