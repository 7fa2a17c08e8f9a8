import { freeId, freeName } from './places.ts'
import type { CanvasPart, Collection, Device, Edit } from './types.ts'

/** A point of the canvas, pixels. */
export interface Place {
  readonly x: number
  readonly y: number
}

interface NewSource {
  readonly kind: string
  readonly name: string
  readonly settings: Readonly<Record<string, unknown>>
  /** False for what is heard but not seen: it is in no scene. */
  readonly hasVideo: boolean
  /** Where the middle of its item is wanted; left out: it fills the canvas. */
  readonly at?: Place
}

const words = new Set(['text', 'clock', 'timer'])

/** Edits that add a source, and an item of it that fits the canvas; ids are chosen here, so that the item can name its source. */
export function addSourceEdits(wanted: NewSource, document: Collection, scene: string, canvas: CanvasPart): readonly Edit[] {
  const name = freeName(wanted.name, document.sources)
  const id = freeId(name, document.sources)
  const add: Edit = { do: 'add', to: 'sources', value: { id, name, kind: wanted.kind, settings: wanted.settings } }
  if (!wanted.hasVideo) return [add]
  return [add, { do: 'add', to: `scenes/${scene}/items`, value: { source: id, ...layoutOf(wanted.kind, canvas, wanted.at) } }]
}

/** A new source of that device is heard where whoever adds it may hear the device; nothing of devices that say nothing of it. */
export function audioOfDevice(device: Device | undefined): { readonly audio?: boolean } {
  const audible = device?.details?.audible
  return typeof audible === 'boolean' ? { audio: audible } : {}
}

/** Where a new item is: letters in the middle in their own size, what was dropped around that point, everything else as large as the canvas. */
export function layoutOf(kind: string, { width, height }: CanvasPart, at?: Place): Record<string, unknown> {
  if (words.has(kind)) return { position: { x: width / 2, y: height / 2 }, alignment: { x: 'center', y: 'center' } }
  if (at === undefined) return { bounds: { fit: 'contain', width, height } }
  const box = { width: Math.round(width / 2), height: Math.round(height / 2) }
  const start = (middle: number, length: number, whole: number): number =>
    Math.round(Math.min(Math.max(0, middle - length / 2), whole - length))
  return { position: { x: start(at.x, box.width, width), y: start(at.y, box.height, height) }, bounds: { fit: 'shrink', ...box } }
}
