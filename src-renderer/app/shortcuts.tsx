import { useEffect, useState } from 'react'
import { useLocation } from 'wouter'
import { Dialog } from '../components/dialog.tsx'
import { app as t } from '../messages/page.ts'
import { setTheme, useTheme } from './theme.ts'

const list = (): readonly (readonly [keys: string, what: string])[] => [
  ['Ctrl K', t.findASectionStream],
  ['g u', t.studio],
  ['g l', t.live],
  ['g k', t.keys],
  ['g b', t.library],
  ['g a', t.activity],
  ['g s', t.settings],
  ['n', t.createAStreamKey],
  ['Ctrl Z', t.inTheStudioUndo],
  ['Ctrl Shift Z', t.inTheStudioRedo],
  ['F2', t.inAListOfTheStudioRename],
  ['Alt ↑ ↓', t.inAListOfTheStudioMove],
  ['i', t.onAStreamMarkTheStart],
  ['o', t.onAStreamMarkTheEnd],
  ['↑ ↓', t.moveInAList],
  ['Enter', t.openWhatHasTheFocus],
  ['t', t.changeTheTheme],
  ['?', t.showThisList],
]

const sections: Readonly<Record<string, string>> = {
  u: '/studio',
  l: '/live',
  k: '/keys',
  b: '/library',
  a: '/activity',
  s: '/settings',
}

/** The keys that work everywhere, and the list of them. */
export function Shortcuts() {
  const [open, setOpen] = useState(false)
  const [, navigate] = useLocation()
  useEffect(() => {
    let afterG = false
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return
      if ((event.target as Element).closest('input, select, textarea, dialog')) return
      const section = afterG ? sections[event.key] : undefined
      afterG = event.key === 'g'
      if (section) navigate(section)
      else if (event.key === '?') setOpen(true)
      else if (event.key === 'n') navigate('/keys?new')
      else if (event.key === 't') setTheme(useTheme.getState().theme === 'dark' ? 'light' : 'dark')
      else return
      event.preventDefault()
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [navigate])
  if (!open) return null
  return (
    <Dialog title={t.keyboardShortcuts} onClose={() => setOpen(false)} testId="shortcuts">
      <table>
        <tbody>
          {list().map(([keys, what]) => (
            <tr key={keys}>
              <td>
                {keys.split(' ').map((key) => (
                  <kbd key={key}>{key}</kbd>
                ))}
              </td>
              <td>{what}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <div className="dialog-actions">
        <button type="button" className="button" onClick={() => setOpen(false)}>
          {t.close}
        </button>
      </div>
    </Dialog>
  )
}
