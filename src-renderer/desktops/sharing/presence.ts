import type { Right } from '../../../src-main/desktop/rights/rights.ts'
import type { RecordingMark } from '../../../src-main/desktop/schemas/recording.ts'

/** Somebody at the display. */
export interface DesktopPerson {
  /** Of the connection. */
  readonly id: string
  readonly name: string
  readonly guest: boolean
  /** May control it, when it is their turn. */
  readonly may: boolean
  readonly controls: boolean
  /** For control. */
  readonly asks: boolean
}

/** Who is there, which of them this page is, and whether they are recorded or live. */
export interface Presence {
  /** A guest's secret for routes, while they are connected. */
  readonly visit?: string | undefined
  readonly you: string
  readonly rights: readonly Right[]
  readonly people: readonly DesktopPerson[]
  /** Whether the display is recorded. */
  readonly recording: RecordingMark
  /** The stream that the display is sent as; null: none. */
  readonly live: string | null
}
