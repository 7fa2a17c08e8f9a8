import { AppError } from '../../../platform/errors.ts'
import { bareIp } from '../../../platform/net/ip-address.ts'
import type { LivePublisher, PublisherRole, PublishKey } from './live-publisher.ts'
import type { PublishRequest } from './publisher.ts'
import type { StreamPublication } from './stream-publication.ts'

/** The publishers of one stream: one on air, and one of the other role that is connected and kept ready. */
export class PublisherPair {
  #onAir: LivePublisher | undefined
  #standby: LivePublisher | undefined
  #last: StreamPublication | undefined
  #keptByHand = false

  get onAir(): LivePublisher | undefined {
    return this.#onAir
  }

  get standby(): LivePublisher | undefined {
    return this.#standby
  }

  /** What was on air last in this run: where another one continues. */
  get last(): StreamPublication | undefined {
    return this.#onAir?.publication ?? this.#last
  }

  /** An operator put the backup on air: the primary does not return by itself. */
  get keptByHand(): boolean {
    return this.#keptByHand
  }

  /** Everybody who is connected; who is on air comes last. */
  all(): LivePublisher[] {
    return [this.#standby, this.#onAir].filter((each) => each !== undefined)
  }

  /** The role that a newcomer gets, and who must leave for it. Throws `publish.busy`. */
  roleOf(key: PublishKey, request: PublishRequest): { role: PublisherRole; previous: LivePublisher | undefined } {
    const role: PublisherRole = key.role === 'backup' || isYes(request.query.get('backup')) ? 'backup' : 'primary'
    const previous = this.all().find((each) => each.role === role)
    if (previous === undefined) return { role, previous }
    if (key.onSecondPublisher === 'backup' && role === 'primary' && this.#standby === undefined) {
      return { role: 'backup', previous: undefined }
    }
    if (key.onSecondPublisher !== 'takeover') throw new AppError('publish.busy')
    if (key.sameAddressOnly && bareIp(previous.request.remoteAddress) !== bareIp(request.remoteAddress)) {
      throw new AppError('publish.busy', 'Another publisher is live on this key, from another IP address')
    }
    return { role, previous }
  }

  /** Whose publication it is; undefined once that publisher has left. */
  holderOf(publication: StreamPublication): LivePublisher | undefined {
    return this.all().find((each) => each.publication === publication)
  }

  putOnAir(publisher: LivePublisher): void {
    if (this.#onAir !== undefined) throw new Error('two publishers on air')
    this.#onAir = publisher
  }

  keepReady(publisher: LivePublisher): void {
    if (this.#standby !== undefined || this.#onAir?.role === publisher.role) throw new Error('two publishers of one role')
    this.#standby = publisher
    if (publisher.role === 'primary') this.#keptByHand = false
  }

  /** Takes a publisher out, wherever it is. */
  remove(publisher: LivePublisher): void {
    if (this.#standby === publisher) this.#standby = undefined
    if (this.#onAir !== publisher) return
    this.#onAir = undefined
    this.#last = publisher.publication
  }

  /** Who is kept ready goes on air; who was on air is kept ready where it is still connected. */
  swap(monotonicMs: number): void {
    const left = this.#onAir
    this.#onAir = this.#standby
    this.#standby = left
    this.#keptByHand = false
    for (const { publication } of this.all()) publication.watcher = undefined
    if (left === undefined) return
    left.publication.stand()
    left.goodSinceMs = monotonicMs
  }

  keepByHand(): void {
    this.#keptByHand = this.#onAir?.role === 'backup'
  }

  /** A new run does not continue an earlier publisher. */
  startRun(): void {
    this.#last = undefined
    this.#keptByHand = false
  }
}

function isYes(value: string | undefined): boolean {
  return value === '1' || value === 'true' || value === 'yes'
}
