import { Type } from 'typebox'
import { AppError } from '../../../../../platform/errors.ts'
import { choice, defineKind, exactly, theme } from './overlay-kind.ts'

interface Alert {
  readonly id: string
  readonly title: string
  readonly text: string
  readonly image: string
  readonly durationMs: number
}

interface Alerts {
  /** What is on screen, and until when, ms since 1970. */
  readonly showing: (Alert & { readonly endsAtMs: number }) | null
  readonly waiting: readonly Alert[]
}

/** The host shows them one after the other, so that every page shows the same one. */
const begin = (next: Alert | undefined, nowMs: number) => (next === undefined ? null : { ...next, endsAtMs: nowMs + next.durationMs })

/** New followers, subscriptions and donations, one after the other. */
export const alert = defineKind({
  kind: 'alert',
  title: 'Alerts',
  width: 800,
  height: 320,
  settings: Type.Object(
    {
      ...theme,
      position: choice(['top', 'middle', 'bottom'], 'middle', 'Where alerts are in the page'),
      motion: choice(['pop', 'slide', 'fade'], 'pop', 'How they come and go'),
      durationMs: Type.Integer({ minimum: 1000, maximum: 60_000, default: 6000, description: 'How long each is shown' }),
      maxWaiting: Type.Integer({ minimum: 1, maximum: 100, default: 50, description: 'Alerts that may wait; more are rejected' }),
    },
    exactly,
  ),
  post: Type.Object(
    {
      title: Type.Optional(Type.String({ minLength: 1, maxLength: 120, description: 'needed, unless `clear` is sent' })),
      text: Type.Optional(Type.String({ maxLength: 500 })),
      image: Type.Optional(
        Type.String({
          maxLength: 48_000,
          pattern: '^(?:https://|data:image/(?:png|jpeg|webp|gif);base64,|$)',
          description: 'https URL of an image, or a data URL of PNG, JPEG, WebP or GIF',
        }),
      ),
      durationMs: Type.Optional(Type.Integer({ minimum: 1000, maximum: 60_000 })),
      clear: Type.Optional(Type.Boolean({ description: 'ends what is shown and all that waits, before the new one' })),
    },
    exactly,
  ),
  example: { title: 'New follower', text: 'Grace Hopper follows you' },
  first: { showing: null, waiting: [] } as Alerts,
  apply(before, { title, text = '', image = '', durationMs, clear = false }, { settings, nowMs, newId }) {
    const state: Alerts = clear ? { showing: null, waiting: [] } : before
    if (title === undefined) {
      if (clear) return state
      throw new AppError('request.invalid', 'body.title must be a string', { details: { field: 'body.title' } })
    }
    const next: Alert = { id: newId(), title, text, image, durationMs: durationMs ?? settings.durationMs }
    if (state.showing === null) return { showing: begin(next, nowMs), waiting: [] }
    if (state.waiting.length >= settings.maxWaiting) {
      throw new AppError('studio.overlay_busy', `${settings.maxWaiting} alerts wait, the maximum of this overlay`, {
        details: { limit: settings.maxWaiting, retryAfterSeconds: Math.ceil(state.showing.durationMs / 1000) },
      })
    }
    return { ...state, waiting: [...state.waiting, next] }
  },
  changesAtMs: ({ showing }) => showing?.endsAtMs,
  advance: ({ waiting: [next, ...waiting] }, { nowMs }) => ({ showing: begin(next, nowMs), waiting }),
  shown: ({ showing, waiting }) => ({ showing, waiting: waiting.length }),
  kept: () => ({ showing: null, waiting: [] }),
  asPost: () => undefined,
})
