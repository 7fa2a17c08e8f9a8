import { randomBytes, timingSafeEqual } from 'node:crypto'
import { AppError } from '../../../platform/errors.ts'
import { bareIp } from '../../../platform/net/ip-address.ts'
import type { WatchRequest } from '../../audience/viewer-admission.ts'
import type { AccessStore } from './access-store.ts'
import { type Grant, issueToken, readGrant, type UsableKey } from './grants.ts'
import { compileIpRules, everybody, type IpFilter } from './ip-rules.ts'
import type { HostAccess, StreamAccess } from './schemas.ts'
import type { ViewerGate } from './viewer-gate.ts'

/** Tokens whose verdict is remembered. */
const maxRemembered = 20_000
/** How long a pass of the operator's own page is valid, s. The page renews it; a browser that was signed out cannot. */
const passLifeS = 15 * 60

interface Rules {
  readonly signed: boolean
  readonly filter: IpFilter
}

/** Decides who may watch and who may publish, by IP address and by signature. */
export class AccessGate implements ViewerGate {
  readonly #store: Pick<AccessStore, 'host' | 'streams' | 'keys'>
  readonly #now: () => number
  /** Signs passes of the operator's own page; new with each run. */
  readonly #ownKey: UsableKey
  /** Opens every stream to processes of this host, whatever the rules say; new with each run. A secret. */
  readonly hostToken = randomBytes(32).toString('hex')
  #play: IpFilter
  #publish: IpFilter
  #restricted = false
  readonly #streams = new Map<string, Rules>()
  /** Verified tokens by stream and text: a player fetches twice a second, and a signature need be checked once. */
  readonly #grants = new Map<string, Grant>()

  /** Grows with every change of rules and keys. */
  #changes = 0
  readonly #listeners = new Set<() => void>()

  /** @param ownKey the key of another gate, whose passes hold here too */
  constructor(store: Pick<AccessStore, 'host' | 'streams' | 'keys'>, now: () => number, ownKey: UsableKey = makeOwnKey()) {
    this.#store = store
    this.#now = now
    this.#ownKey = ownKey
    this.#play = compileIpRules(everybody)
    this.#publish = this.#play
    this.refresh()
  }

  /** Reads the rules and keys again. Call after every change. */
  refresh(): void {
    const { host, streams } = this.#store
    this.#play = compileIpRules(host.play)
    this.#publish = compileIpRules(host.publish)
    this.#streams.clear()
    for (const [name, access] of streams) this.#streams.set(name, { signed: access.mode === 'signed', filter: compileIpRules(access) })
    this.#restricted = host.play.allow.length + host.play.deny.length + streams.size > 0
    this.#grants.clear()
    this.#changes++
    for (const listener of this.#listeners) listener()
  }

  /** Calls back after every change of rules or keys. Returns the way to stop listening. */
  onRefresh(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** Everything that another process needs to decide access. Contains secrets. */
  rules(): {
    readonly keys: readonly UsableKey[]
    readonly ownKey: UsableKey
    readonly host: HostAccess
    readonly streams: readonly (readonly [string, StreamAccess])[]
  } {
    const { keys, host, streams } = this.#store
    return { keys, ownKey: this.#ownKey, host, streams: [...streams] }
  }

  /** False while there are no restrictions: most hosts need no further checks. */
  get restricted(): boolean {
    return this.#restricted
  }

  signed(stream: string): boolean {
    return this.#streams.get(stream)?.signed === true
  }

  /** True for who brings the token of the host's own processes. */
  isHost(token: string | undefined): boolean {
    if (token?.length !== this.hostToken.length) return false
    return timingSafeEqual(Buffer.from(token, 'latin1'), Buffer.from(this.hostToken, 'latin1'))
  }

  /** Why an IP address may not publish, or undefined. */
  checkPublisher(remoteAddress: string): AppError | undefined {
    return this.#publish.admits(remoteAddress) ? undefined : new AppError('access.address_refused')
  }

  /** Why a viewer stays out, or undefined to accept it; at once where that is known at once. A promise never rejects. */
  check(request: WatchRequest): AppError | undefined | Promise<AppError | undefined> {
    if (!this.#restricted) return undefined
    const { stream, remoteAddress, token } = request
    const rules = this.#streams.get(stream)
    if (!this.#play.admits(remoteAddress) || rules?.filter.admits(remoteAddress) === false) return new AppError('access.address_refused')
    if (rules?.signed !== true) return undefined
    if (token === undefined || token === '') return new AppError('play.token_required')
    const known = this.#grants.get(`${stream} ${token}`)
    return known === undefined ? this.#verify(request, token) : this.#judge(known, remoteAddress)
  }

  /** Until when a verdict of `check` that lets a viewer in stays so while nothing changes, ms since 1970. */
  untilMs({ stream, token }: WatchRequest): number {
    if (this.#streams.get(stream)?.signed !== true) return Number.POSITIVE_INFINITY
    return this.#grants.get(`${stream} ${token}`)?.untilMs ?? 0
  }

  async #verify(request: WatchRequest, token: string): Promise<AppError | undefined> {
    const { stream, remoteAddress } = request
    const changes = this.#changes
    try {
      const grant = await readGrant(token, stream, [...this.#store.keys, this.#ownKey], this.#now())
      // verified with keys that may have been withdrawn meanwhile
      if (changes !== this.#changes) return this.check(request)
      const oldest = this.#grants.keys().next()
      if (this.#grants.size >= maxRemembered && !oldest.done) this.#grants.delete(oldest.value)
      this.#grants.set(`${stream} ${token}`, grant)
      return this.#judge(grant, remoteAddress)
    } catch (error) {
      return error instanceof AppError ? error : new AppError('play.token_invalid', undefined, { cause: error })
    }
  }

  #judge(grant: Grant, remoteAddress: string): AppError | undefined {
    if (grant.untilMs <= this.#now()) return new AppError('play.token_expired')
    if (grant.address !== undefined && grant.address !== bareIp(remoteAddress)) return new AppError('play.token_other_address')
    return undefined
  }

  /** A token that opens one stream, signed with the newest shared secret, or without shared secrets with this run's own. */
  issue(stream: string, expires: number, address: string | undefined): Promise<string> {
    const key = this.#store.keys.findLast((each) => each.secret !== undefined) ?? this.#ownKey
    return issueToken(key, { stream, expires, ...(address === undefined ? {} : { address }) })
  }

  /** A pass for users who may see the streams on the operator's page anyway. */
  async pass(): Promise<{ readonly token: string; readonly lifeS: number }> {
    const expires = Math.floor(this.#now() / 1000) + passLifeS
    return { token: await issueToken(this.#ownKey, { stream: '*', expires }), lifeS: passLifeS }
  }
}

function makeOwnKey(): UsableKey {
  return { id: 'own', label: '', kind: 'secret', publicKey: null, createdAt: '', secret: randomBytes(32).toString('base64url') }
}
