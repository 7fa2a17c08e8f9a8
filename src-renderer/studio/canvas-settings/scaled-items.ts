import type { CanvasPart, Collection, Edit } from '../types.ts'

/** Places need no more than a hundredth of a pixel. */
const rounded = (value: number, digits = 2): number => Math.round(value * 10 ** digits) / 10 ** digits

/**
 * Edits that move and scale what is on a canvas along with its size: what fills it fills it again, and nothing loses its shape but boxes
 * that a source is fitted into.
 */
export function scaledItems({ scenes }: Collection, canvas: CanvasPart, width: number, height: number): readonly Edit[] {
  const [x, y] = [width / canvas.width, height / canvas.height]
  const factor = Math.min(x, y)
  return scenes
    .filter((scene) => scene.canvas === canvas.id)
    .flatMap((scene) =>
      scene.items.map(
        ({ id, position, scale, bounds }): Edit => ({
          do: 'change',
          at: `scenes/${scene.id}/items/${id}`,
          // Other canvases keep their size, and what is on them its place.
          linked: false,
          changes: {
            position: { x: rounded(position.x * x), y: rounded(position.y * y) },
            scale: { x: rounded(scale.x * factor, 4), y: rounded(scale.y * factor, 4) },
            ...(bounds === null
              ? {}
              : { bounds: { ...bounds, width: Math.max(1, rounded(bounds.width * x)), height: Math.max(1, rounded(bounds.height * y)) } }),
          },
        }),
      ),
    )
}
