import type { ItemLayout } from '../../document/collection.ts'
import type { Affine } from '../compositor/compositor.ts'

/** What is cut off each side of a layer's content, whole content pixels. */
export interface Cut {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

/** Where an item's content goes. */
export interface Placement {
  readonly crop: Cut
  /** From cropped content pixels to pixels of the scene (or group). */
  readonly transform: Affine
  /** Pixels of the content that are left. */
  readonly width: number
  readonly height: number
}

const across = { left: 0, center: 0.5, right: 1 } as const
const down = { top: 0, center: 0.5, bottom: 1 } as const

/** Places content of a size by an item's layout; undefined where nothing of it is left to see. */
export function place(item: ItemLayout, contentWidth: number, contentHeight: number): Placement | undefined {
  let { left, top, right, bottom } = item.crop
  let width = contentWidth - left - right
  let height = contentHeight - top - bottom
  if (width <= 0 || height <= 0) return undefined
  let scaleX = item.scale.x
  let scaleY = item.scale.y
  // The box that the alignment point is a point of, pixels of the scene, and where the content is in it.
  let boxWidth = width * scaleX
  let boxHeight = height * scaleY
  let insetX = 0
  let insetY = 0
  const { bounds } = item
  if (bounds !== null) {
    const fitX = bounds.width / width
    const fitY = bounds.height / height
    ;[scaleX, scaleY] = {
      stretch: [fitX, fitY],
      contain: [Math.min(fitX, fitY), Math.min(fitX, fitY)],
      cover: [Math.max(fitX, fitY), Math.max(fitX, fitY)],
      width: [fitX, fitX],
      height: [fitY, fitY],
      shrink: [Math.min(fitX, fitY, 1), Math.min(fitX, fitY, 1)],
    }[bounds.fit] as [number, number]
    const alignX = across[bounds.alignment.x]
    const alignY = down[bounds.alignment.y]
    if (bounds.fit === 'cover') {
      // Whole pixels, one of them at least: what is left is fitted by less than a pixel.
      const overX = Math.min(width - 1, Math.round(width - bounds.width / scaleX))
      const overY = Math.min(height - 1, Math.round(height - bounds.height / scaleY))
      const leftOver = Math.round(overX * alignX)
      const topOver = Math.round(overY * alignY)
      left += leftOver
      right += overX - leftOver
      top += topOver
      bottom += overY - topOver
      width -= overX
      height -= overY
      scaleX = bounds.width / width
      scaleY = bounds.height / height
    }
    boxWidth = bounds.width
    boxHeight = bounds.height
    insetX = (boxWidth - width * scaleX) * alignX
    insetY = (boxHeight - height * scaleY) * alignY
    // Mirroring stays what it was: bounds replace the size alone.
    if (item.scale.x < 0) {
      insetX += width * scaleX
      scaleX = -scaleX
    }
    if (item.scale.y < 0) {
      insetY += height * scaleY
      scaleY = -scaleY
    }
  }
  if (scaleX === 0 || scaleY === 0) return undefined
  const fromX = insetX - boxWidth * across[item.alignment.x]
  const fromY = insetY - boxHeight * down[item.alignment.y]
  const angle = (item.rotation * Math.PI) / 180
  // Quarter turns are exact, so that the compositor sees them for what they are.
  const quarter = item.rotation % 90 === 0
  const cos = quarter ? Math.round(Math.cos(angle)) : Math.cos(angle)
  const sin = quarter ? Math.round(Math.sin(angle)) : Math.sin(angle)
  // Content in its own size is sharp on whole pixels alone: half of an odd size does not take it off them, moving it may.
  const sharp = quarter && Math.abs(scaleX) === 1 && Math.abs(scaleY) === 1
  const offset = (value: number): number => (sharp ? Math.round(value) : value)
  return {
    crop: { left, top, right, bottom },
    width,
    height,
    transform: [
      cos * scaleX,
      sin * scaleX,
      -sin * scaleY,
      cos * scaleY,
      item.position.x + offset(cos * fromX - sin * fromY),
      item.position.y + offset(sin * fromX + cos * fromY),
    ],
  }
}

/** Smallest upright box around a placed item: left, top, right, bottom. */
export function extent({ transform: [a, b, c, d, e, f], width, height }: Placement): readonly [number, number, number, number] {
  const xs = [e, e + a * width, e + c * height, e + a * width + c * height]
  const ys = [f, f + b * width, f + d * height, f + b * width + d * height]
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)]
}

/** The same placement seen from another origin. */
export function moved(transform: Affine, byX: number, byY: number): Affine {
  const [a, b, c, d, e, f] = transform
  return [a, b, c, d, e + byX, f + byY]
}

/** A placement of content that starts left of its box or above it (`left`, `top` up to 0): seen where that side of the box is not cropped. */
export function overhanging({ crop, transform, width, height }: Placement, left: number, top: number): Placement {
  const [a, b, c, d, e, f] = transform
  const byX = crop.left === 0 ? left : 0
  const byY = crop.top === 0 ? top : 0
  return {
    crop: { ...crop, left: crop.left === 0 ? 0 : crop.left - left, top: crop.top === 0 ? 0 : crop.top - top },
    transform: [a, b, c, d, e + a * byX + c * byY, f + b * byX + d * byY],
    width: width - byX,
    height: height - byY,
  }
}
