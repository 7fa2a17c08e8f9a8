import type { MappedSource } from './mapped-source.ts'
import { clamp, type ObsValues } from './obs-values.ts'

type Note = (reason: string) => void

/** Both text sources of OBS: FreeType's (Linux, macOS) and GDI+'s (Windows). `id` is the one with its version: sizes differ by it. */
export function mapObsText(settings: ObsValues, note: Note, id: string): MappedSource {
  const gdi = id.startsWith('text_gdiplus')
  const font = settings.part('font')
  const flags = font.number('flags', 0)
  const fromFile = settings.flag(gdi ? 'read_from_file' : 'from_file')
  const log = settings.flag(gdi ? 'chatlog' : 'log_mode')
  if ((flags & 12) !== 0) note('its letters are neither underlined nor struck out: draw the line into an image below it')
  if (!settings.flag('antialiasing', true)) note('the edges of its letters are smooth')
  // What it was before there were versions.
  const usualSize = /_v\d+$/.test(id) ? 256 : gdi ? 36 : 32
  return {
    kind: 'text',
    settings: {
      from: fromFile ? 'file' : 'text',
      text: settings.text('text').slice(0, 65_536),
      file: settings.text(gdi ? 'file' : 'text_file'),
      font: font.text('face'),
      fontSize: clamp(font.number('size', usualSize), 4, 1000),
      fontWeight: (flags & 1) !== 0 || /bold/i.test(font.text('style')) ? 700 : 400,
      fontStyle: (flags & 2) !== 0 || /italic|oblique/i.test(font.text('style')) ? 'italic' : 'normal',
      layout: gdi ? 'gdi' : 'freetype',
      ...(log ? { lastLines: clamp(Math.round(settings.number(gdi ? 'chatlog_lines' : 'log_lines', 6)), 0, 1000) } : {}),
      ...(gdi ? gdiStyle(settings, note) : freetypeStyle(settings, note)),
    },
  }
}

function gdiStyle(settings: ObsValues, note: Note): Record<string, unknown> {
  const alpha = (name: string, usual: number): number => settings.number(name, usual)
  const boxed = alpha('bk_opacity', 0) > 0
  const width = clamp(settings.number('outline_size', 2), 0, 200)
  const transform = settings.number('transform', 0)
  if (settings.flag('vertical')) note('its letters are beside each other instead of below each other')
  if (transform === 3) note('its words do not start with capitals by themselves: write them so')
  const extents = settings.flag('extents')
  const wraps = extents && settings.flag('extents_wrap', true)
  if (extents && !wraps) note('its lines are broken at the width of its box: make the box wider, or the text shorter')
  return {
    color: withOpacity(settings.color('color', 0xffffffff, false), alpha('opacity', 100)),
    ...(settings.flag('gradient')
      ? {
          gradient: {
            color: withOpacity(settings.color('gradient_color', 0xffffffff, false), alpha('gradient_opacity', 100)),
            angle: clamp(settings.number('gradient_dir', 90), -360, 360),
          },
        }
      : {}),
    ...(settings.flag('outline')
      ? {
          // A pen along the edge of the letters: half of it is beside them.
          outline: {
            color: withOpacity(settings.color('outline_color', 0xffffffff, false), alpha('outline_opacity', 100)),
            width: width / 2,
          },
        }
      : {}),
    ...(boxed
      ? { background: { color: withOpacity(settings.color('bk_color', 0xff000000, false), alpha('bk_opacity', 0)), padding: 0, radius: 0 } }
      : {}),
    align: ['left', 'center', 'right'].find((each) => each === settings.text('align')) ?? 'left',
    verticalAlign: { center: 'middle', bottom: 'bottom' }[settings.text('valign')] ?? 'top',
    ...(extents ? { width: pixels(settings, 'extents_cx'), height: pixels(settings, 'extents_cy') } : {}),
    letters: { 1: 'upper', 2: 'lower' }[transform] ?? 'as-written',
  }
}

function freetypeStyle(settings: ObsValues, note: Note): Record<string, unknown> {
  const first = settings.color('color1', 0xffffffff)
  const second = settings.color('color2', 0xffffffff)
  const width = clamp(Math.round(settings.number('custom_width', 0)), 0, 8192)
  // Below 100 pixels the custom width is ignored.
  const wraps = width >= 100
  if (wraps && !settings.flag('word_wrap')) note('its lines are broken between words instead of between any two letters')
  if (first !== second) note('its second colour is at the foot of the text instead of at the foot of each letter')
  return {
    color: first,
    ...(first !== second ? { gradient: { color: second, angle: 90 } } : {}),
    ...(settings.flag('outline') ? { outline: { color: '#000000', width: 2 } } : {}),
    ...(settings.flag('drop_shadow') ? { shadow: { color: '#000000', x: 4, y: 4, blur: 0 } } : {}),
    ...(wraps ? { width } : {}),
  }
}

const pixels = (settings: ObsValues, name: string): number => clamp(Math.round(settings.number(name, 100)), 0, 8192)

function withOpacity(color: string, percent: number): string {
  if (percent >= 100) return color
  return (
    color +
    Math.round(clamp(percent, 0, 100) * 2.55)
      .toString(16)
      .padStart(2, '0')
  )
}
