import type { Logger } from '../../platform/logger.ts'
import { ipGroup } from '../../platform/net/ip-address.ts'
import { challengeMark } from '../front/nginx/request-configuration.ts'
import type { Marks } from '../limits/marks.ts'
import { NetworkSet } from '../limits/network-set.ts'
import { defaultAttackSettings, type GuardReport, type GuardRules, type NodeAlarm } from './attack-schemas.ts'
import { Blocks } from './blocks.ts'
import type { FirewallState } from './firewall.ts'
import { type SeenRequest, TrafficWatch, windowS } from './traffic-watch.ts'

export interface NodeGuardOptions {
  readonly marks: Marks | undefined
  readonly log: Pick<Logger, 'warn' | 'info'>
  /** ms on a clock that does not go back. */
  readonly now?: () => number
}

/** An alarm that goes on is reported again so often, with its figures, ms. */
const repeatMs = 10_000

/** A node's half of what is done against attacks: it watches, denies and blocks, with or without its origin. */
export class NodeGuard {
  readonly #options: NodeGuardOptions
  readonly #now: () => number
  readonly #watch = new TrafficWatch()
  readonly #blocks: Blocks
  #rules: GuardRules = { settings: defaultAttackSettings, allow: [], deny: [] }
  #allowed = new NetworkSet()
  #denied = new NetworkSet()
  #alarms: readonly NodeAlarm[] = []
  #windowAtMs: number
  #isChanged = true
  #reportedAtMs = Number.NEGATIVE_INFINITY

  constructor(options: NodeGuardOptions) {
    this.#options = options
    this.#now = options.now ?? (() => performance.now())
    this.#windowAtMs = this.#now()
    this.#blocks = new Blocks(options.marks)
  }

  get rules(): GuardRules {
    return this.#rules
  }

  /** Those that are never limited or blocked. */
  get allowed(): NetworkSet {
    return this.#allowed
  }

  /** True while viewers prove work. */
  get challenges(): boolean {
    const { challenge } = this.#rules.settings
    return challenge === 'always' || (challenge === 'attack' && this.#alarms.length > 0)
  }

  use(rules: GuardRules): void {
    // an older origin does not know all of the settings
    this.#rules = { ...rules, settings: { ...defaultAttackSettings, ...rules.settings } }
    this.#markChallenge()
    this.#allowed = new NetworkSet(rules.allow)
    this.#denied = new NetworkSet(rules.deny)
  }

  /** True for who is on the list of those that are denied, or blocked now. */
  denies(remoteAddress: string): boolean {
    if (this.#allowed.has(remoteAddress)) return false
    return this.#denied.has(remoteAddress) || this.#blocks.has(networkName(remoteAddress), this.#now())
  }

  /** Whom the system may drop before this program sees them. */
  get dropped(): FirewallState {
    return { allow: this.#rules.allow, deny: this.#rules.deny, blocks: this.#blocks.list(this.#now()) }
  }

  see(request: SeenRequest): void {
    this.#watch.see(request)
  }

  /** Ends a block by an operator. */
  lift(network: string): void {
    const { blockMinutes } = this.#rules.settings
    if (this.#blocks.lift(network, blockMinutes * 60_000, this.#now())) this.#isChanged = true
  }

  /** To be called each second. */
  tick(): void {
    const nowMs = this.#now()
    if (this.#blocks.sweep(nowMs)) this.#isChanged = true
    if (nowMs - this.#windowAtMs < windowS * 1000) return
    this.#windowAtMs = nowMs
    const { settings } = this.#rules
    const { alarms, heavy } = this.#watch.window(settings)
    this.#logChanges(alarms)
    this.#alarms = alarms
    this.#markChallenge()
    if (!settings.block) return
    for (const { network, perSecond } of heavy) {
      if (this.#allowed.has(addressIn(network))) continue
      if (!this.#blocks.add(network, perSecond, settings.blockMinutes * 60_000, nowMs)) continue
      this.#isChanged = true
      this.#options.log.warn({ network, perSecond, minutes: settings.blockMinutes }, 'an IP address is blocked for a while')
    }
  }

  /** What to report now; undefined where nothing has changed. */
  report(): GuardReport | undefined {
    const nowMs = this.#now()
    const isDue = this.#alarms.length > 0 && nowMs - this.#reportedAtMs >= repeatMs
    if ((!this.#isChanged && !isDue) || nowMs - this.#reportedAtMs < 1000) return undefined
    this.#isChanged = false
    this.#reportedAtMs = nowMs
    return { alarms: [...this.#alarms], blocks: this.#blocks.list(nowMs) }
  }

  /** The origin knows nothing of this node yet. */
  reportAgain(): void {
    this.#isChanged = true
  }

  #markChallenge(): void {
    this.#options.marks?.setForAll(challengeMark, this.challenges)
  }

  #logChanges(alarms: readonly NodeAlarm[]): void {
    const { log } = this.#options
    for (const alarm of alarms) {
      if (this.#alarms.some(({ route }) => route === alarm.route)) continue
      this.#isChanged = true
      log.warn({ ...alarm }, 'there are many more requests than usual')
    }
    for (const { route } of this.#alarms) {
      if (alarms.some((alarm) => alarm.route === route)) continue
      this.#isChanged = true
      log.info({ route }, 'there are as many requests as usual again')
    }
  }
}

/** An IP address as blocks are named, which is how nginx names it, too. */
export function networkName(remoteAddress: string): string {
  return ipGroup(remoteAddress).replace(/::\/64$/, '')
}

const addressIn = (network: string): string => (network.includes(':') ? `${network}::` : network)
