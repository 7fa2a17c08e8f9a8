import { useEffect } from 'react'
import { useLocation } from 'wouter'
import { create } from 'zustand'
import { loadLater } from '../components/load-later.tsx'
import { setTheme, useTheme } from './theme.ts'

/** Loaded when it is opened. */
const ShortcutsDialog = loadLater(async () => (await import('./shortcuts-dialog.tsx')).ShortcutsDialog)

const sections: Readonly<Record<string, string>> = {
  u: '/studio',
  l: '/live',
  k: '/keys',
  b: '/library',
  a: '/activity',
  s: '/settings',
}

const useList = create<{ readonly open: boolean }>(() => ({ open: false }))

const setOpen = (open: boolean): void => useList.setState({ open })

export const openShortcuts = (): void => setOpen(true)

/** The keys that work everywhere, and the list of them. */
export function Shortcuts() {
  const open = useList((state) => state.open)
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
  return <ShortcutsDialog onClose={() => setOpen(false)} />
}
