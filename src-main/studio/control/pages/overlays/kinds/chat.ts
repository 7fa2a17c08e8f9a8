import { Type } from 'typebox'
import { AppError } from '../../../../../platform/errors.ts'
import { align, defineKind, exactly, theme } from './overlay-kind.ts'

interface ChatMessage {
  readonly id: string
  readonly name: string
  readonly text: string
  /** Of the name; empty for one that follows from it. */
  readonly color: string
  readonly badge: string
  /** ms since 1970. */
  readonly atMs: number
}

const maxKept = 50

/** What viewers write, the newest below. */
export const chat = defineKind({
  kind: 'chat',
  title: 'Chat',
  width: 480,
  height: 760,
  settings: Type.Object(
    {
      ...theme,
      align,
      maxMessages: Type.Integer({ minimum: 1, maximum: maxKept, default: 12, description: 'Messages that are shown at a time' }),
      fadeAfterMs: Type.Integer({
        minimum: 0,
        maximum: 3_600_000,
        default: 45_000,
        description: 'A message fades out after this time; 0: it stays',
      }),
    },
    exactly,
  ),
  post: Type.Object(
    {
      name: Type.Optional(Type.String({ minLength: 1, maxLength: 60, description: 'needed, unless `clear` is sent' })),
      text: Type.Optional(Type.String({ minLength: 1, maxLength: 500, description: 'needed, unless `clear` is sent' })),
      color: Type.Optional(Type.String({ pattern: '^(?:#[0-9a-fA-F]{6})?$', description: 'of the name: #rrggbb' })),
      badge: Type.Optional(Type.String({ maxLength: 24, description: 'before the name, e.g. MOD' })),
      clear: Type.Optional(Type.Boolean({ description: 'deletes all messages before the new one' })),
    },
    exactly,
  ),
  example: { name: 'Grace', text: 'Good evening from Arlington!', badge: 'MOD' },
  first: { messages: [] as readonly ChatMessage[] },
  apply({ messages }, { name, text, color = '', badge = '', clear = false }, { nowMs, newId }) {
    const before = clear ? [] : messages
    if (clear && name === undefined && text === undefined) return { messages: before }
    for (const [field, value] of Object.entries({ name, text })) {
      if (value === undefined)
        throw new AppError('request.invalid', `body.${field} must be a string`, { details: { field: `body.${field}` } })
    }
    return { messages: [...before, { id: newId(), name: name ?? '', text: text ?? '', color, badge, atMs: nowMs }].slice(-maxKept) }
  },
  kept: () => ({ messages: [] }),
  asPost: () => undefined,
})
