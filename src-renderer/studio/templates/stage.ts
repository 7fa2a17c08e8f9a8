import { type Shades, shadesOf, type Theme } from './theme.ts'

/** A rectangle in the units of a design: 1920 by 1080, or 1080 by 1920. */
export interface Box {
  readonly x: number
  readonly y: number
  readonly w: number
  readonly h: number
}

type Settings = Readonly<Record<string, unknown>>

interface StageItem extends Settings {
  readonly source: string
}

export interface StageSource {
  readonly id: string
  readonly name: string
  readonly kind: string
  readonly settings: Settings
}

export interface StageScene {
  readonly id: string
  readonly name: string
  readonly items: readonly StageItem[]
}

/** How letters look, in the units of a design. */
export interface Letters {
  readonly size: number
  readonly weight?: number
  readonly color: string
  readonly align?: 'left' | 'center' | 'right'
  readonly vertical?: 'top' | 'middle' | 'bottom'
  readonly upper?: boolean
}

/** Where a design puts its sources and scenes. Sizes are those of the design; the document has them at the size of the canvas. */
export class Stage {
  readonly theme: Theme
  readonly shades: Shades
  readonly #scale: number
  readonly #sources = new Map<string, StageSource>()
  readonly #scenes: StageScene[] = []

  /** `scale`: pixels of the canvas for one unit of the design. */
  constructor(theme: Theme, scale: number) {
    this.theme = theme
    this.shades = shadesOf(theme)
    this.#scale = scale
  }

  get sources(): readonly StageSource[] {
    return [...this.#sources.values()]
  }

  get scenes(): readonly StageScene[] {
    return this.#scenes
  }

  /** Adds a source, unless there is one of this id, which several scenes share; returns the id. */
  source(id: string, name: string, kind: string, settings: Settings): string {
    if (!this.#sources.has(id)) this.#sources.set(id, { id, name, kind, settings })
    return id
  }

  scene(id: string, name: string, items: readonly (StageItem | readonly StageItem[])[]): void {
    this.#scenes.push({ id, name, items: items.flat() })
  }

  px(units: number): number {
    return Math.round(units * this.#scale)
  }

  /** An item that fills a box. */
  place(
    source: string,
    { x, y, w, h }: Box,
    more: Settings & { readonly fit?: 'stretch' | 'cover' | 'contain' | 'shrink' } = {},
  ): StageItem {
    const { fit = 'stretch', ...others } = more
    const bounds = { fit, width: this.px(x + w) - this.px(x), height: this.px(y + h) - this.px(y), alignment: { x: 'center', y: 'center' } }
    return { source, position: { x: this.px(x), y: this.px(y) }, bounds, ...others }
  }

  /** A plain rectangle. */
  rectangle(id: string, name: string, color: string, box: Box, more: Settings = {}): StageItem {
    // Drawn small and stretched: it costs next to nothing, and one source serves boxes of any size.
    return this.place(this.source(id, name, 'color', { color, width: 16, height: 16 }), box, more)
  }

  /** A text in a box of its own; what does not fit is cut off. */
  text(id: string, name: string, text: string, box: Box, letters: Letters): StageItem {
    const source = this.source(id, name, 'text', { text, ...this.#style(box, letters) })
    return this.#exact(source, box)
  }

  /** A timer that counts down, or the time of day. */
  time(id: string, name: string, kind: 'timer' | 'clock', settings: Settings, box: Box, letters: Letters): StageItem {
    return this.#exact(this.source(id, name, kind, { ...settings, ...this.#style(box, letters) }), box)
  }

  /** The logo within a box, at its left; nothing where the theme has none. */
  logo(name: string, box: Box, side: 'left' | 'center' | 'right' = 'left'): readonly StageItem[] {
    if (this.theme.logo === '') return []
    const item = this.place(this.source('logo', name, 'image', { file: this.theme.logo }), box, { fit: 'contain' })
    return [{ ...item, bounds: { ...(item.bounds as Settings), alignment: { x: side, y: 'center' } } }]
  }

  #exact(source: string, { x, y }: Box): StageItem {
    return { source, position: { x: this.px(x), y: this.px(y) } }
  }

  #style({ w, h }: Box, { size, weight = 400, color, align = 'left', vertical = 'top', upper = false }: Letters): Settings {
    return {
      ...(this.theme.font === '' ? {} : { font: this.theme.font }),
      ...(this.theme.fontFile === '' ? {} : { fontFile: this.theme.fontFile }),
      fontSize: Math.max(4, Math.round(size * this.#scale * 10) / 10),
      fontWeight: weight,
      color,
      align,
      verticalAlign: vertical,
      width: this.px(w),
      height: this.px(h),
      ...(upper ? { letters: 'upper', letterSpacing: Math.round(size * this.#scale) / 10 } : {}),
    }
  }
}
