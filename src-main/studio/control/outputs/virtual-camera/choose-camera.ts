import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { AppError } from '../../../../platform/errors.ts'
import type { VirtualCameraSettings } from '../../../document/kinds/output-kinds.ts'

const videoDevices = '/sys/class/video4linux'

/** The way by which other programs see the camera. */
export type CameraWay = { readonly via: 'pipewire' } | { readonly via: 'v4l2loopback'; readonly device: string }

/** Devices of the v4l2loopback module: what is written to them other programs see as a camera. */
export function loopbackDevices(folder = videoDevices): readonly string[] {
  try {
    return readdirSync(folder)
      .filter((name) => isLoopback(join(folder, name)))
      .map((name) => `/dev/${name}`)
  } catch {
    // A system without video devices has no such folder.
    return []
  }
}

/** `max_openers` is an attribute that this module alone gives its devices. */
function isLoopback(folder: string): boolean {
  try {
    return readFileSync(join(folder, 'max_openers'), 'utf8') !== ''
  } catch {
    return false
  }
}

/** The way that settings mean on a system with those loopback devices. Throws `studio.virtual_camera_missing`, which says what is missing. */
export function chooseCamera(
  { via, device }: Pick<VirtualCameraSettings, 'via' | 'device'>,
  system: NodeJS.Platform,
  devices: readonly string[],
): CameraWay {
  if (system !== 'linux') throw new AppError('studio.virtual_camera_missing', `Virtual cameras are fed on Linux alone, not on ${system}`)
  // A device that is named is used.
  if (via === 'pipewire' || (via === 'auto' && device === '' && devices.length === 0)) return { via: 'pipewire' }
  if (devices.length === 0) throw new AppError('studio.virtual_camera_missing', 'This machine has no device of v4l2loopback')
  const chosen = device === '' ? devices[0] : devices.find((each) => each === device)
  if (chosen !== undefined) return { via: 'v4l2loopback', device: chosen }
  throw new AppError('studio.virtual_camera_missing', `${device} is no device of v4l2loopback; there is ${devices.join(', ')}`)
}
