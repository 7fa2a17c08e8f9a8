import type { Device } from '../../../device.ts'
import type { AudioDeviceKind } from './audio-capturer.ts'
import { openSystemAudio } from './system-audio.ts'

/** Microphones, the default one first. Rejects with `studio.devices_unavailable` or `studio.engine_missing`, as all of these. */
export const listMicrophones = (): Promise<readonly Device[]> => listDevicesOnce('microphone')

/** Speakers, the default one first. */
export const listSpeakers = (): Promise<readonly Device[]> => listDevicesOnce('speaker')

/** Applications that play something now. */
export const listApplications = (): Promise<readonly Device[]> => listDevicesOnce('application')

async function listDevicesOnce(kind: AudioDeviceKind): Promise<readonly Device[]> {
  const system = openSystemAudio()
  try {
    return await system.devices(kind)
  } finally {
    system.close()
  }
}
