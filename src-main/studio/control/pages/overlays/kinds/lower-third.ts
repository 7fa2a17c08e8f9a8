import { Type } from 'typebox'
import { align, choice, defineKind, exactly, theme } from './overlay-kind.ts'

interface LowerThird {
  readonly visible: boolean
  readonly title: string
  readonly subtitle: string
  /** When it hides itself, ms since 1970; null: not by itself. */
  readonly hidesAtMs: number | null
}

/** Name and role of who speaks, slid in and out. */
export const lowerThird = defineKind({
  kind: 'lower-third',
  title: 'Lower third',
  width: 960,
  height: 220,
  settings: Type.Object(
    {
      ...theme,
      design: choice(
        ['bar', 'card', 'line'],
        'bar',
        'A panel with a bar at its side, a rounded card, or text above a line without a panel',
      ),
      align,
      showMs: Type.Integer({ minimum: 0, maximum: 3_600_000, default: 0, description: 'Hides itself after this time; 0: it stays' }),
    },
    exactly,
  ),
  post: Type.Object(
    {
      visible: Type.Optional(Type.Boolean({ description: 'slides in or out' })),
      title: Type.Optional(Type.String({ maxLength: 120 })),
      subtitle: Type.Optional(Type.String({ maxLength: 200 })),
      showMs: Type.Optional(Type.Integer({ minimum: 0, maximum: 3_600_000, description: 'for this time instead of that of the settings' })),
    },
    exactly,
  ),
  example: { visible: true, title: 'Ada Lovelace', subtitle: 'First programmer' },
  first: { visible: true, title: 'Ada Lovelace', subtitle: 'First programmer', hidesAtMs: null } as LowerThird,
  apply(state, { visible = state.visible, title = state.title, subtitle = state.subtitle, showMs }, { settings, nowMs }) {
    const forMs = showMs ?? settings.showMs
    const starts = visible && (!state.visible || showMs !== undefined || title !== state.title || subtitle !== state.subtitle)
    const hidesAtMs = !visible ? null : starts ? (forMs > 0 ? nowMs + forMs : null) : state.hidesAtMs
    return { visible, title, subtitle, hidesAtMs }
  },
  asPost: ({ visible, title, subtitle }) => ({ visible, title, subtitle }),
  changesAtMs: ({ hidesAtMs }) => hidesAtMs ?? undefined,
  advance: (state) => ({ ...state, visible: false, hidesAtMs: null }),
})
