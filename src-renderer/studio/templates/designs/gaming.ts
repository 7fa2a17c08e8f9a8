import { t } from '../messages.ts'
import { accent, background, camera, type Design, edge, lowerThird, panel, screen, second, slanted, waitingScenes } from './parts.ts'

const full = { x: 0, y: 0, w: 1920, h: 1080 }

/** The game in full, the camera in its lower left corner with the name on its edge. */
export function gaming(design: Design): void {
  const { stage, options } = design
  const behind = () => [...background(stage, full), ...slanted(stage, { x: 1500, y: -220, w: 200, h: 1560 }), ...edge(stage, full)]
  const corner = { x: 54, y: 725, w: 432, h: 243 }
  stage.scene('main', t.made.game, [
    screen(design, full, 'cover'),
    accent(stage, { x: 48, y: 719, w: 444, h: 255 }),
    camera(design, corner),
    panel(stage, { x: 48, y: 974, w: 444, h: 52 }),
    second(stage, { x: 48, y: 1026, w: 444, h: 6 }),
    stage.text(
      'tag',
      `${t.made.nameOf}: ${t.made.game}`,
      options.speaker,
      { x: 68, y: 974, w: 404, h: 52 },
      {
        size: 28,
        weight: 700,
        color: stage.shades.panelText,
        vertical: 'middle',
      },
    ),
    stage.logo(t.made.logo, { x: 1572, y: 48, w: 300, h: 96 }, 'right'),
  ])
  stage.scene('camera-scene', t.made.camera, [
    camera(design, full),
    lowerThird(stage, { x: 96, y: 860, w: 660 }, 'speaker', options.speaker),
    stage.logo(t.made.logo, { x: 1572, y: 48, w: 300, h: 96 }, 'right'),
  ])
  waitingScenes(design, behind, { x: 140, y: 300, w: 1280, align: 'left', lines: 1 })
}
