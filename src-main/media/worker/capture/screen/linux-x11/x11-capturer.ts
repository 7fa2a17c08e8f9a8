import { loadAddon } from '../../../../../platform/load-addon.ts'
import type { Capturer } from '../capturer.ts'
import type { CaptureAddon } from '../native-addon.ts'
import { createNativeCapturer } from '../native-capturer.ts'
import { x11Problems } from './x11-problems.ts'

/**
 * Captures X servers, by native/x11.
 * @throws AppError `studio.engine_missing`
 */
export function createX11Capturer(): Capturer {
  return createNativeCapturer(loadAddon<CaptureAddon>('x11'), x11Problems)
}
