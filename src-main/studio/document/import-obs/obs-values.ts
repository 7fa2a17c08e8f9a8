import { isRecord } from '../../../platform/routes/schema-faults.ts'

/** A part of a document of OBS Studio: read by name, with a value for what is not there or of another type. */
export class ObsValues {
  readonly #values: Readonly<Record<string, unknown>>

  constructor(value: unknown) {
    this.#values = isRecord(value) ? value : {}
  }

  has(name: string): boolean {
    return Object.hasOwn(this.#values, name)
  }

  number(name: string, otherwise: number): number {
    const value = this.#values[name]
    return typeof value === 'number' && Number.isFinite(value) ? value : otherwise
  }

  text(name: string, otherwise = ''): string {
    const value = this.#values[name]
    return typeof value === 'string' ? value : otherwise
  }

  flag(name: string, otherwise = false): boolean {
    const value = this.#values[name]
    return typeof value === 'boolean' ? value : otherwise
  }

  part(name: string): ObsValues {
    return new ObsValues(this.#values[name])
  }

  list(name: string): readonly ObsValues[] {
    const value = this.#values[name]
    return Array.isArray(value) ? value.map((each) => new ObsValues(each)) : []
  }

  /** The texts of a list; what else is in it is left out. */
  texts(name: string): readonly string[] {
    const value = this.#values[name]
    return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : []
  }

  entries(): readonly (readonly [string, unknown])[] {
    return Object.entries(this.#values)
  }

  /** A colour, which OBS keeps as 0xAABBGGRR: `#rrggbb`, or `#rrggbbaa` where it is not opaque and `alpha` is wanted. */
  color(name: string, otherwise: number, alpha = true): string {
    const value = this.number(name, otherwise) >>> 0
    const bytes = [value & 255, (value >>> 8) & 255, (value >>> 16) & 255, value >>> 24]
    const opaque = bytes[3] === 255 || !alpha
    return `#${(opaque ? bytes.slice(0, 3) : bytes).map((byte) => byte.toString(16).padStart(2, '0')).join('')}`
  }
}

export function clamp(value: number, min: number, max: number): number {
  return Math.min(Math.max(value, min), max)
}
