import { Keyboard, X } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { keyNames } from '../../components/key-names.ts'
import type { Macro } from '../types.ts'
import { chordOf, pageKeys, sameKeys } from './chords.ts'
import { GlobalKeys } from './global-keys.tsx'
import { t } from './messages.ts'

interface KeyRecorderProps {
  readonly macro: Macro
  readonly macros: readonly Macro[]
  /** It records from the start. */
  readonly records: boolean
  readonly onChange: (hotkeys: readonly string[]) => void
}

const maxKeys = 8

/** The keys of a macro: recorded by pressing them, with what else they do. */
export function KeyRecorder({ macro, macros, records, onChange }: KeyRecorderProps) {
  const [recording, setRecording] = useState(false)
  const button = useRef<HTMLButtonElement>(null)
  useEffect(() => {
    if (!records) return
    // When the dialog is open, which is after this is drawn, and has given the focus to its first control.
    // It says that it records once keys reach it.
    const frame = requestAnimationFrame(() => {
      button.current?.focus()
      setRecording(true)
    })
    return () => cancelAnimationFrame(frame)
  }, [records])
  const { hotkeys } = macro
  const conflicts = hotkeys.flatMap((chord) => [
    ...macros
      .filter(({ id, hotkeys: theirs }) => id !== macro.id && theirs.some((each) => sameKeys(each, chord)))
      .map(({ name }) => t.usedBy(keyNames(chord), name)),
    ...(pageKeys.some((each) => sameKeys(each, chord)) ? [t.usedByPage(keyNames(chord))] : []),
  ])
  return (
    <div className="field">
      <span className="label" id="macro-keys">
        {t.keys}
      </span>
      <div className="row key-row">
        {hotkeys.map((chord) => (
          <span key={chord} className="key-chip">
            <kbd>{keyNames(chord)}</kbd>
            <button
              type="button"
              aria-label={t.removeKeys(keyNames(chord))}
              title={t.removeKeys(keyNames(chord))}
              onClick={() => onChange(hotkeys.filter((each) => each !== chord))}
            >
              <X size={13} />
            </button>
          </span>
        ))}
        <button
          type="button"
          className={recording ? 'button primary' : 'button'}
          aria-describedby="macro-keys-help"
          disabled={hotkeys.length >= maxKeys}
          data-testid="record-keys"
          ref={button}
          onClick={() => setRecording(true)}
          onBlur={() => setRecording(false)}
          onKeyDown={(event) => {
            if (!recording) return
            event.preventDefault()
            event.stopPropagation()
            const chord = chordOf(event)
            if (chord === undefined || event.repeat) return
            setRecording(false)
            if (chord !== 'Escape' && !hotkeys.some((each) => sameKeys(each, chord))) onChange([...hotkeys, chord])
          }}
        >
          <Keyboard size={15} /> {recording ? t.recording : t.record}
        </button>
      </div>
      {conflicts.map((text) => (
        <span key={text} className="hint bad" role="alert" data-testid="key-conflict">
          {text}
        </span>
      ))}
      <GlobalKeys keys={hotkeys} />
      <span className="hint" id="macro-keys-help">
        {t.keysHelp}
      </span>
    </div>
  )
}
