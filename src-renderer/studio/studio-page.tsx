import { Canvas } from './canvas/canvas.tsx'
import { useFollowedShow, useShow } from './show-store.ts'

/** The studio: what a creator makes a show with. */
export function StudioPage() {
  useFollowedShow()
  const { open, program } = useShow()
  if (open === null || program === null) return null
  return program.canvases.map(({ canvas, program: scene }) => (
    <Canvas key={canvas} canvas={canvas} scene={scene} role="program" selected={[]} onSelect={() => {}} />
  ))
}
