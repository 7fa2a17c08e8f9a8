import { t } from '../messages.ts'
import { accent, background, camera, type Design, glow, lowerThird, panel, screen, second, waitingScenes } from './parts.ts'

const full = { x: 0, y: 0, w: 1080, h: 1920 }

/** For phones. Services draw over the top 200, the bottom 340 and the right 120 of 1080 by 1920: texts keep clear of them. */
export function vertical(design: Design): void {
  const { stage, options } = design
  const { text, panelText } = stage.shades
  const behind = () => [
    ...background(stage, full),
    ...glow(stage, { x: -420, y: -520, w: 1500, h: 1500 }),
    ...glow(stage, { x: 300, y: 1100, w: 1300, h: 1300 }),
  ]
  stage.scene('main', t.made.camera, [
    camera(design, full),
    panel(stage, { x: 60, y: 220, w: 840, h: 108 }),
    accent(stage, { x: 60, y: 328, w: 630, h: 8 }),
    second(stage, { x: 690, y: 328, w: 210, h: 8 }),
    stage.text(
      'title-main',
      `${t.showTitle}: ${t.made.camera}`,
      options.title,
      { x: 92, y: 220, w: 776, h: 108 },
      { size: 44, weight: 800, color: panelText, vertical: 'middle' },
    ),
    lowerThird(stage, { x: 60, y: 1420, w: 780 }, 'speaker', options.speaker),
  ])
  stage.scene('screen-and-camera', t.made.screenAndCamera, [
    behind(),
    stage.text(
      'title-screen',
      `${t.showTitle}: ${t.made.screen}`,
      options.title,
      { x: 60, y: 212, w: 900, h: 72 },
      { size: 52, weight: 800, color: text },
    ),
    screen(design, { x: 0, y: 316, w: 1080, h: 608 }),
    accent(stage, { x: 0, y: 924, w: 810, h: 10 }),
    second(stage, { x: 810, y: 924, w: 270, h: 10 }),
    camera(design, { x: 0, y: 934, w: 1080, h: 646 }),
    lowerThird(stage, { x: 60, y: 1420, w: 780 }, 'speaker', options.speaker),
  ])
  waitingScenes(design, behind, { x: 90, y: 700, w: 900, align: 'center', lines: 2 })
}
