import { AppError } from '../../../../platform/errors.ts'
import { loadPipeWire } from '../../native/pipewire.ts'
import type { AudioSystem } from './audio-capturer.ts'
import { createPipeWireAudio } from './linux-pipewire/pipewire-audio.ts'
import { createWasapiAudio } from './windows/wasapi-audio.ts'

/**
 * The audio of the system that this runs on. The caller closes it; many may be open. `server`: Linux, the full path of the socket of a
 * PipeWire that is not this user's own; what is played there can be captured.
 * @throws AppError `studio.engine_missing` if its native part is missing, or this system has none
 */
export function openSystemAudio(server?: string): AudioSystem {
  if (process.platform === 'linux') return createPipeWireAudio(loadPipeWire(), server)
  if (process.platform === 'win32') return createWasapiAudio()
  throw new AppError('studio.engine_missing', `Audio cannot be captured or played on ${process.platform} yet`)
}
