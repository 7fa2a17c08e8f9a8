import { randomBytes, timingSafeEqual } from 'node:crypto'
import { base32, totpCode, totpStep, totpUri } from '../../formats/totp.ts'
import type { AuditLog } from '../../platform/audit.ts'
import { AppError } from '../../platform/errors.ts'
import type { SecretBox } from '../../platform/identity/secret-box.ts'
import type { Principal } from '../../platform/routes/principal.ts'
import { Turns } from '../../platform/timing/turns.ts'
import type { SecondFactorStore, StoredFactor } from './second-factor-store.ts'

/** RFC 4226 section 4: 160 bits. */
const secretBytes = 20
/** A clock may be off by a step in either direction: RFC 6238 section 5.2. */
const steps = [0, -1, 1] as const
/** A browser that proved it need not for so long, ms. */
const provedMs = 12 * 3_600_000
/** Wrong codes of one user within `windowMs`: further ones are not looked at, right or wrong. */
const maxWrong = 5
const windowMs = 5 * 60_000
const maxProved = 1000
const maxWaiting = 50

export interface SecondFactorDependencies {
  readonly store: SecondFactorStore
  readonly secrets: SecretBox
  readonly audit: Pick<AuditLog, 'record'>
  /** ms since 1970. */
  readonly now: () => number
}

/** A second factor of users who open desktops: a code of an authenticator app (TOTP, RFC 6238) beside their sign-in. */
export class SecondFactor {
  readonly #dependencies: SecondFactorDependencies
  readonly #byUser = new Map<string, StoredFactor>()
  /** Until when a sign-in has proved it, ms. */
  readonly #proved = new Map<string, number>()
  readonly #wrong = new Map<string, { count: number; readonly untilMs: number }>()
  readonly #turns = new Turns(maxWaiting, 'changes of second factors', 'request.too_many')

  private constructor(dependencies: SecondFactorDependencies) {
    this.#dependencies = dependencies
  }

  /** With those that are kept. */
  static async open(dependencies: SecondFactorDependencies): Promise<SecondFactor> {
    const factor = new SecondFactor(dependencies)
    for (const each of await dependencies.store.all()) factor.#byUser.set(each.user, each)
    return factor
  }

  /** The user has one. */
  isEnrolled(user: string): boolean {
    return this.#byUser.get(user)?.confirmed === true
  }

  /** They have one, and have not proved it in this sign-in. */
  isNeeded(principal: Principal): boolean {
    return this.isEnrolled(principal.id) && (this.#proved.get(signIn(principal)) ?? 0) <= this.#dependencies.now()
  }

  /** Throws `desktop.second_factor_needed`. */
  demand(principal: Principal): void {
    if (this.isNeeded(principal)) throw new AppError('desktop.second_factor_needed')
  }

  /** Makes a secret, which counts once a code of it was proved. Throws `desktop.second_factor_exists`. */
  enrol(principal: Principal, account: string): Promise<{ readonly secret: string; readonly uri: string }> {
    return this.#turns.next(async () => {
      const { store, secrets } = this.#dependencies
      if (this.isEnrolled(principal.id)) throw new AppError('desktop.second_factor_exists')
      const secret = randomBytes(secretBytes)
      const factor: StoredFactor = { user: principal.id, secret: secrets.encrypt(secret.toString('base64')), confirmed: false, lastStep: 0 }
      await store.save(factor)
      this.#byUser.set(principal.id, factor)
      return { secret: base32(secret), uri: totpUri(secret, 'AMI Streams', account) }
    })
  }

  /** Proves it for this sign-in; the first time it counts from then on. Throws `desktop.code_wrong`, `desktop.codes_blocked`. */
  prove(principal: Principal, code: string, remoteAddress: string): Promise<void> {
    return this.#turns.next(async () => {
      const { store, audit, now } = this.#dependencies
      const { id: user } = principal
      const line = { kind: 'sign-in', actor: user, remoteAddress } as const
      const wrong = this.#wrong.get(user)
      if (wrong !== undefined && wrong.untilMs > now() && wrong.count >= maxWrong) {
        audit.record({ ...line, message: 'a second factor was tried too often', code: 'desktop.codes_blocked' })
        const retryAfterSeconds = Math.ceil((wrong.untilMs - now()) / 1000)
        throw new AppError('desktop.codes_blocked', undefined, { details: { retryAfterSeconds } })
      }
      const factor = this.#byUser.get(user)
      const step = factor && this.#stepOf(factor, code)
      if (factor === undefined || step === undefined) {
        const counted = wrong !== undefined && wrong.untilMs > now() ? wrong : { count: 0, untilMs: now() + windowMs }
        this.#wrong.set(user, { ...counted, count: counted.count + 1 })
        audit.record({ ...line, message: 'a second factor was wrong', code: 'desktop.code_wrong' })
        throw new AppError('desktop.code_wrong')
      }
      // A code counts once: RFC 6238 section 5.2.
      const used: StoredFactor = { ...factor, confirmed: true, lastStep: step }
      this.#byUser.set(user, used)
      await store.save(used)
      this.#wrong.delete(user)
      this.#remember(principal)
      audit.record({ ...line, message: factor.confirmed ? 'a second factor was proved' : 'a second factor was set up' })
    })
  }

  /** Removes it. Throws `desktop.second_factor_missing`. */
  remove(user: string, actor: string): Promise<void> {
    return this.#turns.next(async () => {
      const { store, audit } = this.#dependencies
      if (!this.#byUser.has(user)) throw new AppError('desktop.second_factor_missing', `"${user}" has no second factor`)
      await store.remove(user)
      this.#byUser.delete(user)
      // Nobody has proved the next one.
      for (const key of [...this.#proved.keys()]) if (key.startsWith(`${user} `)) this.#proved.delete(key)
      audit.record({ kind: 'sign-in', message: `the second factor of ${user} was removed`, actor })
    })
  }

  #stepOf({ secret, lastStep }: StoredFactor, code: string): number | undefined {
    const key = Buffer.from(this.#dependencies.secrets.open(secret), 'base64')
    const current = totpStep(this.#dependencies.now())
    const given = Buffer.from(code)
    return steps
      .map((offset) => current + offset)
      .find((step) => step > lastStep && given.length === 6 && timingSafeEqual(Buffer.from(totpCode(key, step)), given))
  }

  #remember(principal: Principal): void {
    const key = signIn(principal)
    this.#proved.delete(key)
    const [oldest] = this.#proved.keys()
    if (this.#proved.size >= maxProved && oldest !== undefined) this.#proved.delete(oldest)
    this.#proved.set(key, this.#dependencies.now() + provedMs)
  }
}

const signIn = ({ id, session = '' }: Principal): string => `${id} ${session}`
