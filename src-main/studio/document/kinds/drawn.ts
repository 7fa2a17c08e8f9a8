import { type Static, Type } from 'typebox'
import { referenceText } from '../references/reference-text.ts'
import type { SourceKind } from './source-kind.ts'
import { ColorSchema, SizeSchema, textStyle } from './text-style.ts'

const exactly = { additionalProperties: false }

/** A setting that has an effect only where others have one of these values: forms show it then. */
type FieldCondition = Readonly<Record<string, readonly string[]>>

const PathSchema = (description: string, more: { readonly when?: FieldCondition } = {}) =>
  referenceText('path', { maxLength: 4096, default: '', description, ...more })
const canvasWidth = SizeSchema('Pixels; 0 for as wide as the canvas')
const canvasHeight = SizeSchema('Pixels; 0 for as high as the canvas')

export const ImageSettingsSchema = Type.Object(
  {
    file: PathSchema('Image on the machine of the host: PNG, JPEG, WebP, AVIF, GIF, SVG, TIFF; drawn again when the file changes'),
    width: SizeSchema('Pixels that it is scaled to; 0 for its own width. SVG is drawn sharp at any size'),
    height: SizeSchema('Pixels that it is scaled to; 0 for its own height. With both the image is fitted inside'),
    loop: Type.Union([Type.Literal('file'), Type.Literal('always'), Type.Literal('once')], {
      default: 'file',
      description: 'Animated images: as often as the file says, for ever, or once',
    }),
    speed: Type.Number({ minimum: 0.1, maximum: 10, default: 1, description: 'Of animated images: factor' }),
  },
  exactly,
)

export const SlideshowSettingsSchema = Type.Object(
  {
    files: Type.Array(referenceText('path', { minLength: 1, maxLength: 4096 }), {
      maxItems: 2000,
      default: [],
      description: 'Images, in their order',
    }),
    folder: PathSchema('Folder whose images are shown by name after those of `files`; read again each time round'),
    order: Type.Union([Type.Literal('listed'), Type.Literal('shuffle')], {
      default: 'listed',
      description: '`shuffle`: in another order each time round',
    }),
    intervalMs: Type.Integer({
      minimum: 0,
      maximum: 86_400_000,
      default: 5000,
      description: 'How long each image is shown, ms; 0 until the command `next`',
    }),
    fadeMs: Type.Integer({ minimum: 0, maximum: 10_000, default: 500, description: 'From one image to the next, ms; 0 for a cut' }),
    loop: Type.Boolean({ default: true, description: 'Starts again after the last; otherwise the last one stays' }),
    fit: Type.Union([Type.Literal('contain'), Type.Literal('cover'), Type.Literal('stretch')], {
      default: 'contain',
      description: '`contain`: whole image inside; `cover`: fills, the rest is cut off',
    }),
    width: canvasWidth,
    height: canvasHeight,
    background: ColorSchema('#00000000', 'Beside images that do not fill'),
    whenHidden: Type.Union([Type.Literal('run'), Type.Literal('pause'), Type.Literal('restart')], {
      default: 'run',
      description: 'When nobody sees it: goes on, pauses, or restarts when it is visible again',
    }),
  },
  exactly,
)

export const TextSettingsSchema = Type.Object(
  {
    from: Type.Union([Type.Literal('text'), Type.Literal('file'), Type.Literal('url')], {
      default: 'text',
      description: 'Which of `text`, `file` and `url` is shown',
    }),
    text: Type.String({ maxLength: 65_536, default: '', description: 'The text itself', when: { from: ['text'] } }),
    file: PathSchema('Text file on the machine of the host, UTF-8 or UTF-16; read again when it changes', { when: { from: ['file'] } }),
    url: referenceText('url', {
      maxLength: 2048,
      default: '',
      description: 'http or https URL of a plain text',
      when: { from: ['url'] },
    }),
    pollMs: Type.Integer({
      minimum: 500,
      maximum: 86_400_000,
      default: 5000,
      description: 'How often the URL is requested, ms',
      when: { from: ['url'] },
    }),
    lastLines: Type.Integer({
      minimum: 0,
      maximum: 1000,
      default: 0,
      description: 'Only so many lines of the end, as for a log; 0 for all',
      when: { from: ['file', 'url'] },
    }),
    scroll: Type.Union(
      [
        Type.Object(
          {
            x: Type.Optional(
              Type.Number({
                minimum: -5000,
                maximum: 5000,
                description: 'Pixels a second to the right: -100, or 0 where it runs up or down',
              }),
            ),
            y: Type.Number({ minimum: -5000, maximum: 5000, default: 0, description: 'Pixels a second downwards' }),
            gap: Type.Integer({ minimum: 0, maximum: 4096, default: 100, description: 'Between the end and the next start, px' }),
          },
          exactly,
        ),
        Type.Null(),
      ],
      { default: null, description: 'The text runs through a window of `width` and `height` without end' },
    ),
    ...textStyle,
  },
  exactly,
)

const timeZone = Type.String({ maxLength: 64, default: '', description: "As `Europe/Berlin`; empty for the machine's" })

export const ClockSettingsSchema = Type.Object(
  {
    format: Type.String({
      maxLength: 200,
      default: 'HH:mm:ss',
      description:
        'yyyy yy MM M MMM MMMM dd d EEE EEEE HH H hh h mm ss S (tenths) a (am or pm); other letters between single quotes, two of them for one',
    }),
    timeZone,
    language: Type.String({
      maxLength: 35,
      default: '',
      description: "Of the names of days and months, as `de` or `pt-BR`; empty for the machine's",
    }),
    ...textStyle,
  },
  exactly,
)

export const TimerSettingsSchema = Type.Object(
  {
    mode: Type.Union([Type.Literal('down'), Type.Literal('up'), Type.Literal('until')], {
      default: 'down',
      description: '`down`: counts `durationMs` down; `up`: counts from nothing; `until`: down to a date',
    }),
    durationMs: Type.Integer({
      minimum: 0,
      maximum: 360_000_000,
      default: 300_000,
      description: 'How long it counts down, ms',
      when: { mode: ['down'] },
    }),
    until: Type.String({
      maxLength: 40,
      default: '',
      description: 'Like 2027-01-01T00:00:00Z; without an offset it is local to `timeZone`',
      when: { mode: ['until'] },
    }),
    timeZone,
    format: Type.String({
      maxLength: 200,
      default: 'mm:ss',
      description: 'd HH H mm m ss s S (tenths): the largest one takes all that is above it; other letters between single quotes',
    }),
    atEnd: Type.Union([Type.Literal('stop'), Type.Literal('overtime'), Type.Literal('again')], {
      default: 'stop',
      description: 'At zero: stop, count on below it, or restart',
    }),
    endText: Type.String({ maxLength: 1000, default: '', description: 'Shown at the end instead of zero' }),
    autoStart: Type.Boolean({ default: true, description: 'Runs from the start; otherwise it waits for the command `start`' }),
    whenShown: Type.Union([Type.Literal('resume'), Type.Literal('restart')], {
      default: 'resume',
      description: 'When it becomes visible: goes on, or starts from its whole time',
      when: { mode: ['down', 'up'] },
    }),
    ...textStyle,
  },
  exactly,
)

export const ColorSettingsSchema = Type.Object(
  { color: ColorSchema('#000000', 'Of the whole image'), width: canvasWidth, height: canvasHeight },
  exactly,
)

export const GradientSettingsSchema = Type.Object(
  {
    shape: Type.Union([Type.Literal('linear'), Type.Literal('radial'), Type.Literal('conic')], { default: 'linear' }),
    angle: Type.Number({ minimum: -360, maximum: 360, default: 90, description: 'Degrees: 0 to the right, 90 downwards' }),
    stops: Type.Array(
      Type.Object({ at: Type.Number({ minimum: 0, maximum: 1 }), color: ColorSchema('#000000', 'At this place') }, exactly),
      {
        minItems: 2,
        maxItems: 32,
        default: [
          { at: 0, color: '#202060' },
          { at: 1, color: '#6020a0' },
        ],
        description: 'Colours on the way from 0 to 1',
      },
    ),
    centerX: Type.Number({ minimum: -1, maximum: 2, default: 0.5, description: 'Of radial and conic ones, in widths' }),
    centerY: Type.Number({ minimum: -1, maximum: 2, default: 0.5, description: 'Of radial and conic ones, in heights' }),
    width: canvasWidth,
    height: canvasHeight,
  },
  exactly,
)

export const TestPatternSettingsSchema = Type.Object(
  {
    pattern: Type.Union([Type.Literal('card'), Type.Literal('bars'), Type.Literal('ramp'), Type.Literal('grid')], {
      default: 'card',
      description:
        '`card`: bars, ramp, clock, frame number (also as a strip that programs read), and a flash each second; the others do not move',
    }),
    beep: Type.Boolean({ default: true, description: 'With the card: a beep together with the flash' }),
    width: canvasWidth,
    height: canvasHeight,
  },
  exactly,
)

export const ToneSettingsSchema = Type.Object(
  {
    shape: Type.Union([Type.Literal('sine'), Type.Literal('sweep'), Type.Literal('pink'), Type.Literal('white')], {
      default: 'sine',
      description: 'A tone, a tone that rises again and again, or noise',
    }),
    frequency: Type.Number({ minimum: 1, maximum: 23_000, default: 1000, description: 'Hz; of a sweep: where it starts' }),
    toFrequency: Type.Number({ minimum: 1, maximum: 23_000, default: 10_000, description: 'Hz at which a sweep ends' }),
    sweepMs: Type.Integer({ minimum: 100, maximum: 600_000, default: 10_000, description: 'How long a sweep takes, ms' }),
    levelDb: Type.Number({ minimum: -100, maximum: 0, default: -20, description: 'dBFS: peak of a tone, RMS of noise' }),
    channels: Type.Union([Type.Literal('both'), Type.Literal('left'), Type.Literal('right')], { default: 'both' }),
  },
  exactly,
)

export type ImageSettings = Static<typeof ImageSettingsSchema>
export type SlideshowSettings = Static<typeof SlideshowSettingsSchema>
export type TextSettings = Static<typeof TextSettingsSchema>
export type ClockSettings = Static<typeof ClockSettingsSchema>
export type TimerSettings = Static<typeof TimerSettingsSchema>
export type ColorSettings = Static<typeof ColorSettingsSchema>
export type GradientSettings = Static<typeof GradientSettingsSchema>
export type TestPatternSettings = Static<typeof TestPatternSettingsSchema>
export type ToneSettings = Static<typeof ToneSettingsSchema>

const still = { pictures: true, sound: false, commands: [] } as const

/** What one process draws, and the tone that it makes. */
export const drawnKinds: readonly SourceKind[] = [
  { kind: 'image', title: 'Image', settings: ImageSettingsSchema, ...still, commands: ['restart', 'reload'] },
  {
    kind: 'slideshow',
    title: 'Slideshow',
    settings: SlideshowSettingsSchema,
    ...still,
    commands: ['play', 'pause', 'next', 'previous', 'restart'],
  },
  { kind: 'text', title: 'Text', settings: TextSettingsSchema, ...still, commands: ['reload'] },
  { kind: 'clock', title: 'Clock', settings: ClockSettingsSchema, ...still },
  { kind: 'timer', title: 'Timer', settings: TimerSettingsSchema, ...still, commands: ['start', 'pause', 'reset', 'add'] },
  { kind: 'color', title: 'Colour', settings: ColorSettingsSchema, ...still },
  { kind: 'gradient', title: 'Gradient', settings: GradientSettingsSchema, ...still },
  { kind: 'test-pattern', title: 'Test pattern', settings: TestPatternSettingsSchema, ...still, sound: true },
  { kind: 'tone', title: 'Tone', settings: ToneSettingsSchema, pictures: false, sound: true, commands: [] },
]
