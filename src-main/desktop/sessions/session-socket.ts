import { Type } from 'typebox'
import { AppError } from '../../platform/errors.ts'
import { isLoopback } from '../../platform/loopback.ts'
import { defineSocket, type SocketClient, type SocketDefinition, type SocketSession } from '../../platform/sockets.ts'
import type { DisplayBook } from '../displays/display-book.ts'
import type { Grants } from '../rights/grants.ts'
import { tag } from '../schemas/display.ts'
import { readClientMessage } from './client-message.ts'
import type { Person, Seat, Sessions } from './sessions.ts'

const maxClients = 32
const maxMessageBytes = 16 * 1024
/** A pointer that moves on a screen of 240 Hz, what was drawn meanwhile, and keys: each of them is cheap. */
const maxMessagesPerSecond = 1000

/** Who works at a display: its changes as binary messages, keyboard and pointer as JSON. See docs/desktop.md. */
export function sessionSocket(book: DisplayBook, sessions: Sessions, grants: Grants): SocketDefinition {
  return defineSocket({
    path: '/desktop/session',
    tag,
    summary: 'Shows a display and controls it: see docs/desktop.md for its messages',
    role: 'viewer',
    query: Type.Object({ display: Type.String({ maxLength: 80, description: 'id of `GET /desktop/displays`' }) }),
    maxClients,
    maxMessageBytes,
    maxMessagesPerSecond,
    accept({ query: { display }, principal, remoteAddress }) {
      // Rejects the upgrade of an id that does not exist.
      book.describe(display)
      grants.demand(principal, display, 'see')
      return (client) => serve(client, display, { name: grants.nameOf(principal), principal }, isLoopback(remoteAddress))
    },
  })

  function serve(client: SocketClient, display: string, person: Person, raw: boolean): SocketSession {
    let seat: Seat | undefined
    let left = false
    book.running(display, person.principal.id).then(
      (running) => {
        if (!left) seat = sessions.join(display, { running, client, person, raw })
      },
      (error: unknown) => {
        const { code, message } = error instanceof AppError ? error : { code: 'internal', message: 'The display could not be started' }
        client.send(JSON.stringify({ kind: 'error', code, message }))
        client.close(4409, code)
      },
    )
    return {
      onMessage(text) {
        const message = readClientMessage(text)
        if (message === undefined) client.close(1007, 'not a message of docs/desktop.md')
        else if (message.kind === 'ping') client.send(JSON.stringify({ kind: 'pong', at: message.at }))
        else seat?.hear(message)
      },
      onClose() {
        left = true
        seat?.leave()
      },
    }
  }
}
