import { loadAddon } from '../../../../../platform/load-addon.ts'
import type { CaptureProblems } from '../capture-problems.ts'
import type { Capturer } from '../capturer.ts'
import type { CaptureAddon } from '../native-addon.ts'
import { createNativeCapturer } from '../native-capturer.ts'

/**
 * Captures displays by DXGI desktop duplication and windows by Windows.Graphics.Capture, by native/windows.
 * @throws AppError `studio.engine_missing`
 */
export function createWindowsCapturer(): Capturer {
  return createNativeCapturer(loadAddon<CaptureAddon>('windows'), windowsProblems)
}

const windowsProblems: CaptureProblems = {
  reasons: {
    locked: () => 'The desktop is locked, or asks for rights: nobody may see it until that is over',
    refused: (detail) =>
      `Windows denies the capture (${detail}): trying again. Windows 10, version 1903, is the oldest that captures windows`,
  },
  hangs: () => 'Windows does not answer: the driver of the graphics card may be restarting',
}
