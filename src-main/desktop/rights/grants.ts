import type { AuditLog } from '../../platform/audit.ts'
import { AppError } from '../../platform/errors.ts'
import { mayAct, type Principal, type Role } from '../../platform/routes/principal.ts'
import { Turns } from '../../platform/timing/turns.ts'
import type { Grant, GrantStore } from './grant-store.ts'
import { allRights, noRights, type Right, type Rights, rightsFrom } from './rights.ts'

/** Grants of one display. */
const maxGrants = 200
/** Changes that may wait for the disk. */
const maxWaiting = 100

/** Somebody who signs in to the host, as far as this part asks. */
export interface HostUser {
  /** Principal id. */
  readonly id: string
  readonly name: string
  readonly role: Role
}

export interface GrantsDependencies {
  readonly store: GrantStore
  /** Those who can sign in now. */
  readonly users: () => readonly HostUser[]
  readonly audit: Pick<AuditLog, 'record'>
  /** ms since 1970. */
  readonly now: () => number
  /** What somebody may do at that display is different from here on. */
  readonly onChange: (display: string) => void
}

/** The error for one who may see a display, and lacks a right there. */
export const forbidden = (right: Right): AppError => new AppError('desktop.forbidden', `This needs the right "${right}" at the display`)

/** Says what each user of the host may do at which display: admins everything, others what they were granted. */
export class Grants {
  readonly #dependencies: GrantsDependencies
  /** By display, then by user. */
  readonly #grants = new Map<string, Map<string, Grant>>()
  readonly #turns = new Turns(maxWaiting, 'changes of rights', 'request.too_many')

  private constructor(dependencies: GrantsDependencies) {
    this.#dependencies = dependencies
  }

  /** With the grants that are kept. */
  static async open(dependencies: GrantsDependencies): Promise<Grants> {
    const grants = new Grants(dependencies)
    for (const grant of await dependencies.store.all()) grants.#of(grant.display).set(grant.user, grant)
    return grants
  }

  /** The rights that this one has now. */
  rightsOf(principal: Principal, display: string): Rights {
    if (mayAct(principal, 'admin')) return allRights
    if (!mayAct(principal, 'viewer')) return noRights
    const grant = this.#grants.get(display)?.get(principal.id)
    return grant === undefined || this.#isExpired(grant) ? noRights : rightsFrom(grant.rights)
  }

  /** Throws `desktop.display_not_found` for one who may not even see it, `desktop.forbidden` where another right is missing. */
  demand(principal: Principal, display: string, right: Right): void {
    const rights = this.rightsOf(principal, display)
    if (!rights.has('see')) throw new AppError('desktop.display_not_found', `There is no display "${display}"`)
    if (!rights.has(right)) throw forbidden(right)
  }

  /** What others are shown of a user. */
  nameOf({ id, role }: Principal): string {
    return this.nameOfUser(id) ?? role
  }

  /** Name of the one with that principal id; undefined for one who cannot sign in. */
  nameOfUser(id: string): string | undefined {
    return this.#dependencies.users().find((user) => user.id === id)?.name
  }

  /** Grants of a display that are valid, the oldest first. */
  list(display: string): readonly Grant[] {
    return [...(this.#grants.get(display)?.values() ?? [])].filter((grant) => !this.#isExpired(grant))
  }

  /** Grants rights in the place of those the user had. Throws `desktop.user_unknown`, `desktop.grant_expired`, `desktop.too_many_grants`. */
  put(display: string, user: string, rights: readonly Right[], expiresAt: string | null, actor: string): Promise<Grant> {
    return this.#turns.next(async () => {
      const { store, users, audit, now, onChange } = this.#dependencies
      const known = users().find(({ id }) => id === user)
      if (known === undefined) throw new AppError('desktop.user_unknown', `There is no user "${user}"`)
      if (expiresAt !== null && Date.parse(expiresAt) <= now()) {
        throw new AppError('desktop.grant_expired', `${expiresAt} has passed`)
      }
      await this.#removeExpired(display)
      const of = this.#of(display)
      const before = of.get(user)
      if (before === undefined && of.size >= maxGrants) {
        throw new AppError('desktop.too_many_grants', `${maxGrants} users have rights at this display, the maximum`)
      }
      const createdAt = before?.createdAt ?? new Date(now()).toISOString()
      const grant: Grant = { display, user, rights: [...rightsFrom(rights)], expiresAt, createdAt }
      await store.save(grant)
      of.set(user, grant)
      const until = expiresAt === null ? '' : ` until ${expiresAt}`
      audit.record({
        kind: 'command',
        message: `${known.name} was granted rights at a display: ${grant.rights.join(', ')}${until}`,
        actor,
        data: { display, user, rights: grant.rights },
      })
      onChange(display)
      return grant
    })
  }

  /** Takes back what a user was granted, at once. Throws `desktop.grant_not_found`. */
  remove(display: string, user: string, actor: string): Promise<void> {
    return this.#turns.next(async () => {
      const { store, audit, onChange } = this.#dependencies
      if (!this.#grants.get(display)?.has(user)) throw new AppError('desktop.grant_not_found', `"${user}" has no grant at this display`)
      // Whatever the disk does, it ends now.
      this.#of(display).delete(user)
      onChange(display)
      await store.remove(display, user)
      audit.record({ kind: 'command', message: `rights of ${user} at a display were revoked`, actor, data: { display, user } })
    })
  }

  /** The display is gone. */
  removeDisplay(display: string): Promise<void> {
    return this.#turns.behind(async () => {
      this.#grants.delete(display)
      await this.#dependencies.store.removeDisplay(display)
    })
  }

  async #removeExpired(display: string): Promise<void> {
    const of = this.#of(display)
    for (const grant of [...of.values()].filter((each) => this.#isExpired(each))) {
      await this.#dependencies.store.remove(display, grant.user)
      of.delete(grant.user)
    }
  }

  #isExpired({ expiresAt }: Grant): boolean {
    return expiresAt !== null && Date.parse(expiresAt) <= this.#dependencies.now()
  }

  #of(display: string): Map<string, Grant> {
    const of = this.#grants.get(display) ?? new Map<string, Grant>()
    this.#grants.set(display, of)
    return of
  }
}
