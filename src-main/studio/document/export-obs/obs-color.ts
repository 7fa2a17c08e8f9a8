/** `#rrggbb` or `#rrggbbaa` as OBS keeps colours: 0xAABBGGRR. `opacity` (0 to 1) is multiplied with that of the colour. */
export function obsColor(color: string, opacity = 1): number {
  const byte = (at: number): number => Number.parseInt(color.slice(at, at + 2), 16)
  const alpha = color.length > 7 ? byte(7) : 255
  return ((Math.round(alpha * opacity) << 24) | (byte(5) << 16) | (byte(3) << 8) | byte(1)) >>> 0
}

/** The opacity of a colour, 0 to 1. */
export const opacityOf = (color: string): number => (color.length > 7 ? Number.parseInt(color.slice(7, 9), 16) / 255 : 1)

/** The mean of colours, as `#rrggbb`, those that are nearly transparent weighing less. */
export function meanColor(colors: readonly string[]): string {
  const weights = colors.map(opacityOf)
  const sum = weights.reduce((total, weight) => total + weight, 0) || 1
  return `#${[1, 3, 5]
    .map((at) => {
      const mean = colors.reduce((total, color, index) => total + Number.parseInt(color.slice(at, at + 2), 16) * weights[index]!, 0) / sum
      return Math.round(mean).toString(16).padStart(2, '0')
    })
    .join('')}`
}
