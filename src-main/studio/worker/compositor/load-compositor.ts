import { loadAddon } from '../../../platform/load-addon.ts'
import type { Compositor } from './compositor.ts'

/** Stores and compositor. */
export function loadCompositor(): Compositor {
  return loadAddon<Compositor>('compositor')
}
