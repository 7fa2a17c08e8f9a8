import type { AuditLog } from '../../platform/audit.ts'
import { AppError } from '../../platform/errors.ts'
import { hashSecret, newSecret } from '../../platform/identity/secrets.ts'
import { randomText } from '../../platform/random-id.ts'
import type { Principal } from '../../platform/routes/principal.ts'
import { shownLine } from '../../platform/shown-line.ts'
import { Turns } from '../../platform/timing/turns.ts'
import type { InvitationStore, InvitedGuest, SeparateDisplays, StoredInvitation } from './invitation-store.ts'
import { noRights, type Right, type Rights, rightsFrom } from './rights.ts'

/** Links that are valid at a time. */
const maxInvitations = 100
/** People who come by one link. */
const maxGuests = 50
/** Changes that may wait for the disk. */
const maxWaiting = 100

export interface InvitationsDependencies {
  readonly store: InvitationStore
  readonly audit: Pick<AuditLog, 'record'>
  /** ms since 1970. */
  readonly now: () => number
  /** The display that was made for this guest, where their link has each come to one of their own. */
  readonly ownDisplayOf: (user: string) => string | undefined
  /** What those who came by links to that display may do is different from here on. */
  readonly onChange: (display: string) => void
}

export interface NewInvitation {
  readonly display: string
  readonly rights: readonly Right[]
  readonly once: boolean
  /** Somebody has to allow each guest. */
  readonly asks: boolean
  /** Left out: they come to `display`. */
  readonly separate?: SeparateDisplays
  readonly minutes: number
  /** Name of who invites. */
  readonly invitedBy: string
}

/** A guest: who they are, and where they may go. */
export interface Guest {
  readonly principal: Principal
  readonly name: string
  readonly display: string
  /** Id of the invitation. */
  readonly invitation: string
  readonly rights: readonly Right[]
  /** They come to a display of their own. */
  readonly separate: SeparateDisplays | null
  /** Somebody has to allow them. */
  readonly asks: boolean
}

/** Links to displays, and the people who came by them. The secrets are kept as hashes. */
export class Invitations {
  readonly #dependencies: InvitationsDependencies
  readonly #byId = new Map<string, StoredInvitation>()
  readonly #turns = new Turns(maxWaiting, 'changes of invitations', 'request.too_many')

  private constructor(dependencies: InvitationsDependencies) {
    this.#dependencies = dependencies
  }

  /** With the invitations that are kept. */
  static async open(dependencies: InvitationsDependencies): Promise<Invitations> {
    const invitations = new Invitations(dependencies)
    for (const each of await dependencies.store.all()) invitations.#byId.set(each.id, each)
    return invitations
  }

  /** Those of a display that are valid, the oldest first. */
  list(display: string): readonly StoredInvitation[] {
    return [...this.#byId.values()].filter((each) => each.display === display && !this.#isExpired(each))
  }

  /** What a guest may do. */
  rightsOf({ id }: Principal, display: string): Rights {
    const found = this.#find(({ guests }) => guests.some((guest) => idOf(guest.id) === id))
    const theirs = found?.separate === null ? found.display : this.#dependencies.ownDisplayOf(id)
    return found === undefined || theirs !== display || this.#isExpired(found) ? noRights : rightsFrom(found.rights)
  }

  /** It is there, and its time has not passed. */
  isValid(invitation: string): boolean {
    const found = this.#byId.get(invitation)
    return found !== undefined && !this.#isExpired(found)
  }

  /** Makes a link; its secret is answered this once. Throws `desktop.too_many_invitations`. */
  create(
    { display, rights, once, asks, separate, minutes, invitedBy }: NewInvitation,
    actor: string,
  ): Promise<{ readonly invitation: StoredInvitation; readonly secret: string }> {
    return this.#turns.next(async () => {
      const { audit, now } = this.#dependencies
      for (const each of [...this.#byId.values()].filter((one) => this.#isExpired(one))) await this.#delete(each)
      if (this.#byId.size >= maxInvitations) {
        throw new AppError('desktop.too_many_invitations', `${maxInvitations} invitations are valid, the maximum`)
      }
      const secret = newSecret()
      const invitation: StoredInvitation = {
        id: randomText(12),
        display,
        rights: [...rightsFrom(rights)],
        once,
        asks,
        separate: separate ?? null,
        hash: hashSecret(secret),
        invitedBy,
        createdAt: new Date(now()).toISOString(),
        expiresAt: new Date(now() + minutes * 60_000).toISOString(),
        guests: [],
      }
      await this.#keep(invitation)
      audit.record({
        kind: 'command',
        message: `an invitation to a display was made: ${invitation.rights.join(', ')} until ${invitation.expiresAt}`,
        actor,
        data: { display, invitation: invitation.id, once },
      })
      return { invitation, secret }
    })
  }

  /** The invitation behind a link. Throws `desktop.invitation_unknown`, `desktop.invitation_spent`. */
  read(secret: string): StoredInvitation {
    const hash = hashSecret(secret)
    const found = this.#find((invitation) => invitation.hash === hash)
    if (found === undefined || this.#isExpired(found)) throw new AppError('desktop.invitation_unknown')
    if (found.once && found.guests.length > 0) throw new AppError('desktop.invitation_spent')
    return found
  }

  /**
   * Somebody comes by a link, under a name that others read before they allow it: answers the secret that brings them back. Throws as `read`
   * does, `desktop.too_many_guests`, and `request.invalid` for a name that nobody sees.
   */
  join(secret: string, called: string, remoteAddress: string): Promise<{ readonly guest: Guest; readonly secret: string }> {
    const name = shownLine(called)
    return this.#turns.next(async () => {
      if (name === '') throw new AppError('request.invalid', 'A name has characters that are seen')
      const invitation = this.read(secret)
      if (invitation.guests.length >= maxGuests) {
        throw new AppError('desktop.too_many_guests', `${maxGuests} people have come by this link, the maximum`)
      }
      const own = newSecret()
      const joined = { id: randomText(12), name, hash: hashSecret(own) }
      await this.#keep({ ...invitation, guests: [...invitation.guests, joined] })
      const { display, id } = invitation
      this.#dependencies.audit.record({
        kind: 'sign-in',
        message: `${name} came to a display by an invitation`,
        actor: idOf(joined.id),
        remoteAddress,
        data: { display, invitation: id },
      })
      return { guest: guestOf(invitation, joined), secret: own }
    })
  }

  /** Whose secret this is; undefined where it is nobody's, or they may not come any more. */
  guest(secret: string): Guest | undefined {
    const hash = hashSecret(secret)
    const invitation = this.#find(({ guests }) => guests.some((guest) => guest.hash === hash))
    const found = invitation?.guests.find((guest) => guest.hash === hash)
    if (invitation === undefined || found === undefined || this.#isExpired(invitation)) return undefined
    return guestOf(invitation, found)
  }

  /** Ends a link, and what those who came by it may do, at once. Throws `desktop.invitation_not_found`. */
  revoke(display: string, id: string, actor: string): Promise<void> {
    return this.#turns.next(async () => {
      const invitation = this.#byId.get(id)
      if (invitation?.display !== display) throw new AppError('desktop.invitation_not_found', `There is no invitation "${id}"`)
      await this.#delete(invitation)
      this.#dependencies.audit.record({
        kind: 'command',
        message: 'an invitation to a display was revoked',
        actor,
        data: { display, invitation: id },
      })
    })
  }

  /** The display is gone. */
  removeDisplay(display: string): Promise<void> {
    return this.#turns.behind(async () => {
      for (const each of [...this.#byId.values()].filter((one) => one.display === display)) await this.#delete(each)
    })
  }

  #find(matches: (invitation: StoredInvitation) => boolean): StoredInvitation | undefined {
    return [...this.#byId.values()].find(matches)
  }

  async #keep(invitation: StoredInvitation): Promise<void> {
    await this.#dependencies.store.save(invitation)
    this.#byId.set(invitation.id, invitation)
    this.#dependencies.onChange(invitation.display)
  }

  async #delete({ id, display }: StoredInvitation): Promise<void> {
    // Whatever the disk does, it ends now.
    this.#byId.delete(id)
    this.#dependencies.onChange(display)
    await this.#dependencies.store.remove(id)
  }

  #isExpired({ expiresAt }: StoredInvitation): boolean {
    return Date.parse(expiresAt) <= this.#dependencies.now()
  }
}

const idOf = (guest: string): string => `guest:${guest}`
function guestOf({ id: invitation, display, rights, separate, asks }: StoredInvitation, { id, name }: InvitedGuest): Guest {
  // Guests have no role: nothing else of the API answers them.
  return { principal: { id: idOf(id), role: 'none' }, name, display, invitation, rights, separate, asks }
}
