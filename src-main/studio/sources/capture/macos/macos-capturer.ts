import { loadAddon } from '../../../native/load-addon.ts'
import type { Capturer } from '../capturer.ts'
import type { CaptureAddon } from '../native-addon.ts'
import { type CaptureProblems, createNativeCapturer } from '../native-capturer.ts'
import { windowName } from '../window-name.ts'

/**
 * Captures displays and windows by ScreenCaptureKit, by native/macos.
 * @throws AppError `studio.engine_missing`
 */
export function createMacosCapturer(): Capturer {
  return createNativeCapturer(loadAddon<CaptureAddon>('macos'), macosProblems)
}

const macosProblems: CaptureProblems = {
  describe,
  hangs: () => 'macOS does not answer: it may be asking on the screen whether the host may record it',
}

/** The reasons of native/macos. */
function describe(reason: string, detail: string): string | undefined {
  switch (reason) {
    case '':
      return undefined
    case 'not-allowed':
      return 'The host may not record the screen: allow it in System Settings, Privacy & Security, Screen Recording, and start it anew'
    case 'display-missing':
      return `The display ${detail} is not connected: waiting for it`
    case 'window-missing':
      return `The window ${windowName(detail)} is not open: waiting for it`
    case 'no-window':
      return 'No window is chosen: set `device` to one that GET /api/v1/studio/devices?kind=window lists'
    case 'outside':
      return `The region lies outside the display, which has ${detail} pixels`
    case 'clipped':
      return `The region reaches beyond the display, which has ${detail} pixels: it is cut off there`
    case 'too-large':
      return `The picture cannot be kept: ${detail}`
    case 'refused':
      return `macOS ended the capture (${detail}): trying again`
    default:
      return reason
  }
}
