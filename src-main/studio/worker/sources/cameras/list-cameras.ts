import type { Device } from '../../../../media/device.ts'
import { listPipeWireDevices } from '../../../../media/worker/capture/pipewire/pipewire-devices.ts'
import { loadPipeWire } from '../../../../media/worker/native/pipewire.ts'

/** Cameras, the default one first. Rejects with `studio.devices_unavailable` or `studio.engine_missing`. */
export async function listCameras(): Promise<readonly Device[]> {
  return listPipeWireDevices(loadPipeWire(), 'camera')
}
