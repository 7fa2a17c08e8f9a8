import { navigate } from 'wouter/use-browser-location'
import { followEvents } from '../client/event-followers.ts'

const key = 'ami.window'

/** Takes out of the URL that this is the main window of the desktop shell, and keeps it over a reload. */
export function noteMainWindow(): void {
  const url = new URL(location.href)
  if (url.searchParams.get('window') !== 'main') return
  url.searchParams.delete('window')
  history.replaceState(null, '', url.pathname + url.search + url.hash)
  try {
    sessionStorage.setItem(key, 'main')
  } catch {
    // Without storage links open a window that stays where it is.
  }
}

const isMainWindow = (): boolean => {
  try {
    return sessionStorage.getItem(key) === 'main'
  } catch {
    return false
  }
}

/** Pages that are not part of this one. */
const ownPages = /^\/(?:watch|embed|guest|publish)\//

/** Shows in the main window of the desktop shell what a link or a file leads to; returns how to stop. */
export function followLinks(): () => void {
  return followEvents({
    onFresh: () => undefined,
    onEvent: ({ topic, data }) => {
      const path = topic === 'shell.show' && isMainWindow() ? (data as { readonly path?: unknown }).path : undefined
      if (typeof path !== 'string' || !path.startsWith('/') || path.startsWith('//')) return
      if (ownPages.test(path)) location.assign(path)
      else navigate(path)
    },
  })
}
