/** What gives a template its look. Colours are `#rrggbb`. */
export interface Theme {
  /** Behind everything; texts on it are made light or dark, whichever is read better. */
  readonly background: string
  readonly accent: string
  readonly second: string
  /** Family that is installed on the machine of the host; empty for its sans serif. */
  readonly font: string
  /** Font file on the machine of the host, used in the place of `font`; empty for none. */
  readonly fontFile: string
  /** Image file on the machine of the host; empty for none. */
  readonly logo: string
}

export type Palette = Pick<Theme, 'background' | 'accent' | 'second'>
export type PaletteName = 'night' | 'ocean' | 'forest' | 'ember' | 'paper' | 'mono'

/** Colours that go together. */
export const palettes: Readonly<Record<PaletteName, Palette>> = {
  night: { background: '#12111f', accent: '#7a5cff', second: '#2be0b4' },
  ocean: { background: '#0a1a2c', accent: '#1f9bff', second: '#7df0e6' },
  forest: { background: '#0e1b16', accent: '#27b36a', second: '#d9f15d' },
  ember: { background: '#1c1114', accent: '#ff5d3b', second: '#ffc145' },
  paper: { background: '#f5f2ec', accent: '#d23c5e', second: '#1e3f66' },
  mono: { background: '#141517', accent: '#f2f2f0', second: '#9aa1ab' },
}

type Rgb = readonly [red: number, green: number, blue: number]

const parse = (color: string): Rgb => [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16)) as unknown as Rgb

const write = (rgb: Rgb): string =>
  `#${rgb
    .map((value) =>
      Math.round(Math.min(255, Math.max(0, value)))
        .toString(16)
        .padStart(2, '0'),
    )
    .join('')}`

/** The colour on the way from one to another: 0 is the first, 1 the second. */
export function mix(from: string, to: string, share: number): string {
  const [a, b] = [parse(from), parse(to)]
  return write([0, 1, 2].map((at) => a[at]! + (b[at]! - a[at]!) * share) as unknown as Rgb)
}

/** Relative luminance, 0 to 1: WCAG 2.2. */
function luminance(color: string): number {
  const [red, green, blue] = parse(color).map((value) => {
    const part = value / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  }) as unknown as Rgb
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

/** Contrast ratio of two colours, 1 to 21: WCAG 2.2, 1.4.3. */
export function contrast(one: string, other: string): number {
  const [a, b] = [luminance(one), luminance(other)]
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)
}

const [light, dark] = ['#ffffff', '#101318']

/** White or nearly black: what is read better on the colour. */
export const textOn = (color: string): string => (contrast(light, color) >= contrast(dark, color) ? light : dark)

/** The colour, or one near it that is read on `background` with a contrast of at least `least`. */
export function readable(color: string, background: string, least = 4.5): string {
  for (let share = 0; share < 1; share += 0.1) {
    const shade = mix(color, textOn(background), share)
    if (contrast(shade, background) >= least) return shade
  }
  return textOn(background)
}

/** All colours that the designs use, made of the three of a theme. */
export interface Shades {
  readonly background: string
  /** The background where it is lit by the accent. */
  readonly lit: string
  readonly panel: string
  readonly empty: string
  readonly text: string
  readonly quiet: string
  readonly accent: string
  readonly second: string
  /** `second` as it is read on the background, and on a panel. */
  readonly kicker: string
  readonly panelText: string
  readonly panelQuiet: string
}

/** The shades of a theme. */
export function shadesOf({ background, accent, second }: Palette): Shades {
  const text = textOn(background)
  const panel = mix(background, text, 0.09)
  const lit = mix(background, accent, text === light ? 0.2 : 0.1)
  return {
    background,
    lit,
    panel,
    empty: mix(background, text, 0.16),
    text,
    quiet: readable(mix(text, background, 0.3), lit),
    accent,
    second,
    kicker: readable(second, lit),
    panelText: textOn(panel),
    panelQuiet: readable(mix(textOn(panel), panel, 0.3), panel),
  }
}
