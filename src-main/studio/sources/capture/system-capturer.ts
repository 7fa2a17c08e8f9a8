import { AppError } from '../../../platform/errors.ts'
import type { Capturer } from './capturer.ts'
import { createX11Capturer } from './linux-x11/x11-capturer.ts'

/**
 * The capturer of the system that this runs on.
 * @throws AppError `studio.engine_missing` where its native part is missing, or there is none for this system
 */
export function createSystemCapturer(): Capturer {
  if (process.platform === 'linux') return createX11Capturer()
  throw new AppError('studio.engine_missing', `Screens cannot be captured on ${process.platform} yet`)
}
