import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { CaptureAddon } from '../../media/worker/capture/screen/native-addon.ts'
import { loadAddon } from '../../platform/load-addon.ts'
import {
  controlSocketOf,
  madeHereVariable,
  portalTokenVariable,
  protocolVariable,
  touchScreenName,
  touchSocketName,
} from '../displays/display-server.ts'
import type { DesktopAddon, ShownDisplay, TouchScreenDevice } from './desktop-addon.ts'
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
  const touchScreen = touchScreenOf(addon)
  return {
    DesktopInput,
    DesktopView,
    DesktopClipboard,
    LocalSeat,
    ...(touchScreen && { touchScreen }),
    askTitle: (done) => askActiveTitle(addon, done),
  }
}

/** That of a display that Xorg makes; undefined for all others. */
function touchScreenOf(addon: DesktopAddon): TouchScreenDevice | undefined {
  const { XAUTHORITY: authority, [madeHereVariable]: madeHere } = process.env
  if (madeHere !== '1' || authority === undefined) return undefined
  const socket = join(dirname(authority), touchSocketName)
  return existsSync(socket) ? { socket, restart: () => addon.restartInputDevice('', touchScreenName) } : undefined
}
