import { t } from '../messages.ts'
import { accent, background, camera, type Design, edge, lowerThird, panel, screen, second, waitingScenes } from './parts.ts'

const full = { x: 0, y: 0, w: 1920, h: 1080 }

/** Slides with the speaker beside them, slides alone, the speaker alone. */
export function presentation(design: Design): void {
  const { stage, options } = design
  const { text, panelText, panelQuiet } = stage.shades
  const behind = () => [
    ...background(stage, full),
    accent(stage, { x: 1560, y: 0, w: 360, h: 1068 }, { opacity: 0.14 }),
    second(stage, { x: 1740, y: 0, w: 180, h: 1068 }, { opacity: 0.14 }),
    ...edge(stage, full),
  ]
  const side = { x: 1520, w: 352 }
  stage.scene('main', t.made.slidesAndSpeaker, [
    background(stage, full),
    screen(design, { x: 48, y: 48, w: 1424, h: 801 }),
    camera(design, { ...side, y: 48, h: 470 }),
    accent(stage, { ...side, y: 518, h: 8 }),
    panel(stage, { ...side, y: 526, h: 323 }),
    stage.text(
      'speaker-name',
      `${t.made.nameOf}: ${t.made.slides}`,
      options.speaker,
      { x: 1548, y: 554, w: 296, h: 96 },
      {
        size: 38,
        weight: 700,
        color: panelText,
      },
    ),
    stage.text(
      'speaker-role',
      `${t.made.subtitle}: ${t.made.slides}`,
      t.made.role,
      { x: 1548, y: 656, w: 296, h: 40 },
      {
        size: 30,
        color: panelQuiet,
      },
    ),
    stage.logo(t.made.logo, { x: 1548, y: 716, w: 296, h: 105 }),
    second(stage, { x: 48, y: 905, w: 12, h: 88 }),
    stage.text(
      'title-main',
      `${t.showTitle}: ${t.made.slides}`,
      options.title,
      { x: 88, y: 897, w: 1384, h: 104 },
      {
        size: 60,
        weight: 800,
        color: text,
        vertical: 'middle',
      },
    ),
    stage.time(
      'clock',
      t.made.clock,
      'clock',
      { format: 'HH:mm' },
      { ...side, y: 897, h: 104 },
      {
        size: 56,
        weight: 600,
        color: stage.shades.quiet,
        align: 'right',
        vertical: 'middle',
      },
    ),
    edge(stage, full),
  ])
  stage.scene('slides', t.made.slides, [background(stage, full), screen(design, full)])
  stage.scene('speaker', t.made.role, [camera(design, full), lowerThird(stage, { x: 96, y: 860, w: 660 }, 'speaker', options.speaker)])
  waitingScenes(design, behind, { x: 140, y: 320, w: 1340, align: 'left', lines: 1 })
}
