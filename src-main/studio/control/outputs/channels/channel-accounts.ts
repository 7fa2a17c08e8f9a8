import { setTimeout as sleep } from 'node:timers/promises'
import type { AuditLog } from '../../../../platform/audit.ts'
import { AppError } from '../../../../platform/errors.ts'
import type { SecretBox } from '../../../../platform/identity/secret-box.ts'
import { isRecord } from '../../../../platform/routes/schema-faults.ts'
import type { StateStore } from '../../state-store.ts'
import { textIn } from './ask-service.ts'
import { type ServiceId, serviceIds } from './channel-service.ts'
import {
  type Application,
  askForCode,
  askForTokens,
  type GrantEndpoints,
  type GrantResult,
  refreshTokens,
  revokeToken,
  type Tokens,
} from './device-grant.ts'

/** A sign-in that waits for the user, or what became of the last one that brought nothing. */
export interface SignIn {
  readonly state: 'waiting' | 'failed'
  /** What the user enters there. */
  readonly userCode: string
  readonly url: string
  readonly expiresAtMs: number
  /** Why it failed; null while it waits. */
  readonly reason: 'denied' | 'expired' | 'rejected' | null
  /** In the service's own words. */
  readonly detail: string | null
}

export interface Account {
  readonly service: ServiceId
  /** How the host came to its token: entered by hand, or by signing in. */
  readonly connectedBy: 'token' | 'sign-in' | null
  /** Of the application that is signed in with. */
  readonly clientId: string | null
  readonly hasClientSecret: boolean
  readonly signIn: SignIn | null
}

export interface ChannelAccountsDependencies {
  readonly store: Pick<StateStore, 'get' | 'set'>
  readonly secrets: SecretBox
  readonly audit: AuditLog
  readonly endpoints: Readonly<Record<ServiceId, GrantEndpoints>>
  /** ms */
  readonly now: () => number
}

/** Access tokens are renewed so long before they end, ms. */
const renewBeforeMs = 60_000
/** How much less often is asked after `slow_down` (RFC 8628 section 3.5), ms. */
const slowerByMs = 5000

interface KeptSignIn {
  readonly accessToken: string
  readonly refreshToken: string
  readonly expiresAtMs: number
  /** Tokens belong to the application that they were given to. */
  readonly application: Application
}

interface Attempt {
  shown: SignIn
  readonly abort: AbortController
}

/** The accounts at services: which application signs in, tokens, and sign-ins under way. Secrets are encrypted where they are kept. */
export class ChannelAccounts {
  readonly #dependencies: ChannelAccountsDependencies
  readonly #attempts = new Map<ServiceId, Attempt>()
  /** Refresh tokens of Twitch can be used once: whoever needs a new token meanwhile waits for the same answer. */
  readonly #renewals = new Map<ServiceId, Promise<string>>()

  constructor(dependencies: ChannelAccountsDependencies) {
    this.#dependencies = dependencies
  }

  list(): readonly Account[] {
    return serviceIds.map((service) => {
      const application = this.#application(service)
      return {
        service,
        connectedBy: this.#has('sign-in', service) ? 'sign-in' : this.#has('token', service) ? 'token' : null,
        clientId: application?.clientId ?? null,
        hasClientSecret: (application?.clientSecret ?? '') !== '',
        signIn: this.#attempts.get(service)?.shown ?? null,
      }
    })
  }

  /** Keeps the application that is signed in with from now on; undefined deletes it. Who is signed in stays so. */
  setApplication(service: ServiceId, application: Application | undefined, actor: string): void {
    this.cancel(service)
    this.#keep('application', service, application && JSON.stringify(application))
    this.#record(`application of ${service} ${application === undefined ? 'deleted' : 'set'}`, actor)
  }

  /** A code for the user to enter at the service. While one is waited for, everybody has the same. */
  async signIn(service: ServiceId, actor: string): Promise<SignIn> {
    const waiting = this.#attempts.get(service)
    if (waiting?.shown.state === 'waiting') return waiting.shown
    const application = this.#application(service)
    if (application === undefined) throw new AppError('studio.channel_application', 'No client ID is entered')
    const endpoints = this.#dependencies.endpoints[service]
    const { deviceCode, userCode, url, expiresInMs, intervalMs } = await askForCode(endpoints, application)
    // Somebody else may have asked meanwhile: what was shown first counts.
    const other = this.#attempts.get(service)
    if (other?.shown.state === 'waiting') return other.shown
    const expiresAtMs = this.#dependencies.now() + expiresInMs
    const attempt: Attempt = {
      shown: { state: 'waiting', userCode, url, expiresAtMs, reason: null, detail: null },
      abort: new AbortController(),
    }
    this.#attempts.set(service, attempt)
    this.#record(`sign-in at ${service} started`, actor)
    void this.#wait(service, attempt, { application, deviceCode, intervalMs, actor })
    return attempt.shown
  }

  /** Ends a sign-in that waits. */
  cancel(service: ServiceId): void {
    this.#attempts.get(service)?.abort.abort()
    this.#attempts.delete(service)
  }

  /** Keeps a token that was entered by hand, in place of what there was. */
  async setToken(service: ServiceId, token: string, actor: string): Promise<void> {
    await this.disconnect(service)
    this.#keep('token', service, token)
    this.#record(`access token of ${service} set`, actor)
  }

  /** Deletes the tokens. Those of a sign-in are ended at the service, too; resolves to what kept it from that. */
  async disconnect(service: ServiceId, actor?: string): Promise<string | undefined> {
    this.cancel(service)
    const kept = this.#signedIn(service)
    this.#keep('token', service, undefined)
    this.#keep('sign-in', service, undefined)
    if (actor !== undefined) this.#record(`access token of ${service} deleted`, actor)
    if (kept === undefined) return undefined
    try {
      await revokeToken(this.#dependencies.endpoints[service], kept.application, kept.refreshToken || kept.accessToken)
      return undefined
    } catch (error) {
      return (error as Error).message
    }
  }

  /** Does something with an access token that is valid. One that the service does not take is renewed once, where that can be done. */
  async use<Result>(service: ServiceId, work: (token: string) => Promise<Result>): Promise<Result> {
    const kept = this.#signedIn(service)
    if (kept === undefined) {
      const token = this.#read('token', service)
      if (token === undefined) throw new AppError('studio.channel_token', 'There is no access token')
      return work(token)
    }
    const isOld = kept.expiresAtMs - renewBeforeMs < this.#dependencies.now()
    if (isOld && kept.refreshToken !== '') return work(await this.#renewed(service, kept))
    try {
      return await work(kept.accessToken)
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'studio.channel_token' || kept.refreshToken === '') throw error
      return work(await this.#renewed(service, kept))
    }
  }

  stop(): void {
    for (const service of serviceIds) this.cancel(service)
  }

  async #wait(
    service: ServiceId,
    attempt: Attempt,
    {
      application,
      deviceCode,
      intervalMs,
      actor,
    }: { readonly application: Application; readonly deviceCode: string; readonly intervalMs: number; readonly actor: string },
  ): Promise<void> {
    const { endpoints, now } = this.#dependencies
    const { signal } = attempt.abort
    let pauseMs = intervalMs
    const fail = (reason: NonNullable<SignIn['reason']>, detail: string | null): void => {
      attempt.shown = { ...attempt.shown, state: 'failed', reason, detail }
      this.#record(`sign-in at ${service} failed: ${detail ?? reason}`, actor)
    }
    for (;;) {
      await sleep(pauseMs, undefined, { signal, ref: false }).catch(() => undefined)
      if (signal.aborted) return
      if (now() >= attempt.shown.expiresAtMs) {
        fail('expired', null)
        return
      }
      // A service that does not answer may do so before the code ends.
      const result = await askForTokens(endpoints[service], application, deviceCode).catch((): GrantResult => ({ kind: 'slower' }))
      if (signal.aborted) {
        if (result.kind === 'tokens') void this.#revokeQuietly(service, application, result.tokens)
        return
      }
      if (result.kind === 'pending') continue
      if (result.kind === 'slower') {
        pauseMs += slowerByMs
        continue
      }
      if (result.kind !== 'tokens') {
        fail(result.kind, result.detail)
        return
      }
      this.#attempts.delete(service)
      this.#keep('token', service, undefined)
      this.#keepTokens(service, application, result.tokens)
      this.#record(`signed in at ${service}`, actor)
      return
    }
  }

  #renewed(service: ServiceId, kept: KeptSignIn): Promise<string> {
    const running = this.#renewals.get(service)
    if (running !== undefined) return running
    const renewal = this.#renew(service, kept).finally(() => this.#renewals.delete(service))
    this.#renewals.set(service, renewal)
    return renewal
  }

  async #renew(service: ServiceId, { application, refreshToken }: KeptSignIn): Promise<string> {
    const result = await refreshTokens(this.#dependencies.endpoints[service], application, refreshToken)
    const isSame = this.#signedIn(service)?.refreshToken === refreshToken
    if (result.kind === 'tokens') {
      // Signed out meanwhile: nothing is kept.
      if (!isSame) {
        void this.#revokeQuietly(service, application, result.tokens)
        throw new AppError('studio.channel_token', 'There is no access token')
      }
      this.#keepTokens(service, application, result.tokens)
      return result.tokens.accessToken
    }
    if (result.kind === 'pending' || result.kind === 'slower')
      throw new AppError('studio.channel_failed', `${service}: too many requests, try again in a minute`)
    if (isSame) this.#keep('sign-in', service, undefined)
    throw new AppError('studio.channel_token', `The sign-in has ended. ${result.detail}`)
  }

  async #revokeQuietly(service: ServiceId, application: Application, { refreshToken, accessToken }: Tokens): Promise<void> {
    await revokeToken(this.#dependencies.endpoints[service], application, refreshToken || accessToken).catch(() => undefined)
  }

  #keepTokens(service: ServiceId, application: Application, { accessToken, refreshToken, expiresInMs }: Tokens): void {
    const kept: KeptSignIn = { accessToken, refreshToken, expiresAtMs: this.#dependencies.now() + expiresInMs, application }
    this.#keep('sign-in', service, JSON.stringify(kept))
  }

  #signedIn(service: ServiceId): KeptSignIn | undefined {
    const kept = this.#readJson('sign-in', service)
    if (kept === undefined) return undefined
    const application = applicationIn(kept.application)
    const accessToken = textIn(kept, 'accessToken')
    if (application === undefined || accessToken === '' || typeof kept.expiresAtMs !== 'number') return undefined
    return { accessToken, refreshToken: textIn(kept, 'refreshToken'), expiresAtMs: kept.expiresAtMs, application }
  }

  #application(service: ServiceId): Application | undefined {
    return applicationIn(this.#readJson('application', service))
  }

  #readJson(what: KeptName, service: ServiceId): Readonly<Record<string, unknown>> | undefined {
    const text = this.#read(what, service)
    if (text === undefined) return undefined
    const value: unknown = JSON.parse(text)
    return isRecord(value) ? value : undefined
  }

  #has(what: KeptName, service: ServiceId): boolean {
    return typeof this.#dependencies.store.get(keyOf(what, service)) === 'string'
  }

  #read(what: KeptName, service: ServiceId): string | undefined {
    const kept = this.#dependencies.store.get(keyOf(what, service))
    if (typeof kept !== 'string') return undefined
    try {
      return this.#dependencies.secrets.open(kept)
    } catch {
      // Encrypted with another key: whoever signs in again replaces it.
      return undefined
    }
  }

  #keep(what: KeptName, service: ServiceId, text: string | undefined): void {
    const { store, secrets } = this.#dependencies
    store.set(keyOf(what, service), text === undefined ? undefined : secrets.encrypt(text))
  }

  #record(message: string, actor: string): void {
    this.#dependencies.audit.record({ kind: 'command', message, actor })
  }
}

type KeptName = 'token' | 'sign-in' | 'application'

const keyOf = (what: KeptName, service: ServiceId): string => `channel-${what}-${service}`

function applicationIn(value: unknown): Application | undefined {
  const clientId = textIn(value, 'clientId')
  return clientId === '' ? undefined : { clientId, clientSecret: textIn(value, 'clientSecret') }
}
