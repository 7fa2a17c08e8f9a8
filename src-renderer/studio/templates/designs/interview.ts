import { t } from '../messages.ts'
import { accent, background, camera, type Design, edge, glow, guest, lowerThird, second, waitingScenes } from './parts.ts'

const full = { x: 0, y: 0, w: 1920, h: 1080 }

/** Host and guest side by side, and each of them alone. */
export function interview(design: Design): void {
  const { stage, options } = design
  const { kicker, quiet } = stage.shades
  const behind = () => [...background(stage, full), ...glow(stage, { x: 960, y: -700, w: 1500, h: 1500 }), ...edge(stage, full)]
  stage.scene('main', t.made.together, [
    behind(),
    stage.text(
      'title-main',
      `${t.showTitle}: ${t.made.together}`,
      options.title,
      { x: 72, y: 92, w: 1360, h: 54 },
      { size: 40, weight: 700, color: kicker, upper: true },
    ),
    stage.logo(t.made.logo, { x: 1548, y: 72, w: 300, h: 96 }, 'right'),
    accent(stage, { x: 72, y: 212, w: 872, h: 8 }),
    second(stage, { x: 976, y: 212, w: 872, h: 8 }),
    camera(design, { x: 72, y: 220, w: 872, h: 490 }),
    guest(design, { x: 976, y: 220, w: 872, h: 490 }),
    lowerThird(stage, { x: 72, y: 710, w: 872 }, 'speaker', options.speaker),
    lowerThird(stage, { x: 976, y: 710, w: 872 }, 'guest', options.guest),
    stage.text(
      'questions',
      t.made.subtitle,
      t.made.questions,
      { x: 72, y: 916, w: 1776, h: 60 },
      { size: 40, color: quiet, align: 'center' },
    ),
  ])
  const alone = { y: 860, w: 660 }
  stage.scene('speaker', t.made.role, [camera(design, full), lowerThird(stage, { x: 96, ...alone }, 'speaker', options.speaker)])
  stage.scene('guest-scene', t.made.guestRole, [guest(design, full), lowerThird(stage, { x: 96, ...alone }, 'guest', options.guest)])
  waitingScenes(design, behind, { x: 160, y: 300, w: 1600, align: 'center', lines: 1 })
}
