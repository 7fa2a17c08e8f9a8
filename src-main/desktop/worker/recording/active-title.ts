import type { CaptureAddon } from '../../../media/worker/capture/screen/native-addon.ts'
import { shownLine } from '../../../platform/shown-line.ts'

/**
 * Asks which window of this process's display is active: the one that the window manager says, or without a window manager the one on top.
 * `done` is given its title, or its class where it has none; empty where no window is active. It is never called where the server hangs.
 */
export function askActiveTitle(addon: Pick<CaptureAddon, 'activeWindow' | 'listDevices'>, done: (title: string) => void): void {
  addon.activeWindow('', (active) => {
    const title = shownLine(active.title) || shownLine(active.className)
    if (title !== '') {
      done(title)
      return
    }
    addon.listDevices('', ({ windows }) => {
      const top = windows.findLast(({ visible }) => visible)
      done(top === undefined ? '' : shownLine(top.title) || shownLine(top.className))
    })
  })
}
