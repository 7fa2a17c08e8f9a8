import type { CaptureAddon } from '../../media/worker/capture/screen/native-addon.ts'
import { loadAddon } from '../../platform/load-addon.ts'
import { controlSocketOf, portalTokenVariable, protocolVariable } from '../displays/display-server.ts'
import type { DesktopAddon, ShownDisplay } from './desktop-addon.ts'
import { openPortalDisplay } from './portal/portal-display.ts'
import { askActiveTitle } from './recording/active-title.ts'
import { focusedTitle } from './recording/focused-title.ts'
import { swayView } from './sway-view.ts'

/** @throws AppError `studio.engine_missing` with what to install */
export function openShownDisplay(): ShownDisplay {
  if (process.env[protocolVariable] === 'portal') return openPortalDisplay(process.env[portalTokenVariable] ?? '')
  if (process.env[protocolVariable] === 'wayland') {
    const { DesktopClipboard, DesktopInput, DesktopView } =
      loadAddon<Pick<DesktopAddon, 'DesktopClipboard' | 'DesktopInput' | 'DesktopView'>>('wayland')
    const socket = controlSocketOf(process.env.WAYLAND_DISPLAY ?? '')
    const askTitle = (done: (title: string) => void): void => void focusedTitle(socket).then(done, () => done(''))
    return { DesktopClipboard, DesktopInput, DesktopView: swayView(DesktopView), askTitle }
  }
  const addon = loadAddon<DesktopAddon & Pick<CaptureAddon, 'activeWindow' | 'listDevices'>>('x11')
  const { DesktopInput, DesktopView, DesktopClipboard, LocalSeat } = addon
  return { DesktopInput, DesktopView, DesktopClipboard, LocalSeat, askTitle: (done) => askActiveTitle(addon, done) }
}
