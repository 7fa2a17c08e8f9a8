import { layersOf, nameOf, type PlacedItem } from '../places.ts'
import type { CanvasPart, Collection, Edit, Item, ProgramState, Scene } from '../types.ts'

/** How an item is to one of the other canvases. */
export interface CanvasLink {
  readonly canvas: CanvasPart
  /** The scene there that belongs to the item's. */
  readonly scene: Scene
  /** `linked`: it moves with an item there; `apart`: the scene shows the same, on its own; `absent`: it does not show it. */
  readonly state: 'linked' | 'apart' | 'absent'
  /** The item there, if there is one, and the scene that it is in. */
  readonly other: (PlacedItem & { readonly name: string; readonly of: Scene }) | undefined
}

/** What an item shows; undefined for groups and scenes, which belong to one canvas. */
const sourceOf = (item: Item): string | undefined => ('source' in item ? item.source : undefined)

/**
 * The scene of another canvas that belongs to a scene: one that goes on air together with it, else what is on air there.
 */
function partnerOf(scene: Scene, canvas: CanvasPart, { scenes }: Collection, program: ProgramState | null): Scene | undefined {
  const there = scenes.filter((each) => each.canvas === canvas.id)
  const onAir = program?.canvases.find((each) => each.canvas === canvas.id)?.program ?? canvas.scene
  return (
    there.find(({ follows }) => follows === scene.id) ??
    there.find(({ id }) => id === scene.follows) ??
    there.find(({ follows }) => follows !== undefined && follows === scene.follows) ??
    there.find(({ id }) => id === onAir) ??
    there[0]
  )
}

/** How an item is to each other canvas of the show; empty for what cannot be linked. */
export function linksOf({ item }: PlacedItem, scene: Scene, document: Collection, program: ProgramState | null): readonly CanvasLink[] {
  const source = sourceOf(item)
  if (source === undefined) return []
  return document.canvases.flatMap((canvas): CanvasLink[] => {
    if (canvas.id === scene.canvas) return []
    const partner = partnerOf(scene, canvas, document, program)
    if (partner === undefined) return []
    const find = (of: Scene, wanted: (each: Item) => boolean): CanvasLink['other'] => {
      const found = layersOf(of).find((each) => wanted(each.item))
      return found && { ...found, name: nameOf(found.item, document), of }
    }
    const linked =
      item.link === undefined
        ? undefined
        : [partner, ...document.scenes.filter((each) => each.canvas === canvas.id)]
            .map((of) => find(of, ({ link }) => link === item.link))
            .find((each) => each !== undefined)
    if (linked !== undefined) return [{ canvas, scene: linked.of, state: 'linked', other: linked }]
    const same =
      find(partner, (each) => sourceOf(each) === source && each.link === undefined) ?? find(partner, (each) => sourceOf(each) === source)
    return [{ canvas, scene: partner, state: same === undefined ? 'absent' : 'apart', other: same }]
  })
}

/** A word that no item is linked by. */
function freeLink(document: Collection, wanted: string): string {
  const taken = new Set(document.scenes.flatMap((scene) => layersOf(scene).map(({ item }) => item.link)))
  const base = wanted.slice(0, 56)
  let link = base
  for (let number = 2; taken.has(link); number++) link = `${base}-${number}`
  return link
}

const setLink = ({ at }: PlacedItem, link: string | null): Edit => ({ do: 'change', at, changes: { link } })

/** Edits that have an item and the one of another canvas move together from now on; where that one is missing it is added. */
export function linkEdits(
  layer: PlacedItem,
  { canvas, scene, other }: CanvasLink,
  from: CanvasPart,
  document: Collection,
): readonly Edit[] {
  const link = layer.item.link ?? other?.item.link ?? freeLink(document, layer.item.id)
  const own = layer.item.link === link ? [] : [setLink(layer, link)]
  if (other !== undefined) return [...own, ...(other.item.link === link ? [] : [setLink(other, link)])]
  return [...own, { do: 'add', to: `scenes/${scene.id}/items`, value: copyFor(layer.item, link, from, canvas) }]
}

/** Edits that set an item and that of another canvas apart: those of further canvases stay linked with each other. */
export function apartEdits({ other }: CanvasLink): readonly Edit[] {
  return other === undefined ? [] : [setLink(other, null)]
}

/** The same item for another canvas: at the same share of it, and as large as fits there. */
function copyFor(item: Item, link: string, from: CanvasPart, to: CanvasPart): Record<string, unknown> {
  const [across, down] = [to.width / from.width, to.height / from.height]
  const factor = Math.min(across, down)
  const { id: _id, position, scale, bounds, locked: _locked, ...same } = item
  return {
    ...same,
    link,
    position: { x: position.x * across, y: position.y * down },
    scale: { x: scale.x * factor, y: scale.y * factor },
    bounds: bounds && { ...bounds, width: Math.max(1, bounds.width * across), height: Math.max(1, bounds.height * down) },
  }
}
