import type { ItemLayout } from '../collection.ts'

/** The layout of an item in which nothing was changed: what a document that leaves fields out means. */
export const plainLayout = {
  visible: true,
  locked: false,
  position: { x: 0, y: 0 },
  scale: { x: 1, y: 1 },
  rotation: 0,
  alignment: { x: 'left', y: 'top' },
  crop: { left: 0, top: 0, right: 0, bottom: 0 },
  bounds: null,
  blend: 'normal',
  opacity: 1,
  sampling: 'smooth',
} as const satisfies Omit<ItemLayout, 'id'>
