import type { IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { clientOf } from '../../platform/http/client.ts'
import type { FastRequest } from '../../platform/http/fast-path/fast-request.ts'
import { pathOf } from '../../platform/http/request-target.ts'
import type { SimpleResponse } from '../../platform/http/simple-response.ts'
import type { Logger } from '../../platform/logger.ts'
import { randomText } from '../../platform/random-id.ts'
import { repeat } from '../../platform/timing/repeat.ts'
import type { GuardReport, GuardRules } from '../attacks/attack-schemas.ts'
import { Firewall } from '../attacks/firewall.ts'
import { KeptRules } from '../attacks/kept-rules.ts'
import { NodeGuard, networkName } from '../attacks/node-guard.ts'
import { type ChallengeOptions, challengeAnswer, isPass, passesOf, puzzleFor } from '../front/challenge/challenge-pass.ts'
import { marksFolder, type RequestOptions } from '../front/nginx/request-configuration.ts'
import type { CountedRequest } from '../limits/counted-request.ts'
import { checkLimits, defaultLimits, type LimitSettings } from '../limits/limit-settings.ts'
import { limitedHeaders } from '../limits/limited-answer.ts'
import { Marks } from '../limits/marks.ts'
import type { LeaseEntry, UsageEntry } from '../limits/request-buckets.ts'
import { type Limited, RequestLimits } from '../limits/request-limits.ts'
import { sendError } from './origin-proxy.ts'

/** Marks of who has requests again are removed so often, ms. */
const sweepMs = 250
const tickMs = 1000
/** Longest path and name of a program that are compared, characters. */
const maxText = 200
/** nginx gets another configuration because of lists so often at most, ms. */
const changeMs = 5000

export interface NodeProtectionOptions {
  /** Folder of the cache, where nginx faces viewers; undefined where this process does. */
  readonly cacheFolder: string | undefined
  /** Id of the node. */
  readonly node: string
  /** File that names the table of nftables while there is one. */
  readonly firewallNote: string
  /** File that keeps what the origin says about attacks and lists. */
  readonly rulesFile: string
  /** nginx needs another configuration. */
  readonly onChange: () => void
  readonly log: Logger
}

/** What a node does against too many requests. */
export class NodeProtection {
  readonly #options: NodeProtectionOptions
  readonly #limits: RequestLimits
  readonly #guard: NodeGuard
  readonly #kept: KeptRules
  readonly #timers: readonly NodeJS.Timeout[]
  #change: NodeJS.Timeout | undefined
  #changedAtMs = Number.NEGATIVE_INFINITY
  /** Of the node's own file: they count in place of those of the origin, at this node alone. */
  #own: LimitSettings | undefined
  #firewall: Firewall | undefined
  /** Secrets that passes are signed with: the one of now, and the one before. */
  #secrets: readonly string[] = [randomText(32)]
  #origin: LimitSettings | undefined

  constructor(options: NodeProtectionOptions) {
    this.#options = options
    const { cacheFolder, rulesFile, log } = options
    const marks = cacheFolder === undefined ? undefined : new Marks(join(cacheFolder, marksFolder), log)
    this.#limits = new RequestLimits({ marks })
    this.#guard = new NodeGuard({ marks, log })
    this.#kept = new KeptRules(rulesFile, log)
    const kept = this.#kept.read()
    if (kept !== undefined) this.#take(kept)
    this.#timers = [repeat(sweepMs, () => this.#limits.sweep()), repeat(tickMs, () => this.#tick())]
  }

  /** Limits of the node's own file; undefined: those of the origin apply. Throws `config.invalid`. */
  setOwn(limits: LimitSettings | undefined): void {
    if (limits !== undefined) checkLimits(limits, 'limits')
    this.#own = limits
    this.#use()
  }

  /** Limits of the origin; undefined for one of an older version, which shares none. */
  setOrigin(limits: LimitSettings | undefined): void {
    this.#origin = limits
    this.#use()
  }

  /** Lists of the origin, and what is done about attacks. */
  setRules(rules: GuardRules): void {
    const before = this.#forNginx()
    this.#take(rules)
    this.#kept.write(rules)
    this.#guard.reportAgain()
    if (before !== this.#forNginx()) this.#changeSoon()
  }

  #take(rules: GuardRules): void {
    const { challengeSecret } = rules
    if (challengeSecret !== undefined && challengeSecret !== this.#secrets[0])
      this.#secrets = [challengeSecret, ...this.#secrets.slice(0, 1)]
    this.#guard.use(rules)
    this.#limits.allow(this.#guard.allowed)
  }

  /** Has the system drop who is denied or blocked at these ports, or, with undefined, no longer. */
  async setFirewall(ports: readonly number[] | undefined): Promise<void> {
    const former = this.#firewall
    this.#firewall = undefined
    await former?.stop()
    const { node, firewallNote: noteFile, log } = this.#options
    if (ports !== undefined) this.#firewall = new Firewall({ ports, node, noteFile, log })
    // of a run that was killed
    else if (former === undefined) await new Firewall({ ports: [], node, noteFile, log }).removeFormer()
  }

  #tick(): void {
    this.#guard.tick()
    this.#firewall?.set(this.#guard.dropped)
  }

  /** What of the rules nginx is configured with. */
  #forNginx(): string {
    const { allow, deny } = this.#guard.rules
    return JSON.stringify([allow, deny, this.#challenge()])
  }

  /** Undefined where nobody is ever challenged. */
  #challenge(): ChallengeOptions | undefined {
    const { challenge, challengeBits, passMinutes } = this.#guard.rules.settings
    if (challenge === 'off') return undefined
    return { bits: challengeBits, passSeconds: passMinutes * 60, secrets: this.#secrets }
  }

  lift(network: string): void {
    this.#guard.lift(network)
  }

  guardReport(): GuardReport | undefined {
    return this.#guard.report()
  }

  /** What nginx needs to know; undefined where this process faces viewers. */
  requestOptions(): RequestOptions | undefined {
    const { cacheFolder } = this.#options
    if (cacheFolder === undefined) return undefined
    return {
      limits: this.#limits.settings,
      allow: this.#guard.rules.allow,
      deny: this.#guard.rules.deny,
      challenge: this.#challenge(),
    }
  }

  /** Answers a request that is over a limit. False where it may be answered. */
  rejects(request: IncomingMessage | FastRequest, response: SimpleResponse): boolean {
    const rejected = this.#check(request)
    if (rejected === 'denied') sendError(response, 'network.address_denied')
    else if (rejected === 'challenged') this.#sendChallenge(request, response)
    else if (rejected !== undefined) sendError(response, 'network.rate_limited', limitedHeaders(rejected))
    return rejected !== undefined
  }

  /** The same for an upgrade, which is answered elsewhere. */
  rejectsUpgrade(request: IncomingMessage): boolean {
    return this.#check(request) !== undefined
  }

  /** Requests that nginx answered. */
  seen(lines: readonly CountedRequest[]): void {
    this.#limits.count(lines)
    for (const line of lines) this.#guard.see(line)
  }

  /** What to report to the origin now. */
  report(): UsageEntry[] {
    return this.#limits.report()
  }

  lease(entries: readonly LeaseEntry[]): void {
    this.#limits.lease(entries)
  }

  stop(): void {
    for (const timer of this.#timers) clearInterval(timer)
    clearTimeout(this.#change)
  }

  #check(request: IncomingMessage | FastRequest): Limited | 'denied' | 'challenged' | undefined {
    const path = pathOf(request.url)
    // nginx has written down everything else
    if (this.#options.cacheFolder !== undefined && !path.startsWith('/live/')) return undefined
    const { remoteAddress } = clientOf(request)
    if (this.#limits.isExempt(remoteAddress)) return undefined
    this.#guard.see({
      network: networkName(remoteAddress),
      path: path.slice(0, maxText),
      agent: String(request.headers['user-agent'] ?? '').slice(0, maxText),
      country: '',
    })
    if (this.#guard.denies(remoteAddress)) return 'denied'
    return this.#limits.check(remoteAddress, path) ?? (this.#isChallenged(request, path) ? 'challenged' : undefined)
  }

  /** Players and programs are not, whatever they ask for: they would stop. */
  #isChallenged(request: IncomingMessage | FastRequest, path: string): boolean {
    const challenge = this.#challenge()
    if (challenge === undefined || !this.#guard.challenges || path.startsWith('/live/') || path.startsWith('/api/')) return false
    return !passesOf(request).some((pass) => isPass(challenge, pass, ...viewerOf(request), Date.now()))
  }

  #sendChallenge(request: IncomingMessage | FastRequest, response: SimpleResponse): void {
    const challenge = this.#challenge()
    if (challenge === undefined) return
    const puzzle = puzzleFor(challenge, ...viewerOf(request), Date.now())
    const { headers, body } = challengeAnswer(puzzle, challenge.passSeconds, request.headers.accept ?? '')
    response.writeHead(403, { ...headers, 'content-length': Buffer.byteLength(body) })
    response.end(body)
  }

  #use(): void {
    const before = this.#limits.settings
    this.#limits.use(this.#own ?? this.#origin ?? defaultLimits, this.#own === undefined && this.#origin !== undefined)
    if (JSON.stringify(before) !== JSON.stringify(this.#limits.settings)) this.#options.onChange()
  }

  /** At once, or when the last change is long enough ago: networks that expire one after the other are one change. */
  #changeSoon(): void {
    if (this.#options.cacheFolder === undefined) return
    this.#change ??= setTimeout(
      () => {
        this.#change = undefined
        this.#changedAtMs = performance.now()
        this.#options.onChange()
      },
      Math.max(0, this.#changedAtMs + changeMs - performance.now()),
    )
  }
}

/** Whom a pass is for: their network, and their program. */
function viewerOf(request: IncomingMessage | FastRequest): [network: string, agent: string] {
  return [networkName(clientOf(request).remoteAddress), request.headers['user-agent'] ?? '']
}
