import type { ObsValues } from '../import-obs/obs-values.ts'
import type { ExportContext, MadeInput } from './made-input.ts'
import { obsColor, opacityOf } from './obs-color.ts'
import { kindIn } from './obs-kinds.ts'

/** Height of a line for letters of size 1, as GDI measures the usual fonts. */
const gdiLine = 1.17
/** Height of a box in letter heights from which on it is for more than one line. */
const minLines = 2

/** A text for OBS: GDI+'s (Windows), or FreeType's (Linux, macOS). Undefined where it has neither, which is reported. */
export function textToObs(settings: ObsValues, context: ExportContext): MadeInput | undefined {
  const { target, note } = context
  const gdi = kindIn(target, 'text_gdiplus')
  const kind = gdi ?? kindIn(target, 'text_ft2_source')
  if (kind === undefined) {
    note(`is left out: ${target.title} has no text source`)
    return undefined
  }
  if (settings.text('from') === 'url') note('shows the text that was entered: OBS reads none from a URL')
  if (settings.has('scroll') && settings.part('scroll').entries().length > 0) note('does not run: add a Scroll filter')
  if (settings.text('fontFile') !== '') note('has another font: OBS uses those that are installed, not a font file')
  if (settings.number('letterSpacing', 0) !== 0) note('has the usual space between its letters')
  return gdi === undefined ? freeType(kind, settings, context) : gdiPlus(kind, settings, context)
}

/** The text in the case that it is shown in. */
function lettersOf(settings: ObsValues): string {
  const text = settings.text('text')
  const letters = settings.text('letters', 'as-written')
  return letters === 'upper' ? text.toLocaleUpperCase() : letters === 'lower' ? text.toLocaleLowerCase() : text
}

function fontOf(settings: ObsValues, size: number): Record<string, unknown> {
  const bold = settings.number('fontWeight', 400) >= 600
  const italic = settings.text('fontStyle') === 'italic'
  const style = [bold ? 'Bold' : '', italic ? 'Italic' : ''].filter((each) => each !== '').join(' ') || 'Regular'
  return {
    face: settings.text('font') || 'Sans Serif',
    style,
    size: Math.max(1, Math.round(size)),
    flags: (bold ? 1 : 0) | (italic ? 2 : 0),
  }
}

const alignOf = (settings: ObsValues) => ({
  x: (['left', 'center', 'right'] as const).find((each) => each === settings.text('align')) ?? 'left',
  y: ({ middle: 'center', bottom: 'bottom' } as const)[settings.text('verticalAlign') as 'middle' | 'bottom'] ?? 'top',
})

function freeType(kind: string, settings: ObsValues, { scale, note }: ExportContext): MadeInput {
  const color = settings.text('color', '#ffffff')
  const gradient = settings.part('gradient')
  const shadow = settings.part('shadow')
  const pixels = (name: string): number => Math.round(settings.number(name, 0) * scale)
  const alignment = alignOf(settings)
  const size = settings.number('fontSize', 64) * scale
  // Lines are broken at this width. What is one line is made smaller by its item where it is too long, and aligned by it.
  const hasLines = pixels('height') === 0 || pixels('height') >= size * minLines
  const width = alignment.x === 'left' && hasLines ? pixels('width') : 0
  if (settings.part('background').has('color')) note('has no box behind it: put a colour source there')
  if (settings.part('outline').has('color')) note('its outline is black, 2 pixels wide')
  if (shadow.has('color')) note('its shadow is black, 4 pixels to the right and below')
  return {
    kind,
    settings: {
      text: lettersOf(settings),
      from_file: settings.text('from') === 'file',
      ...(settings.text('from') === 'file' ? { text_file: settings.text('file') } : {}),
      ...(settings.number('lastLines', 0) > 0 ? { log_mode: true, log_lines: settings.number('lastLines', 0) } : {}),
      font: fontOf(settings, size),
      color1: obsColor(color),
      color2: obsColor(gradient.has('color') ? gradient.text('color', color) : color),
      outline: settings.part('outline').has('color'),
      drop_shadow: shadow.has('color'),
      // Below 100 pixels it is ignored.
      custom_width: width >= 100 ? width : 0,
      word_wrap: width >= 100,
    },
    scaled: true,
    cheap: true,
    ...(pixels('width') > 0 && pixels('height') > 0 ? { box: { width: pixels('width'), height: pixels('height'), alignment } } : {}),
  }
}

function gdiPlus(kind: string, settings: ObsValues, { scale, note }: ExportContext): MadeInput {
  const color = settings.text('color', '#ffffff')
  const gradient = settings.part('gradient')
  const outline = settings.part('outline')
  const background = settings.part('background')
  const pixels = (name: string): number => Math.round(settings.number(name, 0) * scale)
  const percent = (value: string): number => Math.round(opacityOf(value) * 100)
  const plain = (value: string): number => obsColor(value.slice(0, 7))
  const boxed = pixels('width') > 0 && pixels('height') > 0
  const alignment = alignOf(settings)
  if (settings.part('shadow').has('color')) note('has no shadow')
  const colored = (name: string, value: string, opacity: string): Record<string, number> => ({
    [name]: plain(value),
    [opacity]: percent(value),
  })
  const size = settings.number('fontSize', 64) * scale * (settings.text('layout') === 'gdi' ? 1 : gdiLine)
  return {
    kind,
    settings: {
      text: lettersOf(settings),
      read_from_file: settings.text('from') === 'file',
      ...(settings.text('from') === 'file' ? { file: settings.text('file') } : {}),
      ...(settings.number('lastLines', 0) > 0 ? { chatlog: true, chatlog_lines: settings.number('lastLines', 0) } : {}),
      font: fontOf(settings, size),
      ...colored('color', color, 'opacity'),
      ...(gradient.has('color')
        ? {
            gradient: true,
            gradient_dir: gradient.number('angle', 90),
            ...colored('gradient_color', gradient.text('color', color), 'gradient_opacity'),
          }
        : { gradient: false }),
      ...(outline.has('color')
        ? {
            outline: true,
            // Half of the pen is beside the letters.
            outline_size: Math.round(outline.number('width', 4) * scale * 2),
            ...colored('outline_color', outline.text('color', '#000000'), 'outline_opacity'),
          }
        : { outline: false }),
      ...(background.has('color') ? colored('bk_color', background.text('color', '#000000'), 'bk_opacity') : { bk_opacity: 0 }),
      align: alignment.x,
      valign: alignment.y,
      ...(boxed ? { extents: true, extents_cx: pixels('width'), extents_cy: pixels('height'), extents_wrap: true } : { extents: false }),
    },
    scaled: true,
    cheap: true,
  }
}
