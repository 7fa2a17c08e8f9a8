import { create } from 'zustand'
import { reportProblem } from '../../client/api.ts'
import { change, useShow } from '../show-store.ts'
import type { Filter } from '../types.ts'

/** A colour that somebody is about to take from the image of a source. */
export interface Picking {
  /** Id of the source. */
  readonly source: string
  /** Place of the filter in the document. */
  readonly at: string
  /** Id of the filter: its input is what colours are taken from. */
  readonly filter: string
  readonly kind: string
  /** Name of the setting. */
  readonly setting: string
  readonly image: ImageData
}

export const useEyedropper = create<{ readonly picking: Picking | null }>(() => ({ picking: null }))

/** URL of the image of a source: behind its filters, or as it comes into the filter `before`. It is answered by 204 while there is no image. */
export const sourceImageUrl = (
  source: string,
  options: { readonly before?: string; readonly width?: number; readonly type: string },
): string =>
  `/api/v1/studio/screenshot?optional=true&source=${source}&type=${options.type}${options.before === undefined ? '' : `&before=${options.before}`}${
    options.width === undefined ? '' : `&width=${options.width}`
  }`

/** Reads the image that comes into a filter and has the canvas take the next click as a colour of it. */
export async function startPicking(wanted: Omit<Picking, 'image'>): Promise<void> {
  try {
    const response = await fetch(sourceImageUrl(wanted.source, { before: wanted.filter, type: 'png' }), { cache: 'no-store' })
    if (!response.ok || response.status === 204) throw new Error(`${response.status}`)
    const bitmap = await createImageBitmap(await response.blob())
    const canvas = new OffscreenCanvas(bitmap.width, bitmap.height)
    const context = canvas.getContext('2d')
    context?.drawImage(bitmap, 0, 0)
    bitmap.close()
    const image = context?.getImageData(0, 0, canvas.width, canvas.height)
    if (image !== undefined) useEyedropper.setState({ picking: { ...wanted, image } })
  } catch (error) {
    reportProblem(error)
  }
}

export const stopPicking = (): void => useEyedropper.setState({ picking: null })

/** Pixels about the point whose mean is the colour: single ones are noise. */
const around = 2

/** The colour about a pixel, `#rrggbb`; undefined outside of the image. */
export function colorAt({ width, height, data }: Pick<ImageData, 'width' | 'height' | 'data'>, x: number, y: number): string | undefined {
  const [left, top] = [Math.floor(x), Math.floor(y)]
  if (!(left >= 0 && top >= 0 && left < width && top < height)) return undefined
  const sums = [0, 0, 0]
  let count = 0
  for (let row = Math.max(0, top - around); row <= Math.min(height - 1, top + around); row++) {
    for (let column = Math.max(0, left - around); column <= Math.min(width - 1, left + around); column++) {
      count++
      for (let channel = 0; channel < 3; channel++) sums[channel] = (sums[channel] ?? 0) + (data[(row * width + column) * 4 + channel] ?? 0)
    }
  }
  return `#${sums
    .map((sum) =>
      Math.round(sum / count)
        .toString(16)
        .padStart(2, '0'),
    )
    .join('')}`
}

/** What crop filters that come behind `filter` cut off at the left and the top, pixels: as the engine cuts. */
export function cutBehind(filters: readonly Filter[], filter: string): { readonly x: number; readonly y: number } {
  let [x, y] = [0, 0]
  const from = filters.findIndex(({ id }) => id === filter)
  for (const { kind, enabled, settings } of filters.slice(Math.max(0, from))) {
    if (kind !== 'crop' || !enabled) continue
    x += Number(settings.left ?? 0) & ~1
    y += Number(settings.top ?? 0) & ~1
  }
  return { x, y }
}

/** Gives the setting a colour, and ends picking; does nothing for `undefined`. */
export function takeColor({ at, kind, setting }: Picking, color: string | undefined): void {
  if (color === undefined) return
  change(at, { settings: { [setting]: color, ...(kind === 'chroma-key' ? reachFor(color) : {}) } })
  stopPicking()
}

/** Distances of Cb and Cr (BT.709) from grey of full green, for which the usual settings are. */
const chromaOfGreen = 0.595

/**
 * How far around a colour a chroma key reaches: the usual settings, in the proportion in which the colour is paler than full green. The
 * screen of a real studio is so pale that the usual ones would take everything away that is grey.
 */
export function reachFor(color: string): { readonly similarity: number; readonly smoothness: number } {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16) / 255)
  const luma = 0.2126 * red + 0.7152 * green + 0.0722 * blue
  const share = Math.min(1, Math.hypot((blue - luma) / 1.8556, (red - luma) / 1.5748) / chromaOfGreen)
  const rounded = (value: number): number => Math.round(value * 100) / 100
  return { similarity: rounded(Math.max(0.02, 0.4 * share)), smoothness: rounded(Math.max(0.01, 0.08 * share)) }
}

/** The colour at a pixel of what comes out of the source's filters; undefined outside of it. */
export function colorBehind({ source, filter, image }: Picking, { x, y }: { readonly x: number; readonly y: number }): string | undefined {
  const filters = useShow.getState().open?.collection.sources.find(({ id }) => id === source)?.filters ?? []
  const cut = cutBehind(filters, filter)
  return colorAt(image, x + cut.x, y + cut.y)
}
