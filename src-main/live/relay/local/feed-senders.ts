import { FeedStream } from '../../../media/feed-stream.ts'
import type { FeedSender, MediaFeed, SendAim, SendEvents } from '../../../media/stream-carrier.ts'
import { AppError } from '../../../platform/errors.ts'
import { randomText } from '../../../platform/random-id.ts'
import { repeat } from '../../../platform/timing/repeat.ts'
import { checkAim } from '../push/check-aim.ts'
import { type ConnectOptions, connectTarget } from '../push/connect-target.ts'
import { type DestinationAim, DestinationSender } from '../push/destination-sender.ts'

export interface FeedSendersDependencies extends ConnectOptions {
  /** ms since 1970. */
  readonly now: () => number
  /** Monotonic ms. */
  readonly monotonic: () => number
}

const templates = { rtmp: 'custom', srt: 'srt', whip: 'whip' } as const
const tickMs = 1000

/** Sends feeds to other servers with what destinations of streams use: one sender for each feed and server. */
export class FeedSenders {
  readonly #dependencies: FeedSendersDependencies
  readonly #senders = new Set<DestinationSender>()
  #timer: NodeJS.Timeout | undefined

  constructor(dependencies: FeedSendersDependencies) {
    this.#dependencies = dependencies
  }

  /** Throws `destination.address_invalid`. */
  send(given: SendAim, feed: MediaFeed, events: SendEvents): FeedSender {
    const { now, monotonic } = this.#dependencies
    const { key, passphrase } = given
    const secrets = { key, passphrase }
    const aim = checkAim(aimOf(given), secrets)
    const sender = new DestinationSender(aim, {
      connect: (where, known, targetEvents) => connectTarget(where, known, this.#dependencies, targetEvents),
      viewOf: (stream) => stream,
      now,
      monotonic,
      onState: (state, error) => events.onState(state, error === undefined ? undefined : withoutSecrets(error, secrets)),
    })
    this.#senders.add(sender)
    this.#timer ??= repeat(tickMs, () => this.#tick())
    sender.start(new FeedStream(`feed_${randomText(8)}`, feed), aim, secrets)
    return {
      retry: () => sender.retry(),
      stop: () => {
        sender.stop()
        this.#forget(sender)
      },
      statistics: () => {
        const { attempts: _attempts, liveSince: _liveSince, ...figures } = sender.statistics()
        const { bitrateKbps, queuedMs } = figures
        const unconfirmedMs = bitrateKbps > 0 ? Math.round((sender.unconfirmedBytes * 8) / bitrateKbps) : 0
        return { ...figures, queuedMs: queuedMs + unconfirmedMs }
      },
    }
  }

  stop(): void {
    for (const sender of [...this.#senders]) {
      sender.stop()
      this.#forget(sender)
    }
  }

  #tick(): void {
    for (const sender of this.#senders) sender.tick()
  }

  #forget(sender: DestinationSender): void {
    this.#senders.delete(sender)
    if (this.#senders.size > 0) return
    clearInterval(this.#timer)
    this.#timer = undefined
  }
}

function aimOf({ protocol, url, certificate, latencyMs, limited }: SendAim): DestinationAim {
  const latency = protocol === 'srt' ? latencyMs : null
  return { template: templates[protocol], url, rendition: 'source', audioTrack: null, certificate, latencyMs: latency, limited }
}

/** What servers say may repeat what they were sent. */
function withoutSecrets(error: AppError, { key, passphrase }: { readonly key: string; readonly passphrase: string }): AppError {
  let { message } = error
  for (const secret of [key, passphrase]) if (secret.length >= 4) message = message.replaceAll(secret, '(secret)')
  return message === error.message ? error : new AppError(error.code, message, { details: { ...error.details } })
}
