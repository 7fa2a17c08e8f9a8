import type { Duplex } from 'node:stream'
import { Type } from 'typebox'
import { Value } from 'typebox/value'
import type { Logger } from '../../platform/logger.ts'
import type { SupervisedWorker } from '../../platform/workers/supervise-worker.ts'
import { maxFingers, type RunningDisplay } from '../displays/display-server.ts'
import { superviseDisplay } from '../displays/supervise-display.ts'
import type { UserLink } from '../users/user-link.ts'
import type { FromDesktopWorker, ToDesktopWorker } from './messages.ts'

/** A display that is to be shown, and who follows the process that shows it. */
export interface DisplayWorkerOrder {
  readonly id: string
  readonly display: RunningDisplay
  readonly log: Logger
  readonly onReady: () => void
  readonly onExit: () => void
  readonly onMediaPipe: (pipe: Duplex) => void
  readonly onMessage: (message: FromDesktopWorker) => void
}

export type StartDisplayWorker = (order: DisplayWorkerOrder) => SupervisedWorker<ToDesktopWorker>

/** Shows a display of the user that the host runs as. */
export const startOwnWorker: StartDisplayWorker = ({ id: _id, display, ...followers }) => superviseDisplay(display, followers)

const pixels = Type.Integer({ minimum: 0, maximum: 32_767 })
const seat = Type.Union([Type.Literal('off'), Type.Literal('on'), Type.Literal('failed')])

/** As `FromDesktopWorker` has them. */
const MessageSchema = Type.Union([
  Type.Object({ kind: Type.Literal('lost'), why: Type.String({ maxLength: 300 }) }),
  Type.Object({
    kind: Type.Literal('size'),
    width: Type.Integer({ minimum: 1, maximum: 32_767 }),
    height: Type.Integer({ minimum: 1, maximum: 32_767 }),
  }),
  Type.Object({
    kind: Type.Literal('monitors'),
    monitors: Type.Array(Type.Object({ x: pixels, y: pixels, width: pixels, height: pixels }), { maxItems: 16 }),
  }),
  Type.Object({ kind: Type.Literal('touch-screen'), fingers: Type.Integer({ minimum: 0, maximum: maxFingers }) }),
  Type.Object({ kind: Type.Literal('seat'), blanked: seat, inputBlocked: seat }),
  Type.Object({
    kind: Type.Literal('copied-files'),
    request: Type.Integer({ minimum: 0 }),
    copied: Type.Optional(
      Type.Object({ number: Type.Integer({ minimum: 0, maximum: 2 ** 32 }), uris: Type.String({ maxLength: 2 ** 21 }) }),
    ),
  }),
])

/** A message of a process that another user may have replaced; undefined where it is another. */
export function checkDesktopMessage(message: unknown): FromDesktopWorker | undefined {
  if (!Value.Check(MessageSchema, message)) return undefined
  return message.kind === 'copied-files' ? { ...message, copied: message.copied } : message
}

/** Shows a display of another user of the machine: the process runs as that user, and may say anything. */
export function startUserWorker(
  { id, display, log: _log, onMessage, ...listeners }: DisplayWorkerOrder,
  link: UserLink,
): SupervisedWorker<ToDesktopWorker> {
  const { user: _user, ...running } = display
  return link.startWorker({
    params: { id, running },
    ...listeners,
    onMessage(message) {
      const checked = checkDesktopMessage(message)
      // the link says it once, and is not opened again at once: a log line each would fill the disk
      if (checked === undefined) throw new Error('a message that no process of a display sends')
      onMessage(checked)
    },
  })
}
