import type { Theme } from './theme.ts'

export type TemplateName = 'gaming' | 'interview' | 'presentation' | 'chatting' | 'vertical'

/** A source of the machine: its kind, and its device; undefined where it is chosen later. */
export interface ChosenDevice {
  readonly kind: string
  readonly device: string | undefined
}

export interface TemplateOptions {
  readonly title: string
  readonly speaker: string
  readonly guest: string
  readonly theme: Theme
  /** Of the canvas, px. */
  readonly width: number
  readonly height: number
  readonly screen: ChosenDevice
  readonly camera: ChosenDevice
  /** Undefined: none. */
  readonly microphone: ChosenDevice | undefined
  readonly systemAudio: boolean
}
