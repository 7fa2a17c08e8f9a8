import { AV_HWDEVICE_TYPE_VAAPI, AV_PIX_FMT_NV12, AV_PIX_FMT_VAAPI } from 'node-av/constants'
import { type CodecContext, Frame, HardwareDeviceContext, HardwareFramesContext } from 'node-av/lib'
import { must } from './engine.ts'

/** Surfaces that the driver keeps ready. */
const poolSize = 8

/** Frames in the memory of a VAAPI device, where its encoders need them. */
export interface VaapiSurfaces {
  /** Copies an NV12 frame into the device; the surface is valid until the following call. */
  upload(frame: Frame): Promise<Frame>
  close(): void
}

/** Opens the first VAAPI device and gives its surfaces to an encoder that is not open yet. Throws if there is no device. */
export function openVaapiSurfaces(context: CodecContext, width: number, height: number): VaapiSurfaces {
  const device = new HardwareDeviceContext()
  must(device.create(AV_HWDEVICE_TYPE_VAAPI, null), 'open a VAAPI device')
  const frames = new HardwareFramesContext()
  frames.alloc(device)
  frames.format = AV_PIX_FMT_VAAPI
  frames.swFormat = AV_PIX_FMT_NV12
  frames.width = width
  frames.height = height
  frames.initialPoolSize = poolSize
  must(frames.init(), 'make VAAPI surfaces')
  context.pixelFormat = AV_PIX_FMT_VAAPI
  context.hwFramesCtx = frames
  const surface = new Frame()
  surface.alloc()
  return {
    async upload(frame) {
      surface.unref()
      must(frames.getBuffer(surface), 'take a VAAPI surface')
      must(await frames.transferData(surface, frame), 'upload')
      must(surface.copyProps(frame), 'upload')
      return surface
    },
    close() {
      surface.free()
      frames.free()
      device.free()
    },
  }
}
