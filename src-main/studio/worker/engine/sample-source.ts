import type { Compositor, FrameMemory, Layer } from '../compositor/compositor.ts'

/** Size of the image, pixels: enough to tell a screen from who is before it. */
const [width, height] = [160, 90]

const memory: FrameMemory = {
  width,
  height,
  planes: [Buffer.alloc(width * height), Buffer.alloc((width * height) / 4), Buffer.alloc((width * height) / 4)],
  strides: [width, width / 2, width / 2],
}

/** A small image of a layer over black, rows of RGBA. */
export function sampleLayer(
  compositor: Compositor,
  layer: Layer & { readonly width: number; readonly height: number },
  frame: number,
): Uint8Array {
  const surface = compositor.createSurface({ width, height, background: '#000000' })
  try {
    surface.setLayers([{ ...layer, transform: [width / layer.width, 0, 0, height / layer.height, 0, 0] }])
    compositor.render(surface, memory, frame)
    return compositor.toRgba(memory)
  } finally {
    surface.close()
  }
}
