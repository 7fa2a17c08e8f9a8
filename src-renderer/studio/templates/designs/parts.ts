import { t } from '../messages.ts'
import type { Box, Stage } from '../stage.ts'
import type { ChosenDevice, TemplateOptions } from '../template-options.ts'
import { mix } from '../theme.ts'

type Items = ReturnType<Stage['place']>[]

/** What every design is given. */
export interface Design {
  readonly stage: Stage
  readonly options: TemplateOptions
}

const settingsOf = ({ device }: ChosenDevice): Record<string, unknown> => (device === undefined ? {} : { device })

/** What is decoration: a click or a drag on the canvas does not take it. */
const fixed = { locked: true } as const

export const accent = (stage: Stage, box: Box, more = {}) =>
  stage.rectangle('accent', t.made.accent, stage.shades.accent, box, { ...fixed, ...more })
export const second = (stage: Stage, box: Box, more = {}) =>
  stage.rectangle('second', t.made.second, stage.shades.second, box, { ...fixed, ...more })
export const panel = (stage: Stage, box: Box) => stage.rectangle('panel', t.made.panel, stage.shades.panel, box, fixed)

/** The background of all scenes, in the shape of the canvas. */
export function background(stage: Stage, box: Box): Items {
  const { shades } = stage
  const source = stage.source('background', t.made.background, 'gradient', {
    shape: 'linear',
    angle: box.w > box.h ? 25 : 65,
    stops: [
      { at: 0, color: shades.background },
      { at: 0.55, color: shades.background },
      { at: 1, color: shades.lit },
    ],
  })
  return [stage.place(source, box, fixed)]
}

/** Light of the accent from one side. */
export function glow(stage: Stage, box: Box): Items {
  const { accent: color } = stage.shades
  const source = stage.source('glow', t.made.glow, 'gradient', {
    shape: 'radial',
    centerX: 0.5,
    centerY: 0.5,
    width: 640,
    height: 640,
    stops: [
      { at: 0, color: `${color}66` },
      { at: 0.35, color: `${color}24` },
      { at: 0.68, color: `${color}00` },
    ],
  })
  return [stage.place(source, box, fixed)]
}

/** Slanted bars that run off the canvas. */
export function slanted(stage: Stage, { x, y, w, h }: Box): Items {
  const bar = { rotation: 18 }
  return [
    accent(stage, { x, y, w, h }, { ...bar, opacity: 0.22 }),
    second(stage, { x: x + w * 1.35, y, w: w * 0.28, h }, { ...bar, opacity: 0.3 }),
    accent(stage, { x: x + w * 1.9, y, w: w * 0.7, h }, { ...bar, opacity: 0.12 }),
  ]
}

/** What is seen until the camera or the screen above it is there. */
function placeholder(stage: Stage, id: string, text: string, box: Box): Items {
  const { empty } = stage.shades
  const source = stage.source('empty', t.made.empty, 'gradient', {
    shape: 'linear',
    angle: 90,
    width: 320,
    height: 180,
    stops: [
      { at: 0, color: mix(empty, stage.shades.panelText, 0.08) },
      { at: 1, color: empty },
    ],
  })
  // Painted once, large, and shrunk into each box.
  const letters = { size: 56, weight: 600, color: stage.shades.panelQuiet, align: 'center', vertical: 'middle' } as const
  const label = stage.text(`empty-${id}`, `${t.made.emptyText}: ${text}`, text, { x: 0, y: 0, w: 480, h: 96 }, letters)
  const width = Math.min(box.w * 0.5, 480)
  const height = width / 5
  const middle = { x: box.x + (box.w - width) / 2, y: box.y + (box.h - height) / 2, w: width, h: height }
  return [stage.place(source, box, fixed), stage.place(label.source, middle, { fit: 'contain', ...fixed })]
}

/** The camera in a box, on what is seen while it is not there. */
export function camera({ stage, options }: Design, box: Box): Items {
  const source = stage.source('camera', t.made.camera, options.camera.kind, settingsOf(options.camera))
  return [...placeholder(stage, 'camera', t.made.yourCamera, box), stage.place(source, box, { fit: 'cover' })]
}

/** A guest in a box: who is invited is chosen in the properties of the source. */
export function guest({ stage }: Design, box: Box): Items {
  const source = stage.source('guest', t.made.yourGuest, 'guest', {})
  return [...placeholder(stage, 'guest', t.made.yourGuest, box), stage.place(source, box, { fit: 'cover' })]
}

/** The screen in a box. */
export function screen({ stage, options }: Design, box: Box, fit: 'cover' | 'contain' = 'contain'): Items {
  const source = stage.source('screen', t.made.screen, options.screen.kind, settingsOf(options.screen))
  return [...placeholder(stage, 'screen', t.made.yourScreen, box), stage.place(source, box, { fit })]
}

/** A lower third: a name, and below it what the person does. */
export function lowerThird(stage: Stage, { x, y, w }: { x: number; y: number; w: number }, of: 'speaker' | 'guest', name: string): Items {
  const { panelText, panelQuiet } = stage.shades
  const strip = { x, y, w: 12, h: 124 }
  const role = of === 'speaker' ? t.made.role : t.made.guestRole
  return [
    panel(stage, { x, y, w, h: 124 }),
    of === 'speaker' ? accent(stage, strip) : second(stage, strip),
    stage.text(
      `name-${of}`,
      `${t.made.nameOf}: ${role}`,
      name,
      { x: x + 40, y: y + 15, w: w - 64, h: 54 },
      { size: 42, weight: 700, color: panelText },
    ),
    stage.text(
      `role-${of}`,
      `${t.made.subtitle}: ${role}`,
      role,
      { x: x + 40, y: y + 74, w: w - 64, h: 40 },
      { size: 30, color: panelQuiet },
    ),
  ]
}

/** The line at the lower edge of full scenes. */
export function edge(stage: Stage, { w, h }: { readonly w: number; readonly h: number }): Items {
  return [accent(stage, { x: 0, y: h - 12, w: w * 0.75, h: 12 }), second(stage, { x: w * 0.75, y: h - 12, w: w * 0.25, h: 12 })]
}

/** Where the texts of a scene without a camera are. */
interface Column {
  readonly x: number
  readonly y: number
  readonly w: number
  readonly align: 'left' | 'center'
  /** Lines that the headline may have. */
  readonly lines: number
}

/** Scenes before, between and after: starting soon with its timer, be right back, the end. */
export function waitingScenes({ stage, options }: Design, behind: () => Items, column: Column): void {
  const { x, y, w, align, lines } = column
  const { text, quiet, kicker } = stage.shades
  const left = align === 'left' ? x : x + w / 2 - 76
  const headlineHeight = 132 * lines
  const mark = (): Items => [accent(stage, { x: left, y, w: 112, h: 12 }), second(stage, { x: left + 120, y, w: 32, h: 12 })]
  const title = (): Items => [
    stage.text(
      'title-waiting',
      t.showTitle,
      options.title,
      { x, y: y + 36, w, h: 54 },
      { size: 40, weight: 700, color: kicker, align, upper: true },
    ),
  ]
  const headline = (id: string, words: string): Items => [
    stage.text(
      `headline-${id}`,
      `${t.made.headline}: ${words}`,
      words,
      { x, y: y + 104, w, h: headlineHeight },
      {
        size: 108,
        weight: 800,
        color: text,
        align,
        vertical: 'middle',
      },
    ),
  ]
  const below = y + 104 + headlineHeight + 12
  const line = (id: string, words: string): Items => [
    stage.text(`line-${id}`, `${t.made.subtitle}: ${words}`, words, { x, y: below, w, h: 116 }, { size: 44, color: quiet, align }),
  ]
  const logo = (): Items => [...stage.logo(t.made.logo, { x, y: y - 176, w: align === 'left' ? 420 : w, h: 128 }, align)]
  const scene = (id: string, words: string, last: Items): void =>
    stage.scene(id, words, [behind(), logo(), mark(), title(), headline(id, words), last])
  scene('starting-soon', t.made.startingSoon, [
    stage.time(
      'timer',
      t.made.timer,
      'timer',
      { mode: 'down', durationMs: 300_000, format: 'mm:ss', autoStart: true, whenShown: 'restart' },
      { x, y: below - 8, w, h: 216 },
      { size: 176, weight: 700, color: text, align },
    ),
  ])
  scene('be-right-back', t.made.beRightBack, line('back', t.made.backSoon))
  scene('ending', t.made.ending, line('ending', t.made.seeYou))
}
