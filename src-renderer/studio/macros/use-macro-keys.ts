import { useEffect } from 'react'
import { pressKeys } from '../commands.ts'
import { useShow } from '../show-store.ts'
import { chordOf, sameKeys } from './chords.ts'
import type { Trigger } from './rule-fields.ts'
import { rules } from './rule-stores.ts'

/** Runs macros, and rules of the host, by their keys, unless a text is written or a dialog is open. What is done when keys are released is done in any case. */
export function useMacroKeys(enabled: boolean): void {
  useEffect(() => {
    if (!enabled) return
    const list = rules.list({})
    const leaveRules = rules.follow(list)
    /** Chords of macros that wait for their release, by the key on the keyboard. */
    const down = new Map<string, string>()
    // A release must not overtake its press.
    let last: Promise<unknown> = Promise.resolve()
    const notify = (chord: string, released: boolean): void => {
      last = last.then(() => pressKeys(chord, released))
    }
    const release = (code: string): void => {
      const chord = down.get(code)
      if (chord === undefined) return
      down.delete(code)
      notify(chord, true)
    }
    const onDown = (event: KeyboardEvent): void => {
      const chord = chordOf(event)
      if (down.has(event.code)) {
        event.preventDefault()
        event.stopPropagation()
        return
      }
      if (event.repeat || document.querySelector('dialog[open]') !== null) return
      if ((event.target as Element).closest('textarea, select, input, [contenteditable="true"]')) return
      if (chord === undefined) return
      const belongs = (keys: readonly string[], triggers: readonly Trigger[] = []): boolean =>
        [...keys, ...triggers.flatMap((trigger) => (trigger.on === 'hotkey' ? trigger.chord : []))].some((each) => sameKeys(each, chord))
      const macros = (useShow.getState().open?.collection.macros ?? []).filter(({ hotkeys, rule }) =>
        belongs(hotkeys, rule?.triggers as readonly Trigger[] | undefined),
      )
      const hostRules = Object.values(list.store.getState().items).filter(
        ({ of, settings }) => of === 'host' && settings.mode !== 'off' && belongs([], settings.triggers),
      )
      if (macros.length === 0 && hostRules.length === 0) return
      event.preventDefault()
      event.stopPropagation()
      if (macros.some(({ released }) => (released ?? []).length > 0)) down.set(event.code, chord)
      notify(chord, false)
    }
    const onUp = (event: KeyboardEvent): void => release(event.code)
    // Who leaves the window with a key down is not heard to let it go.
    const onLeave = (): void => {
      for (const code of [...down.keys()]) release(code)
    }
    // Before lists and the canvas: a key that somebody gave to a macro is the macro's.
    document.addEventListener('keydown', onDown, true)
    document.addEventListener('keyup', onUp, true)
    window.addEventListener('blur', onLeave)
    document.addEventListener('visibilitychange', onLeave)
    return () => {
      leaveRules()
      onLeave()
      document.removeEventListener('keydown', onDown, true)
      document.removeEventListener('keyup', onUp, true)
      window.removeEventListener('blur', onLeave)
      document.removeEventListener('visibilitychange', onLeave)
    }
  }, [enabled])
}
