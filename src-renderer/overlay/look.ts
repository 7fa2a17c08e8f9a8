import { mix, readable, textOn } from '../studio/templates/theme.ts'

const isColor = (value: unknown): value is string => typeof value === 'string' && /^#[0-9a-f]{6}$/i.test(value)
const colorOf = (value: unknown, otherwise: string): string => (isColor(value) ? value : otherwise)

/** Gives the drawing the colours and the font of the settings. Texts are made readable on what is behind them. */
export function applyTheme(root: HTMLElement, settings: Readonly<Record<string, unknown>>): void {
  const background = colorOf(settings.background, '#12111f')
  const accent = colorOf(settings.accent, '#7a5cff')
  const second = colorOf(settings.second, '#2be0b4')
  const opacity = Math.min(100, Math.max(0, Number(settings.opacity ?? 92)))
  const isBare = opacity < 35
  // Without a panel the video is behind the text: white with a shadow is read on most of it.
  const text = isBare ? '#ffffff' : textOn(background)
  const properties: Readonly<Record<string, string>> = {
    '--panel': `${background}${Math.round((opacity / 100) * 255)
      .toString(16)
      .padStart(2, '0')}`,
    '--solid': background,
    '--accent': accent,
    '--accent-light': mix(accent, '#ffffff', 0.35),
    '--on-accent': textOn(accent),
    '--second': isBare ? second : readable(second, background),
    '--text': text,
    '--quiet': isBare ? '#f0f0f4' : readable(mix(text, background, 0.28), background),
    '--track': `${text}2b`,
    '--rule': `${text}1f`,
  }
  for (const [name, value] of Object.entries(properties)) {
    if (root.style.getPropertyValue(name) !== value) root.style.setProperty(name, value)
  }
  const family = String(settings.font ?? '').replaceAll(/["'\\;{}]/g, '')
  const font = `${family === '' ? '' : `"${family}", `}"Inter", "Segoe UI", "Helvetica Neue", system-ui, sans-serif`
  if (root.style.getPropertyValue('--font') !== font) root.style.setProperty('--font', font)
  root.dataset.bare = String(isBare)
  for (const name of ['align', 'design', 'position', 'motion'] as const) {
    if (typeof settings[name] === 'string') root.dataset[name] = settings[name]
  }
}

/** The colours as they are now, for drawings that are not made of elements. */
export function colorsOf(root: HTMLElement) {
  const style = getComputedStyle(root)
  const of = (name: string): string => style.getPropertyValue(name).trim()
  return { accent: of('--accent'), second: of('--second'), text: of('--text'), quiet: of('--quiet'), rule: of('--rule') }
}
