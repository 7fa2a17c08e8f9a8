import type { Device } from '../../../device.ts'
import type { SoundDeviceKind } from './sound-capturer.ts'
import { openSystemSound } from './system-sound.ts'

/** Microphones, the default one first. Rejects with `studio.devices_unavailable` or `studio.engine_missing`, as all of these. */
export const listMicrophones = (): Promise<readonly Device[]> => listSoundDevices('microphone')

/** Speakers, the default one first. */
export const listSpeakers = (): Promise<readonly Device[]> => listSoundDevices('speaker')

/** Applications that play something now. */
export const listApplications = (): Promise<readonly Device[]> => listSoundDevices('application')

async function listSoundDevices(kind: SoundDeviceKind): Promise<readonly Device[]> {
  const system = openSystemSound()
  try {
    return await system.devices(kind)
  } finally {
    system.close()
  }
}
