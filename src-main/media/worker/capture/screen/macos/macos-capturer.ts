import { loadAddon } from '../../../../../platform/load-addon.ts'
import type { CaptureProblems } from '../capture-problems.ts'
import type { Capturer } from '../capturer.ts'
import type { CaptureAddon } from '../native-addon.ts'
import { createNativeCapturer } from '../native-capturer.ts'

/**
 * Captures displays and windows by ScreenCaptureKit, by native/macos.
 * @throws AppError `studio.engine_missing`
 */
export function createMacosCapturer(): Capturer {
  return createNativeCapturer(loadAddon<CaptureAddon>('macos'), macosProblems)
}

const macosProblems: CaptureProblems = {
  reasons: {
    'not-allowed': () =>
      'The host may not record the screen: allow it in System Settings, Privacy & Security, Screen Recording, and restart it',
    'refused': (detail) => `macOS ended the capture (${detail}): trying again`,
  },
  hangs: () => 'macOS does not answer: it may be asking on the screen whether the host may record it',
}
