import { freeId, freeName } from '../places.ts'
import type { CanvasPart, Collection, Edit } from '../types.ts'
import type { Overlay, OverlayKind } from './overlay-store.ts'

/** Place of each kind on the canvas: where its alignment point is, as shares of width and height. */
const places: Readonly<Record<string, readonly [x: 'left' | 'center' | 'right', y: 'top' | 'center' | 'bottom']>> = {
  'lower-third': ['left', 'bottom'],
  'alert': ['center', 'top'],
  'chat': ['right', 'center'],
  'viewers': ['left', 'top'],
  'goal': ['center', 'bottom'],
  'number': ['right', 'top'],
  'table': ['center', 'center'],
  'chart': ['center', 'center'],
}
const shares = { left: 0.03, top: 0.04, center: 0.5, right: 0.97, bottom: 0.95 } as const

/** Edits that show an overlay in a scene: its page is as large as it is shown, so that no pixel is drawn in vain. */
export function overlayItemEdits(
  { id: overlay, kind, name: wanted }: Pick<Overlay, 'id' | 'kind' | 'name'>,
  design: Pick<OverlayKind, 'width' | 'height'>,
  document: Collection,
  scene: string,
  canvas: CanvasPart,
): readonly Edit[] {
  const name = freeName(wanted, document.sources)
  const id = freeId(name, document.sources)
  const scale = Math.min(Math.min(canvas.width, canvas.height) / 1080, canvas.width / design.width)
  const [x, y] = places[kind] ?? ['center', 'center']
  const settings = {
    url: `/overlay/${overlay}`,
    width: Math.max(16, Math.round(design.width * scale)),
    height: Math.max(16, Math.round(design.height * scale)),
    sound: false,
  }
  return [
    { do: 'add', to: 'sources', value: { id, name, kind: 'browser', settings } },
    {
      do: 'add',
      to: `scenes/${scene}/items`,
      value: {
        source: id,
        position: { x: Math.round(canvas.width * shares[x]), y: Math.round(canvas.height * shares[y]) },
        alignment: { x, y },
      },
    },
  ]
}

/** Id of the overlay that a source shows; undefined where it shows none. */
export const overlayOf = (settings: Readonly<Record<string, unknown>>): string | undefined =>
  /^\/overlay\/([a-z0-9]+)$/.exec(String(settings.url ?? ''))?.[1]
