import { create } from 'zustand'

export type Theme = 'system' | 'light' | 'dark'

function stored(): Theme {
  try {
    const value = localStorage.getItem('ami.theme')
    return value === 'light' || value === 'dark' ? value : 'system'
  } catch {
    return 'system'
  }
}

function apply(theme: Theme): void {
  if (theme === 'system') delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = theme
}

export const useTheme = create<{ readonly theme: Theme }>(() => ({ theme: 'system' }))

/** Puts the remembered theme on; before anything is drawn. */
export function restoreTheme(): void {
  const theme = stored()
  apply(theme)
  useTheme.setState({ theme })
}

export function setTheme(theme: Theme): void {
  apply(theme)
  useTheme.setState({ theme })
  try {
    if (theme === 'system') localStorage.removeItem('ami.theme')
    else localStorage.setItem('ami.theme', theme)
  } catch {
    // Without storage the choice lasts as long as the page.
  }
}
