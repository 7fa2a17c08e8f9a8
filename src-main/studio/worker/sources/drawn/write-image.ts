import type { FrameStore } from '../../../../media/worker/stores/media-stores.ts'

/** Puts RGBA pixels without padding into a store. */
export function writeRgba(
  store: FrameStore | undefined,
  image: { readonly width: number; readonly height: number; readonly pixels: Uint8Array; readonly premultiplied?: boolean },
  timeUs: number,
): void {
  const { width, height, pixels, premultiplied = false } = image
  store?.write({ layout: 'rgba', width, height, planes: [pixels], strides: [width * 4], premultiplied, timeUs })
}
