import { loadPipeWire } from '../../native/pipewire.ts'
import { listPipeWireDevices } from '../pipewire/pipewire-devices.ts'
import type { Device } from '../source-kind.ts'

/** Cameras, the default one first. Rejects with `studio.devices_unavailable` or `studio.engine_missing`. */
export async function listCameras(): Promise<readonly Device[]> {
  return listPipeWireDevices(loadPipeWire(), 'camera')
}
