import { useEffect, useState } from 'react'
import { Dialog } from '../components/dialog.tsx'
import { findEntries, type PaletteEntry } from '../components/palette-entries.ts'
import { app as t } from '../messages/page.ts'
import { useFollowedShow } from '../studio/show-store.ts'
import { usePaletteEntries } from './use-palette-entries.ts'
import './palette.css'

/** Ctrl+K: finds sections, streams, scenes, sources and actions by a few letters. */
export function Palette() {
  const [isOpen, setOpen] = useState(false)
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey || event.key.toLowerCase() !== 'k') return
      if (document.querySelector('dialog[open]') !== null) return
      event.preventDefault()
      setOpen(true)
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [])
  return isOpen ? <PaletteDialog onClose={() => setOpen(false)} /> : null
}

const maxShown = 12

function PaletteDialog({ onClose }: { readonly onClose: () => void }) {
  useFollowedShow()
  const entries = usePaletteEntries()
  const [text, setText] = useState('')
  const [at, setAt] = useState(0)
  const found = findEntries(entries, text).slice(0, maxShown)
  const chosen = Math.min(at, found.length - 1)
  const run = (entry: PaletteEntry | undefined): void => {
    if (entry === undefined) return
    onClose()
    entry.run()
  }
  return (
    <Dialog title={t.find} onClose={onClose} testId="palette">
      <input
        className="input"
        role="combobox"
        aria-expanded="true"
        aria-controls="palette-list"
        aria-activedescendant={found[chosen] && `palette-${chosen}`}
        aria-label={t.whatToFind}
        placeholder={t.whatToFind}
        value={text}
        data-testid="palette-text"
        onChange={(event) => {
          setText(event.currentTarget.value)
          setAt(0)
        }}
        onKeyDown={(event) => {
          if (event.key === 'ArrowDown') setAt(Math.min(chosen + 1, found.length - 1))
          else if (event.key === 'ArrowUp') setAt(Math.max(chosen - 1, 0))
          else if (event.key === 'Enter') run(found[chosen])
          else return
          event.preventDefault()
        }}
      />
      {found.length === 0 ? (
        <p className="quiet">{t.nothingFound}</p>
      ) : (
        <div id="palette-list" className="palette-list" role="listbox" aria-label={t.found}>
          {found.map((entry, index) => (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the field takes the keys
            // biome-ignore lint/a11y/useFocusableInteractive: the focus stays in the field
            <div
              key={entry.id}
              id={`palette-${index}`}
              role="option"
              aria-selected={index === chosen}
              data-testid="palette-entry"
              onPointerMove={() => setAt(index)}
              onClick={() => run(entry)}
            >
              <span>{entry.text}</span>
              <span className="quiet small">{entry.sort}</span>
            </div>
          ))}
        </div>
      )}
    </Dialog>
  )
}
