import { cameraSize } from '../../sessions/camera-frames.ts'

/** An image of more pixels is not decoded, whatever its few bytes say. */
const maxPixels = 1920 * 1080

/** A JPEG image as RGBA of the camera's size, with black where it has other proportions; undefined where it is malformed. */
export async function decodeFrame(jpeg: Uint8Array): Promise<Buffer | undefined> {
  // Other formats have decoders, too: none of them is for strangers.
  if (jpeg[0] !== 0xff || jpeg[1] !== 0xd8 || jpeg[2] !== 0xff) return undefined
  try {
    // Most viewers show no camera: nobody waits for it when a display is opened.
    const { default: sharp } = await import('sharp')
    return await sharp(jpeg, { limitInputPixels: maxPixels, failOn: 'error' })
      .resize({ ...cameraSize, fit: 'contain', background: '#000' })
      .toColourspace('srgb')
      .ensureAlpha()
      .raw()
      .toBuffer()
  } catch {
    return undefined
  }
}
