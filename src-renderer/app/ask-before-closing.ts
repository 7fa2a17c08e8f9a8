import { clientStore } from '../client/store.ts'
import { useShow } from '../studio/show-store.ts'

const isLive = (): boolean =>
  Object.values(clientStore.getState().streams).some(({ state }) => state === 'active') ||
  Object.values(useShow.getState().outputReports).some(({ state }) => state !== 'off' && state !== 'failed')

/** Lets a window of the desktop shell (not a tab of a browser) ask before it closes while something is live; returns how to stop. */
export function askBeforeClosing(): () => void {
  const ask = (event: BeforeUnloadEvent): void => {
    if (matchMedia('(display-mode: standalone)').matches && isLive()) event.preventDefault()
  }
  window.addEventListener('beforeunload', ask)
  return () => window.removeEventListener('beforeunload', ask)
}
