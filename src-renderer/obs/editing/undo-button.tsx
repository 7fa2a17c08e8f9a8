import { Undo2 } from 'lucide-react'
import { useSyncExternalStore } from 'react'
import { t } from '../messages.ts'
import { send } from '../panel.tsx'
import type { UndoStack } from './undo-stack.ts'

/** Undoes what was changed last on this page. */
export function UndoButton({ undo }: { readonly undo: UndoStack }) {
  const newest = useSyncExternalStore(undo.subscribe, undo.newest)
  const label = newest === undefined ? t.undo : t.undoNamed(newest.label)
  return (
    <button
      type="button"
      className="button quiet icon"
      aria-label={label}
      title={label}
      disabled={newest === undefined}
      onClick={() => send(undo.undo())}
      data-testid="obs-undo"
    >
      <Undo2 size={16} aria-hidden="true" />
    </button>
  )
}
