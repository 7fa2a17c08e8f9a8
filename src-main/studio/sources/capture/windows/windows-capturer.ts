import { loadAddon } from '../../../native/load-addon.ts'
import type { Capturer } from '../capturer.ts'
import type { CaptureAddon } from '../native-addon.ts'
import { type CaptureProblems, createNativeCapturer } from '../native-capturer.ts'
import { windowName } from '../window-name.ts'

/**
 * Captures displays by DXGI desktop duplication and windows by Windows.Graphics.Capture, by native/windows.
 * @throws AppError `studio.engine_missing`
 */
export function createWindowsCapturer(): Capturer {
  return createNativeCapturer(loadAddon<CaptureAddon>('windows'), windowsProblems)
}

const windowsProblems: CaptureProblems = {
  describe,
  hangs: () => 'Windows does not answer: the driver of the graphics card may be starting anew',
}

/** The reasons of native/windows. */
function describe(reason: string, detail: string): string | undefined {
  switch (reason) {
    case '':
      return undefined
    case 'display-missing':
      return `The display ${detail} is not connected: waiting for it`
    case 'window-missing':
      return `The window ${windowName(detail)} is not open: waiting for it`
    case 'window-hidden':
      return 'The window is minimised: it is seen when it is shown again'
    case 'no-window':
      return 'No window is chosen: set `device` to one that GET /api/v1/studio/devices?kind=window lists'
    case 'outside':
      return `The region lies outside the display, which has ${detail} pixels`
    case 'clipped':
      return `The region reaches beyond the display, which has ${detail} pixels: it is cut off there`
    case 'too-large':
      return `The picture cannot be kept: ${detail}`
    case 'locked':
      return 'The desktop is locked, or asks for rights: nobody may see it until that is over'
    case 'refused':
      return `Windows refuses the capture (${detail}): trying again. Windows 10, version 1903, is the oldest that captures windows`
    default:
      return reason
  }
}
