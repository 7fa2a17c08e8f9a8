import { type Static, Type } from 'typebox'
import type { SourceKind } from './source-kind.ts'

export const ScreenCastSettingsSchema = Type.Object(
  {
    what: Type.Union([Type.Literal('any'), Type.Literal('display'), Type.Literal('window')], {
      default: 'any',
      description: 'What the desktop offers in its dialogue',
    }),
    cursor: Type.Boolean({ default: true, description: 'Shows the pointer' }),
    display: Type.String({
      maxLength: 120,
      default: '',
      description: 'Connector of a display (`DP-1`) where the desktop has no dialogue; empty for the primary one',
    }),
    frameRate: Type.Number({ minimum: 0, maximum: 240, default: 0, description: "Max frames per second; 0 for the desktop's own" }),
  },
  { additionalProperties: false },
)

export type ScreenCastSettings = Static<typeof ScreenCastSettingsSchema>

/** Screens that a Wayland desktop shares. */
export const screenCastKinds: readonly SourceKind[] = [
  {
    kind: 'screen-cast',
    title: 'Screen (desktop portal)',
    settings: ScreenCastSettingsSchema,
    pictures: true,
    sound: false,
    commands: ['choose', 'retry'],
  },
]
