import { useEffect } from 'react'
import { pressKeys } from '../commands.ts'
import { useShow } from '../show-store.ts'
import { chordOf, sameKeys } from './chords.ts'

/** Runs macros by their keys, unless a text is written or a dialog is open. */
export function useMacroKeys(enabled: boolean): void {
  useEffect(() => {
    if (!enabled) return
    const onKey = (event: KeyboardEvent): void => {
      if (event.repeat || document.querySelector('dialog[open]') !== null) return
      if ((event.target as Element).closest('textarea, select, input, [contenteditable="true"]')) return
      const chord = chordOf(event)
      const macros = useShow.getState().open?.collection.macros ?? []
      if (chord === undefined || !macros.some(({ hotkeys }) => hotkeys.some((each) => sameKeys(each, chord)))) return
      event.preventDefault()
      event.stopPropagation()
      void pressKeys(chord)
    }
    // Before lists and the canvas: a key that somebody gave to a macro is the macro's.
    document.addEventListener('keydown', onKey, true)
    return () => document.removeEventListener('keydown', onKey, true)
  }, [enabled])
}
