import { useEffect, useState } from 'react'
import { useLocation } from 'wouter'
import { Dialog } from '../components/dialog.tsx'
import { setTheme, useTheme } from './theme.ts'

const list: readonly (readonly [keys: string, what: string])[] = [
  ['Ctrl K', 'Find a section, stream, scene, source or action'],
  ['g u', 'Studio'],
  ['g l', 'Live'],
  ['g k', 'Keys'],
  ['g b', 'Library'],
  ['g a', 'Activity'],
  ['g s', 'Settings'],
  ['n', 'Create a stream key'],
  ['Ctrl Z', 'In the studio: undo'],
  ['Ctrl Shift Z', 'In the studio: redo'],
  ['F2', 'In a list of the studio: rename'],
  ['Alt ↑ ↓', 'In a list of the studio: move the entry'],
  ['i', 'On a stream: mark the start of a clip'],
  ['o', 'On a stream: mark its end'],
  ['↑ ↓', 'Move in a list'],
  ['Enter', 'Open what has the focus'],
  ['t', 'Change the theme'],
  ['?', 'Show this list'],
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
    <Dialog title="Keyboard shortcuts" onClose={() => setOpen(false)} testId="shortcuts">
      <table>
        <tbody>
          {list.map(([keys, what]) => (
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
          Close
        </button>
      </div>
    </Dialog>
  )
}
