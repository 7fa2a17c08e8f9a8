import type { ItemLayout } from '../../../document/collection.ts'

/** The layout of an item as it is when nothing was changed, for tests. */
export const plainLayout: Omit<ItemLayout, 'id'> = {
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
}
