import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { AppError } from '../../platform/errors.ts'
import type { VirtualCameraSettings } from './output-kinds.ts'

/** Feeds a camera that other programs see. */
export interface VirtualCamera {
  /** What programs that take pictures from cameras list, e.g. `/dev/video10`. */
  readonly device: string
}

const videoDevices = '/sys/class/video4linux'

/** Devices of the v4l2loopback module: what is written to them other programs see as a camera. */
export function loopbackDevices(folder: string = videoDevices): readonly string[] {
  let names: string[] = []
  try {
    names = readdirSync(folder)
  } catch {
    // A system without video devices has no such folder.
  }
  return names.filter((name) => isLoopback(join(folder, name))).map((name) => `/dev/${name}`)
}

function isLoopback(folder: string): boolean {
  try {
    // Devices of the module have no parent in hardware, and their driver's version of the state is theirs alone.
    return readFileSync(join(folder, 'name'), 'utf8').trim() !== '' && readFileSync(join(folder, 'state'), 'utf8').trim() !== ''
  } catch {
    return false
  }
}

/** Finds the camera that settings mean. Throws `studio.virtual_camera_missing`, which says what is missing. */
export function findVirtualCamera({ device }: VirtualCameraSettings, system: NodeJS.Platform = process.platform): VirtualCamera {
  if (system !== 'linux') throw new AppError('studio.virtual_camera_missing', `Virtual cameras are fed on Linux alone, not on ${system}`)
  const found = loopbackDevices()
  if (found.length === 0) throw new AppError('studio.virtual_camera_missing', 'This machine has no device of v4l2loopback')
  const chosen = device === '' ? found[0] : found.find((each) => each === device)
  if (chosen === undefined) {
    throw new AppError('studio.virtual_camera_missing', `${device} is no device of v4l2loopback; there is ${found.join(', ')}`)
  }
  return { device: chosen }
}
