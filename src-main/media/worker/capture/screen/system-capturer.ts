import { AppError } from '../../../../platform/errors.ts'
import type { Capturer } from './capturer.ts'
import { createX11Capturer } from './linux-x11/x11-capturer.ts'
import { createMacosCapturer } from './macos/macos-capturer.ts'
import { createWindowsCapturer } from './windows/windows-capturer.ts'

const capturers: Readonly<Partial<Record<NodeJS.Platform, () => Capturer>>> = {
  linux: createX11Capturer,
  win32: createWindowsCapturer,
  darwin: createMacosCapturer,
}

/**
 * The capturer of the system that this runs on.
 * @throws AppError `studio.engine_missing` where its native part is missing, or this system is not supported
 */
export function createSystemCapturer(): Capturer {
  const create = capturers[process.platform]
  if (create === undefined) throw new AppError('studio.engine_missing', `Screens cannot be captured on ${process.platform}`)
  return create()
}
