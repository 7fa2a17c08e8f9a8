import { freeId, freeName } from './places.ts'
import type { CanvasPart, Collection, Edit } from './types.ts'

interface NewSource {
  readonly kind: string
  readonly name: string
  readonly settings: Readonly<Record<string, unknown>>
  /** False for what is heard alone: it stands in no scene. */
  readonly pictures: boolean
}

const words = new Set(['text', 'clock', 'timer'])

/** Edits that add a source, and an item of it that fits the canvas; ids are chosen here, so that the item can name its source. */
export function addSourceEdits(wanted: NewSource, document: Collection, scene: string, canvas: CanvasPart): readonly Edit[] {
  const name = freeName(wanted.name, document.sources)
  const id = freeId(name, document.sources)
  const add: Edit = { do: 'add', to: 'sources', value: { id, name, kind: wanted.kind, settings: wanted.settings } }
  if (!wanted.pictures) return [add]
  return [add, { do: 'add', to: `scenes/${scene}/items`, value: { source: id, ...layoutOf(wanted.kind, canvas) } }]
}

/** Where a new item stands: letters in the middle in their own size, everything else as large as the canvas. */
export function layoutOf(kind: string, { width, height }: CanvasPart): Record<string, unknown> {
  if (words.has(kind)) return { position: { x: width / 2, y: height / 2 }, alignment: { x: 'center', y: 'center' } }
  return { bounds: { fit: 'contain', width, height } }
}
