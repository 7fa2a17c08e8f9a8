import type { Device, DeviceKind } from '../../../media/device.ts'

/** Who knows the devices of a kind; loaded when somebody asks. */
const listers: Readonly<Partial<Record<DeviceKind, () => Promise<() => Promise<readonly Device[]> | readonly Device[]>>>> = {
  display: async () => {
    const { createSystemCapturer } = await import('../../../media/worker/capture/screen/system-capturer.ts')
    return () => createSystemCapturer().listDisplays()
  },
  window: async () => {
    const { createSystemCapturer } = await import('../../../media/worker/capture/screen/system-capturer.ts')
    return () => createSystemCapturer().listWindows()
  },
  camera: async () => {
    const { listPipeWireDevices } = await import('../../../media/worker/capture/pipewire/pipewire-devices.ts')
    const { loadPipeWire } = await import('../../../media/worker/native/pipewire.ts')
    return () => listPipeWireDevices(loadPipeWire(), 'camera')
  },
  microphone: async () => (await import('../../../media/worker/capture/audio/list-audio-devices.ts')).listMicrophones,
  speaker: async () => (await import('../../../media/worker/capture/audio/list-audio-devices.ts')).listSpeakers,
  application: async () => (await import('../../../media/worker/capture/audio/list-audio-devices.ts')).listApplications,
  'v4l2-camera': async () => (await import('./media/v4l2-cameras.ts')).listV4l2Cameras,
}

/** Devices of this machine that sources of a kind can capture. Rejects with what is missing. */
export async function listDevices(kind: DeviceKind): Promise<readonly Device[]> {
  return (await listers[kind]?.())?.() ?? []
}
