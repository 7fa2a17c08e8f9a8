import { AppError } from '../errors.ts'
import type { Logger } from '../logger.ts'
import { Reminders } from './reminders.ts'

/** What one IP address may hold open at a time; see the options `perAddress.*`. */
export interface PerIpLimits {
  readonly connections: number
  readonly eventStreams: number
  readonly waitingRequests: number
  readonly flvPlayers: number
  readonly webSockets: number
}

/** `requests` are those of HTTP/2 and of trusted proxies, whose connections carry many; they have the limit of `connections`. */
export type LimitedKind = keyof PerIpLimits | 'requests'

/** Counts what each client has open, so that one of them cannot take everything. Loopback clients have only the common limits. */
export class ClientLimits {
  readonly #limits: PerIpLimits
  readonly #log: Pick<Logger, 'warn'>
  readonly #counts = new Map<string, number>()
  readonly #reminders = new Reminders()
  #isExempt: (address: string) => boolean = () => false

  constructor(limits: PerIpLimits, log: Pick<Logger, 'warn'>) {
    this.#limits = limits
    this.#log = log
  }

  /** IP addresses with the common limits alone: those that speak for many clients, and are known. */
  exempt(isExempt: (address: string) => boolean): void {
    this.#isExempt = isExempt
  }

  /** Takes a place; call the result to release it. Undefined if the IP address has all that it may. */
  take(kind: LimitedKind, address: string): (() => void) | undefined {
    if (isLoopbackIp(address) || this.#isExempt(address)) return nothing
    const key = `${kind} ${networkOf(address)}`
    const count = this.#counts.get(key) ?? 0
    if (count >= this.#limit(kind)) {
      this.#remind(key, kind, address)
      return undefined
    }
    this.#counts.set(key, count + 1)
    let released = false
    return () => {
      if (released) return
      released = true
      const left = (this.#counts.get(key) ?? 1) - 1
      if (left > 0) this.#counts.set(key, left)
      else this.#counts.delete(key)
    }
  }

  /** The error for whom `take` had no place. */
  error(kind: LimitedKind): AppError {
    const option = optionOf(kind)
    return new AppError('request.too_many', `One IP address may have ${this.#limit(kind)} at a time (perAddress.${option})`, {
      details: { option: `perAddress.${option}`, limit: this.#limit(kind), retryAfterSeconds: 10 },
    })
  }

  #limit(kind: LimitedKind): number {
    return this.#limits[optionOf(kind)]
  }

  #remind(key: string, kind: LimitedKind, address: string): void {
    if (!this.#reminders.isDue(key)) return
    this.#log.warn({ address, option: `perAddress.${optionOf(kind)}`, limit: this.#limit(kind) }, 'an IP address has reached its limit')
  }
}

const nothing = (): void => undefined
const optionOf = (kind: LimitedKind): keyof PerIpLimits => (kind === 'requests' ? 'connections' : kind)

/** For IP addresses as sockets write them. */
function isLoopbackIp(address: string): boolean {
  return address.startsWith('127.') || address === '::1' || address.startsWith('::ffff:127.')
}

/** What one client has: an IPv4 address, or the /64 network of an IPv6 address, of which a host can take any it likes. */
export function networkOf(address: string): string {
  const bare = address.startsWith('::ffff:') ? address.slice(7) : address
  if (!bare.includes(':')) return bare
  const [left = '', right] = (bare.split('%')[0] as string).split('::')
  const head = left === '' ? [] : left.split(':')
  const tail = right === undefined || right === '' ? [] : right.split(':')
  const zeros = right === undefined ? 0 : Math.max(0, 8 - head.length - tail.length)
  return [...head, ...Array<string>(zeros).fill('0'), ...tail].slice(0, 4).join(':')
}
