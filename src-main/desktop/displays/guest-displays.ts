import type { SeparateDisplays } from '../rights/invitation-store.ts'
import type { Guest, Invitations } from '../rights/invitations.ts'
import type { DisplayBook } from './display-book.ts'

export interface GuestDisplaysDependencies {
  readonly book: Pick<DisplayBook, 'openForGuest' | 'guestInvitations' | 'removeOfInvitation'>
  readonly invitations: Pick<Invitations, 'isValid'>
}

/** Displays that are made for each guest of an invitation, and end with it. */
export class GuestDisplays {
  readonly #dependencies: GuestDisplaysDependencies

  constructor(dependencies: GuestDisplaysDependencies) {
    this.#dependencies = dependencies
  }

  /** The display of a guest: the one they had, while it is there. Throws `desktop.limit`. */
  open(
    { principal, invitation, name }: Guest,
    { command, width, height, endAfterMinutes, maxDisplays }: SeparateDisplays,
  ): Promise<string> {
    return this.#dependencies.book.openForGuest({ user: principal.id, invitation }, maxDisplays, {
      // Their name is whatever they say.
      name: `${name.replace(/\p{C}/gu, ' ')} (guest)`,
      width,
      height,
      endAfterMinutes,
      ...(command !== undefined && { command: command === null ? null : [...command] }),
    })
  }

  /** Removes those of invitations that were taken back, or whose time has passed. */
  async removeEnded(): Promise<void> {
    const { book, invitations } = this.#dependencies
    for (const invitation of book.guestInvitations()) if (!invitations.isValid(invitation)) await book.removeOfInvitation(invitation)
  }
}
