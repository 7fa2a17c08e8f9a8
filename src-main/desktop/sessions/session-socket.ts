import { Type } from 'typebox'
import { AppError, type ErrorCode } from '../../platform/errors.ts'
import type { SignInAttempts } from '../../platform/identity/sign-in-attempts.ts'
import { isLoopback } from '../../platform/net/loopback.ts'
import { Strangers } from '../../platform/net/strangers.ts'
import { isLimited } from '../../platform/routes/principal.ts'
import { defineSocket, type SocketClient, type SocketDefinition, type SocketSession } from '../../platform/routes/sockets.ts'
import { forAdmins } from '../displays/attached-server.ts'
import { screenId } from '../displays/described-display.ts'
import type { DisplayBook } from '../displays/display-book.ts'
import type { GuestDisplays } from '../displays/guest-displays.ts'
import type { Consents } from '../rights/consents.ts'
import type { DisplayLocks } from '../rights/display-locks.ts'
import type { Grants } from '../rights/grants.ts'
import type { Guest, Invitations } from '../rights/invitations.ts'
import type { Right } from '../rights/rights.ts'
import type { SecondFactor } from '../rights/second-factor.ts'
import { slowGuesses } from '../rights/slow-guesses.ts'
import { tag } from '../schemas/display.ts'
import type { Person, Seat } from './attendance.ts'
import { type ClientMessage, maxClientBytes, readClientBytes, readClientMessage, readGuestHello } from './client-message.ts'
import type { Sessions } from './sessions.ts'
import { ViewerTransport, type WebrtcReach } from './transport/viewer-transport.ts'

const limits = {
  maxClients: 32,
  maxMessageBytes: maxClientBytes,
  /** A pointer that moves on a screen of 240 Hz, what was drawn meanwhile, and keys: each of them is cheap. */
  maxMessagesPerSecond: 1000,
} as const
/** Of a message that is text. */
const maxTextBytes = 16 * 1024
/** Guests who have not said yet who they are. */
const maxStrangers = 16
/** Until a guest has said who they are, ms. */
const helloMs = 15_000

/** Errors that say that this person may not see the display now. */
const closedCodes: readonly ErrorCode[] = ['desktop.consent_denied', 'desktop.locked']

export interface SessionSocketDependencies {
  readonly book: DisplayBook
  readonly sessions: Sessions
  readonly grants: Grants
  readonly invitations: Invitations
  readonly guestDisplays: GuestDisplays
  readonly secondFactor: SecondFactor
  readonly consents: Consents
  readonly locks: DisplayLocks
  readonly attempts: SignInAttempts
  /** Undefined where desktops have no WebRTC. */
  readonly webrtc: WebrtcReach | undefined
}

/** Who opens which display. */
interface Opened {
  readonly display: string
  readonly person: Person
  /** What they are sent is not compressed. */
  readonly raw: boolean
  /** Somebody has to allow it first. */
  readonly asks: boolean
  /** Answers the display of their own that they come to, in the place of `display`: it is made when they were allowed. */
  readonly own?: { readonly rights: readonly Right[]; readonly open: () => Promise<string> }
}

/** Who works at a display: its changes as binary messages, keyboard and pointer as JSON. See docs/desktop.md. */
export function sessionSockets(dependencies: SessionSocketDependencies): readonly SocketDefinition[] {
  const { book, grants, secondFactor } = dependencies
  const strangers = new Strangers(maxStrangers)
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
          if (!secondFactor.isNeeded(principal))
            return serve(dependencies, client, {
              display,
              person,
              raw: isLoopback(remoteAddress),
              asks: isOfPerson(book, display) && isLimited(principal),
            })
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
          serveGuest(dependencies, client, remoteAddress, strangers),
    }),
  ]
}

function serve(dependencies: SessionSocketDependencies, client: SocketClient, opened: Opened): SocketSession {
  const { book, sessions, consents, locks, webrtc } = dependencies
  const { display: invitedTo, person, raw, asks, own } = opened
  const user = person.principal.id
  const gone = new AbortController()
  let seat: Seat | undefined
  const arrive = async (): Promise<void> => {
    // What is on the other display does not concern who does not see it.
    if (own === undefined) locks.demand(invitedTo)
    if (asks) {
      client.send(JSON.stringify({ kind: 'waiting' }))
      const rights = [...(own?.rights ?? sessions.rightsOf(person, invitedTo))]
      const allowed = await consents.ask({ display: invitedTo, user, name: person.name, rights, signal: gone.signal })
      if (!allowed) throw new AppError('desktop.consent_denied')
    }
    const display = own === undefined ? invitedTo : await own.open()
    const running = await book.running(display, user)
    if (gone.signal.aborted) return
    seat = sessions.join(display, running, { client: transport, person, raw })
    if (seat.may('see')) transport.announce()
  }
  arrive().catch((error: unknown) => {
    const shown = isLimited(person.principal) ? error : forAdmins(error)
    closeWith(client, shown, error instanceof AppError && closedCodes.includes(error.code) ? 4403 : 4409)
  })
  const take = (message: ClientMessage | undefined): void => {
    if (message === undefined) transport.close(1007, 'not a message of docs/desktop.md')
    else if (message.kind === 'rtc-offer' || message.kind === 'transport') {
      if (seat?.may('see')) transport.hear(message)
    } else if (message.kind === 'ping') transport.send(JSON.stringify({ kind: 'pong', at: message.at }))
    else seat?.hear(message)
  }
  const transport = new ViewerTransport({ client, reach: webrtc, near: raw, take, onSwitch: (sendsRaw) => seat?.restart(sendsRaw) })
  return {
    onMessage: (text) => take(text.length > maxTextBytes ? undefined : readClientMessage(text)),
    onBytes: (bytes) => take(readClientBytes(bytes)),
    onClose() {
      gone.abort()
      transport.end()
      seat?.leave()
      if (asks) consents.left(invitedTo, user)
    },
  }
}

/** Somebody may sit at it. */
const isOfPerson = (book: DisplayBook, display: string): boolean => display === screenId || book.isOfPerson(display)

/** Guests are asked for at the screen of this machine, and where their invitation says so. */
function openedBy(guest: Guest, { book, guestDisplays }: SessionSocketDependencies, raw: boolean): Opened {
  const { display, separate, asks, rights } = guest
  if (separate === null) return { display, person: guest, raw, asks: asks || isOfPerson(book, display) }
  return { display, person: guest, raw, asks, own: { rights, open: () => guestDisplays.open(guest, separate) } }
}

/** Says why, and closes. */
function closeWith(client: SocketClient, error: unknown, closeCode: number): void {
  const { code, message } = error instanceof AppError ? error : { code: 'internal', message: 'The display could not be started' }
  client.send(JSON.stringify({ kind: 'error', code, message }))
  client.close(closeCode, code)
}

function serveGuest(
  dependencies: SessionSocketDependencies,
  client: SocketClient,
  remoteAddress: string,
  strangers: Strangers,
): SocketSession {
  let session: SocketSession | undefined
  let rejected = false
  const late = setTimeout(() => client.close(4408, 'no hello came'), helloMs)
  const leaveStrangers = strangers.add(() => client.terminate())
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
      else {
        leaveStrangers()
        session = serve(dependencies, client, openedBy(guest, dependencies, isLoopback(remoteAddress)))
      }
    },
    onBytes(bytes) {
      session?.onBytes?.(bytes)
    },
    onClose(code) {
      clearTimeout(late)
      leaveStrangers()
      rejected = true
      session?.onClose(code)
    },
  }
}
