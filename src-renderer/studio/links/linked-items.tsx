import { Link2, Link2Off, Plus } from 'lucide-react'
import { tryEdit } from '../commands.ts'
import type { PlacedItem } from '../places.ts'
import { useShow } from '../show-store.ts'
import type { CanvasPart, Collection, Edit, Scene } from '../types.ts'
import { apartEdits, type CanvasLink, linkEdits, linksOf } from './links.ts'
import { t } from './messages.ts'
import './links.css'

interface LinkedItemsProps {
  readonly layer: PlacedItem
  readonly document: Collection
  readonly scene: Scene
  readonly canvas: CanvasPart
  readonly editor: boolean
}

/** Whether an item moves together with that of each other canvas, and the switch for it. Drawn for shows with several canvases alone. */
export function LinkedItems({ layer, document, scene, canvas, editor }: LinkedItemsProps) {
  const program = useShow((state) => state.program)
  const links = linksOf(layer, scene, document, program)
  if (links.length === 0) return null
  const run = (edits: readonly Edit[]): void => void tryEdit(edits)
  const action = (link: CanvasLink) =>
    link.state === 'linked'
      ? { text: t.unlink, Icon: Link2Off, act: () => run(unlink(layer, links, link)) }
      : {
          text: link.state === 'apart' ? t.link : t.addLinked,
          Icon: link.state === 'apart' ? Link2 : Plus,
          act: () => run(linkEdits(layer, link, canvas, document)),
        }
  return (
    <fieldset className="field-group linked-items" data-testid="linked-items">
      <legend>{t.title}</legend>
      <p className="quiet small">{t.help}</p>
      <ul>
        {links.map((link) => {
          const { text, Icon, act } = action(link)
          return (
            <li key={link.canvas.id} data-testid="canvas-link" data-canvas={link.canvas.id} data-state={link.state}>
              <span className="linked-where">
                <b>{link.canvas.name}</b>
                <span className="quiet small">{t[link.state](link.scene.name)}</span>
              </span>
              <button type="button" className="button" disabled={!editor} aria-label={t.onCanvas(text, link.canvas.name)} onClick={act}>
                <Icon size={15} /> {text}
              </button>
            </li>
          )
        })}
      </ul>
    </fieldset>
  )
}

/** The item is linked with nothing any more where this was the last one that it was linked with. */
function unlink(layer: PlacedItem, links: readonly CanvasLink[], link: CanvasLink): readonly Edit[] {
  const last = links.every((each) => each === link || each.state !== 'linked')
  return [...apartEdits(link), ...(last ? [{ do: 'change' as const, at: layer.at, changes: { link: null } }] : [])]
}
