import type { CaptureProblems } from '../native-capturer.ts'
import { windowName } from '../window-name.ts'

/** Why there is no picture of an X server, or not the one that was asked for, and what to do about it. */
export const x11Problems: CaptureProblems = {
  describe,
  hangs: (server) => `The X server at ${addressOf(server)} does not answer`,
}

function addressOf(server: string): string {
  return server === '' ? (process.env.DISPLAY ?? '') : server
}

/** The reasons of native/x11. */
function describe(reason: string, detail: string, server: string): string | undefined {
  const at = addressOf(server)
  switch (reason) {
    case '':
      return undefined
    case 'no-server':
      if (at !== '') return `No X server answers at ${at}: waiting for it`
      return 'There is no X server: DISPLAY is not set where the host runs. On Wayland use a source of the kind screen-cast'
    case 'refused':
      return `The X server at ${at} refuses the host: its cookie is not in the file that XAUTHORITY names`
    case 'bad-name':
      return `"${at}" is no X server: write it as :0 or machine:0`
    case 'no-screen':
      return `The X server at ${at} has no such screen`
    case 'server-lost':
      return `The X server at ${at} is gone: waiting for it to come back`
    case 'display-missing':
      return `The display ${detail} is not connected: waiting for it`
    case 'window-missing':
      return `The window ${windowName(detail)} is not open: waiting for it`
    case 'window-hidden':
      return 'The window is minimised: it is seen when it is shown again'
    case 'no-window':
      return 'No window is chosen: set `device` to one that GET /api/v1/studio/devices?kind=window lists'
    case 'no-composite':
      return 'Windows cannot be captured: the X server lacks the extension Composite'
    case 'pixel-format':
      return `The X server shows colours in a way that cannot be read (depth ${detail}): run it with 16, 24 or 30 bits`
    case 'outside':
      return `The region lies outside the display, which has ${detail} pixels`
    case 'clipped':
      return `The region reaches beyond the display, which has ${detail} pixels: it is cut off there`
    case 'too-large':
      return `The picture is too large (${detail}): up to 8192 pixels a side are possible, capture a region`
    case 'xwayland':
      return 'This X server is a guest of a Wayland desktop: programs of the desktop itself are not seen. Use a source of the kind screen-cast'
    default:
      return reason
  }
}
