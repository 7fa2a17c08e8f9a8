/** Settings of a filter or a source, in the words of OBS. */
export type Settings = Readonly<Record<string, unknown>>

/** An entry of a list that OBS offers for a setting. */
export interface SettingOption {
  readonly label: string
  readonly value: string | number | boolean
}

/** How a setting is shown. `color`: a number as OBS has it. `lines`: a text of several lines. */
export type SettingShape = 'text' | 'lines' | 'number' | 'switch' | 'color' | 'font' | 'list'

/** A setting as a field of a form. */
export interface SettingField {
  readonly key: string
  readonly label: string
  readonly shape: SettingShape
  /** Undefined where OBS has neither a value nor a default. */
  readonly value: unknown
  /** Of a list. */
  readonly options?: readonly SettingOption[]
}

const colors = /^(?:key_)?colou?r\d?$|_colou?r\d?$|^color_(?:multiply|add)$/

/** How a value is shown; undefined where only JSON can. */
export function shapeOf(key: string, value: unknown): SettingShape | undefined {
  if (typeof value === 'boolean') return 'switch'
  if (typeof value === 'number') return colors.test(key) ? 'color' : 'number'
  if (typeof value === 'string') return key === 'text' || key === 'css' ? 'lines' : 'text'
  return key === 'font' && typeof value === 'object' && value !== null ? 'font' : undefined
}

/** Every setting that a field can show, by its own name. */
export function typedFields(all: Settings, lists: ReadonlyMap<string, readonly SettingOption[]> = new Map()): readonly SettingField[] {
  return Object.entries(all).flatMap(([key, value]) => {
    const options = lists.get(key)
    const shape = options === undefined ? shapeOf(key, value) : 'list'
    return shape === undefined ? [] : [{ key, label: key, shape, value, ...(options && { options }) }]
  })
}

/**
 * What undoes a change of settings: the settings that it names as they were. Where one was not there at all, OBS is given the whole of what
 * was set before instead.
 */
export function settingsBefore(
  changes: Settings,
  before: { readonly settings: Settings; readonly defaults: Settings },
): { readonly settings: Record<string, unknown>; readonly replaceSettings: boolean } {
  const all = { ...before.defaults, ...before.settings }
  const keys = Object.keys(changes)
  if (!keys.every((key) => key in all)) return { settings: { ...before.settings }, replaceSettings: true }
  return { settings: Object.fromEntries(keys.map((key) => [key, all[key]])), replaceSettings: false }
}

/** A colour of OBS (alpha, blue, green, red from the highest byte) as `#rrggbb` with its opacity, 0 to 255. */
export function fromObsColor(value: number): { readonly rgb: string; readonly alpha: number } {
  const bytes = [value, value >>> 8, value >>> 16].map((each) => (each & 255).toString(16).padStart(2, '0'))
  return { rgb: `#${bytes.join('')}`, alpha: (value >>> 24) & 255 }
}

/** @param rgb `#rrggbb` @param alpha 0 to 255 */
export function toObsColor(rgb: string, alpha: number): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => Number.parseInt(rgb.slice(at, at + 2), 16))
  return ((alpha << 24) | (blue << 16) | (green << 8) | red) >>> 0
}
