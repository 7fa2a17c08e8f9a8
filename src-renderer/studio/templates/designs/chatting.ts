import { t } from '../messages.ts'
import { accent, background, camera, type Design, edge, glow, lowerThird, panel, second, waitingScenes } from './parts.ts'

const full = { x: 0, y: 0, w: 1920, h: 1080 }

/** A large camera with the topics and a clock beside it, and the camera alone. */
export function chatting(design: Design): void {
  const { stage, options } = design
  const { kicker, panelText, panelQuiet } = stage.shades
  const behind = () => [
    ...background(stage, full),
    ...glow(stage, { x: -500, y: 300, w: 1300, h: 1300 }),
    ...glow(stage, { x: 1100, y: -500, w: 1300, h: 1300 }),
    ...edge(stage, full),
  ]
  const side = { x: 1416, w: 444 }
  stage.scene('main', t.made.talk, [
    behind(),
    stage.text(
      'title-main',
      `${t.showTitle}: ${t.made.talk}`,
      options.title,
      { x: 60, y: 56, w: 1296, h: 54 },
      { size: 40, weight: 700, color: kicker, upper: true },
    ),
    stage.logo(t.made.logo, { ...side, y: 32, h: 88 }, 'right'),
    accent(stage, { x: 60, y: 136, w: 1320, h: 8 }),
    camera(design, { x: 60, y: 144, w: 1320, h: 742 }),
    second(stage, { ...side, y: 136, h: 8 }),
    panel(stage, { ...side, y: 144, h: 742 }),
    stage.text(
      'topics-title',
      `${t.made.headline}: ${t.made.topics}`,
      t.made.topics,
      { x: 1452, y: 180, w: 372, h: 56 },
      {
        size: 40,
        weight: 800,
        color: panelText,
      },
    ),
    stage.text('topics', t.made.topics, t.made.topicList, { x: 1452, y: 260, w: 372, h: 590 }, { size: 32, color: panelQuiet }),
    lowerThird(stage, { x: 60, y: 902, w: 1320 }, 'speaker', options.speaker),
    panel(stage, { ...side, y: 902, h: 124 }),
    stage.time(
      'clock',
      t.made.clock,
      'clock',
      { format: 'HH:mm' },
      { ...side, y: 902, h: 124 },
      {
        size: 64,
        weight: 600,
        color: panelText,
        align: 'center',
        vertical: 'middle',
      },
    ),
  ])
  stage.scene('camera-scene', t.made.camera, [
    camera(design, full),
    lowerThird(stage, { x: 96, y: 860, w: 660 }, 'speaker', options.speaker),
  ])
  waitingScenes(design, behind, { x: 160, y: 300, w: 1600, align: 'center', lines: 1 })
}
