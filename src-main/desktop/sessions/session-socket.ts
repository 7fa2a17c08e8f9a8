import { Type } from 'typebox'
import { AppError } from '../../platform/errors.ts'
import type { SignInAttempts } from '../../platform/identity/sign-in-attempts.ts'
import { isLoopback } from '../../platform/loopback.ts'
import { defineSocket, type SocketClient, type SocketDefinition, type SocketSession } from '../../platform/sockets.ts'
import type { DisplayBook } from '../displays/display-book.ts'
import type { Grants } from '../rights/grants.ts'
import type { Invitations } from '../rights/invitations.ts'
import type { SecondFactor } from '../rights/second-factor.ts'
import { slowGuesses } from '../rights/slow-guesses.ts'
import { tag } from '../schemas/display.ts'
import type { Person, Seat } from './attendance.ts'
import { readClientMessage, readGuestHello } from './client-message.ts'
import type { Sessions } from './sessions.ts'

const limits = {
  maxClients: 32,
  maxMessageBytes: 16 * 1024,
  /** A pointer that moves on a screen of 240 Hz, what was drawn meanwhile, and keys: each of them is cheap. */
  maxMessagesPerSecond: 1000,
} as const
/** Until a guest has said who they are, ms. */
const helloMs = 15_000

export interface SessionSocketDependencies {
  readonly book: DisplayBook
  readonly sessions: Sessions
  readonly grants: Grants
  readonly invitations: Invitations
  readonly secondFactor: SecondFactor
  readonly attempts: SignInAttempts
}

/** Who works at a display: its changes as binary messages, keyboard and pointer as JSON. See docs/desktop.md. */
export function sessionSockets(dependencies: SessionSocketDependencies): readonly SocketDefinition[] {
  const { book, grants, secondFactor } = dependencies
  return [
    defineSocket({
      path: '/desktop/session',
      tag,
      summary: 'Shows a display and controls it: see docs/desktop.md for its messages',
      role: 'viewer',
      query: Type.Object({ display: Type.String({ maxLength: 80, description: 'id of `GET /desktop/displays`' }) }),
      ...limits,
      accept({ query: { display }, principal, remoteAddress }) {
        // Rejects the upgrade of an id that does not exist.
        book.describe(display)
        grants.demand(principal, display, 'see')
        const person = { name: grants.nameOf(principal), principal }
        return (client) => {
          if (!secondFactor.isNeeded(principal)) return serve(dependencies, client, display, person, isLoopback(remoteAddress))
          closeWith(client, new AppError('desktop.second_factor_needed'), 4403)
          return { onClose() {} }
        }
      },
    }),
    defineSocket({
      path: '/desktop/guest',
      tag,
      summary: 'As `/desktop/session` for who came by an invitation: the first message says who they are',
      role: 'none',
      query: Type.Object({}),
      ...limits,
      accept:
        ({ remoteAddress }) =>
        (client) =>
          serveGuest(dependencies, client, remoteAddress),
    }),
  ]
}

function serve(
  { book, sessions }: SessionSocketDependencies,
  client: SocketClient,
  display: string,
  person: Person,
  raw: boolean,
): SocketSession {
  let seat: Seat | undefined
  let left = false
  book.running(display, person.principal.id).then(
    (running) => {
      if (!left) seat = sessions.join(display, running, { client, person, raw })
    },
    (error: unknown) => {
      closeWith(client, error, 4409)
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

/** Says why, and closes. */
function closeWith(client: SocketClient, error: unknown, closeCode: number): void {
  const { code, message } = error instanceof AppError ? error : { code: 'internal', message: 'The display could not be started' }
  client.send(JSON.stringify({ kind: 'error', code, message }))
  client.close(closeCode, code)
}

function serveGuest(dependencies: SessionSocketDependencies, client: SocketClient, remoteAddress: string): SocketSession {
  let session: SocketSession | undefined
  let rejected = false
  const late = setTimeout(() => client.close(4408, 'no hello came'), helloMs)
  const reject = async (): Promise<void> => {
    rejected = true
    const unknown = (): never => {
      throw new AppError('desktop.invitation_unknown')
    }
    await slowGuesses(dependencies.attempts, remoteAddress, 'desktop.invitation_unknown', unknown).catch((error: unknown) =>
      closeWith(client, error, 4403),
    )
  }
  return {
    onMessage(text) {
      if (rejected) return
      if (session !== undefined) {
        session.onMessage?.(text)
        return
      }
      clearTimeout(late)
      const secret = readGuestHello(text)
      const guest = secret === undefined ? undefined : dependencies.invitations.guest(secret)
      if (guest === undefined) void reject()
      else session = serve(dependencies, client, guest.display, guest, isLoopback(remoteAddress))
    },
    onClose(code) {
      clearTimeout(late)
      rejected = true
      session?.onClose(code)
    },
  }
}
