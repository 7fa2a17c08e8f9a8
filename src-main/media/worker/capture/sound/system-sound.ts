import { AppError } from '../../../../platform/errors.ts'
import { loadPipeWire } from '../../native/pipewire.ts'
import { createPipeWireSound } from './linux-pipewire/pipewire-sound.ts'
import type { SoundSystem } from './sound-capturer.ts'
import { createWasapiSound } from './windows/wasapi-sound.ts'

/**
 * The sound of the system that this runs on. Whoever opens it closes it; many may be open.
 * @throws AppError `studio.engine_missing` where its native part is missing, or there is none for this system
 */
export function openSystemSound(): SoundSystem {
  if (process.platform === 'linux') return createPipeWireSound(loadPipeWire())
  if (process.platform === 'win32') return createWasapiSound()
  throw new AppError('studio.engine_missing', `Audio cannot be captured or played on ${process.platform} yet`)
}
