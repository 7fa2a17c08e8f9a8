import type { Item, ItemLayout, Scene } from '../../document/collection.ts'
import type { ItemTransition } from '../../document/schemas/item-transition.ts'

/** How an item is seen that is just shown or hidden. */
export interface Presence {
  /** Factor of its opacity. */
  readonly opacity: number
  /** How far it is from its place, shares of the canvas. */
  readonly x: number
  readonly y: number
}

interface Change {
  readonly scene: string
  readonly transition: ItemTransition
  readonly shows: boolean
  /** How much of it was to be seen when it started, 0 to 1: it may have been on its way the other way round. */
  readonly from: number
  /** Frame on which it started; undefined before its first one. */
  start: number | undefined
  /** How much of it is to be seen, 0 to 1. */
  share: number
}

/** Slow at both ends. */
const eased = (share: number): number => share * share * (3 - 2 * share)

const there: Presence = { opacity: 1, x: 0, y: 0 }
const ways = { left: [-1, 0], right: [1, 0], up: [0, -1], down: [0, 1] } as const

function* itemsOf({ items }: Scene): Generator<ItemLayout> {
  for (const item of items as readonly Item[]) {
    yield item
    if ('group' in item) yield* item.group
  }
}

/** Items whose visibility has changed and that have a transition for it: how each is seen on its way. */
export class ItemPresence {
  readonly #changing = new Map<string, Change>()

  /** Takes another collection: items that were in their scene before, and are shown or hidden now, start their transition. */
  setScenes(before: ReadonlyMap<string, Scene>, after: ReadonlyMap<string, Scene>): void {
    const seen = new Set<string>()
    for (const [id, scene] of after) {
      const old = before.get(id)
      if (old === scene || old === undefined) {
        for (const [item, change] of this.#changing) if (change.scene === id) seen.add(item)
        continue
      }
      const visible = new Map<string, boolean>()
      for (const item of itemsOf(old)) visible.set(item.id, item.visible)
      for (const item of itemsOf(scene)) {
        seen.add(item.id)
        if (visible.get(item.id) === !item.visible) this.#start(item, id)
      }
    }
    for (const item of this.#changing.keys()) if (!seen.has(item)) this.#changing.delete(item)
  }

  /** How an item is seen now; undefined where it is not. */
  of({ id, visible }: ItemLayout): Presence | undefined {
    const change = this.#changing.get(id)
    if (change === undefined) return visible ? there : undefined
    const { transition, share } = change
    if (transition.kind === 'fade') return { opacity: share, x: 0, y: 0 }
    // It comes from where it goes to when it is hidden.
    const [x, y] = ways[transition.direction ?? 'left']
    return { opacity: 1, x: x * (1 - eased(share)), y: y * (1 - eased(share)) }
  }

  /** Goes on to a frame of the show. Answers the scenes that are seen differently by it, and whether an item is at its end. */
  advance(frame: number, frameMs: number): { readonly scenes: ReadonlySet<string>; readonly ended: boolean } {
    const scenes = new Set<string>()
    let ended = false
    for (const [id, change] of this.#changing) {
      change.start ??= frame
      scenes.add(change.scene)
      const step = ((frame - change.start + 1) * frameMs) / Math.max(1, change.transition.durationMs)
      change.share = Math.max(0, Math.min(1, change.from + (change.shows ? step : -step)))
      if (change.share !== (change.shows ? 1 : 0)) continue
      this.#changing.delete(id)
      ended = true
    }
    return { scenes, ended }
  }

  get isIdle(): boolean {
    return this.#changing.size === 0
  }

  #start(item: ItemLayout, scene: string): void {
    const running = this.#changing.get(item.id)
    const transition = item.visible ? item.showTransition : item.hideTransition
    if (transition === undefined || transition.durationMs === 0) {
      this.#changing.delete(item.id)
      return
    }
    const from = running?.share ?? (item.visible ? 0 : 1)
    this.#changing.set(item.id, { scene, transition, shows: item.visible, from, start: undefined, share: from })
  }
}
