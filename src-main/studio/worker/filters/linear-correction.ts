/** Steps a colour in a table: as many as the compositor keeps. */
const steps = 33
/** What red, green and blue count where colour is taken away or added: of BT.601. */
const red = 0.299
const green = 0.587
const blue = 0.114

/** Settings of a colour correction, all of them. */
export interface CorrectionSettings {
  readonly light: 'video' | 'linear'
  readonly brightness: number
  readonly contrast: number
  readonly gamma: number
  readonly saturation: number
  readonly hueDegrees: number
  readonly multiply: string
  readonly add: string
}

type Color = readonly [red: number, green: number, blue: number]

/** Light of a value of sRGB, both 0 to 1. */
export function toLight(value: number): number {
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
}

function fromLight(light: number): number {
  const share = Math.min(Math.max(light, 0), 1)
  return share <= 0.0031308 ? share * 12.92 : 1.055 * share ** (1 / 2.4) - 0.055
}

/** Whether a correction is one that a table is needed for: luma and chroma by themselves do not say how much light there is. */
export function needsTable({ light, multiply, add }: CorrectionSettings): boolean {
  return light === 'linear' || multiply.toLowerCase() !== '#ffffff' || add !== '#000000'
}

/**
 * A colour correction as a table (red fastest, as in the Cube format). In linear light gamma comes first, then contrast, which multiplies,
 * brightness, saturation, hue, and the colours that multiply and are added; in that of video contrast stretches about the middle.
 */
export function correctionTable(settings: CorrectionSettings): { readonly size: number; readonly values: Float32Array } {
  const correct = correctionOf(settings)
  const values = new Float32Array(steps ** 3 * 3)
  let at = 0
  for (let b = 0; b < steps; b++) {
    for (let g = 0; g < steps; g++) {
      for (let r = 0; r < steps; r++) {
        values.set(correct([r / (steps - 1), g / (steps - 1), b / (steps - 1)]), at)
        at += 3
      }
    }
  }
  return { size: steps, values }
}

function correctionOf(settings: CorrectionSettings): (color: Color) => Color {
  const { brightness, contrast, gamma, saturation, hueDegrees } = settings
  const linear = settings.light === 'linear'
  const into = linear ? toLight : (value: number) => value
  const back = linear ? fromLight : (value: number) => Math.min(Math.max(value, 0), 1)
  const pivot = linear ? 0 : 0.5
  const factors = channelsOf(settings.multiply).map(into) as unknown as Color
  const sums = channelsOf(settings.add).map(into) as unknown as Color
  const turn = hueTurn(hueDegrees)
  return (color) => {
    const [r, g, b] = color.map((value) => (into(value) ** (1 / gamma) - pivot) * (1 + contrast) + pivot + brightness) as unknown as Color
    const grey = (1 - saturation) * (red * r + green * g + blue * b)
    const turned = turn([grey + saturation * r, grey + saturation * g, grey + saturation * b])
    return turned.map((value, index) => back(value * (factors[index] as number) + (sums[index] as number))) as unknown as Color
  }
}

/** Turns colours about the axis of greys. */
function hueTurn(degrees: number): (color: Color) => Color {
  const angle = (degrees * Math.PI) / 180
  const own = Math.cos(angle) + (1 - Math.cos(angle)) / 3
  const next = (1 - Math.cos(angle)) / 3 - Math.sin(angle) / Math.sqrt(3)
  const last = (1 - Math.cos(angle)) / 3 + Math.sin(angle) / Math.sqrt(3)
  return ([r, g, b]) => [own * r + next * g + last * b, last * r + own * g + next * b, next * r + last * g + own * b]
}

/** Of `#rrggbb`, 0 to 1. */
function channelsOf(color: string): readonly number[] {
  return [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16) / 255)
}
