import type { MeasuredEncoder } from '../../../media/encoders/choose-encoder.ts'
import { asIngest } from '../../../media/ingest-packet.ts'
import type { CarriedPublication, StreamCarrier } from '../../../media/stream-carrier.ts'
import { AppError } from '../../../platform/errors.ts'
import { randomText } from '../../../platform/random-id.ts'
import type { PublishKey } from '../../hub/publishers/live-publisher.ts'
import type { Publication } from '../../hub/publishers/publisher.ts'
import type { StreamRegistry } from '../../hub/stream-registry.ts'
import { noLimits } from '../../key-limits.ts'
import type { AccessGate } from '../../policy/access/access-gate.ts'
import type { StreamKeys } from '../../policy/keys/stream-keys.ts'
import type { ConnectOptions } from '../push/connect-target.ts'
import { tryServer } from '../push/try-server.ts'
import { FeedSenders } from './feed-senders.ts'

export interface CarrierDependencies extends ConnectOptions {
  readonly registry: Pick<StreamRegistry, 'open' | 'get' | 'find' | 'status' | 'list'>
  readonly keys: Pick<StreamKeys, 'create' | 'revoke' | 'find'>
  /** Keeps the public from watching a stream, or lets it again. */
  readonly setPrivate: (stream: string, isPrivate: boolean) => void
  readonly gate: Pick<AccessGate, 'hostToken'>
  readonly viewers: (stream: string) => number
  /** Starts the source on demand of a stream; false where it has none. */
  readonly startOnDemand: (stream: string) => boolean
  readonly encoders: () => Promise<readonly MeasuredEncoder[]>
  readonly posterOf: StreamCarrier['posterOf']
  /** `HOST:PORT` at which this machine reaches our RTMP port. */
  readonly rtmpEndpoint: () => string
  /** ms since 1970. */
  readonly now: () => number
  /** Monotonic ms. */
  readonly monotonic: () => number
}

/** A browser sends less by itself; the person with the link may try another encoder. */
const guestLimits = { maxVideoKbps: 12_000, maxHeight: 1080, maxFrameRate: 60 } as const

/** What this part does for makers of media on the same host. */
export function createCarrier(dependencies: CarrierDependencies): Omit<StreamCarrier, 'peers'> & { stop(): void } {
  const { registry, keys, gate } = dependencies
  const senders = new FeedSenders(dependencies)
  /** Loading the page again takes over from the old connection. */
  const guestKeyFor = async (stream: string, label: string) => {
    const { key, secret } = await keys.create({ stream, label, onSecondPublisher: 'takeover', limits: guestLimits }, 'studio')
    return { keyId: key.id, key: secret }
  }
  return {
    async publish(stream, { title, keepsTitle = false, maker = 'studio', onKicked }) {
      const publication = registry.open(keyOf(stream, maker), {
        sessionId: `${maker}_${randomText(10)}`,
        protocol: maker,
        remoteAddress: maker,
        app: 'live',
        name: stream,
        query: new Map(),
        encoder: `AMI Streams ${maker}`,
        disconnect: onKicked,
      })
      if (title !== '') {
        const managed = registry.get(stream)
        // One without a title has its name in the place of it.
        if (managed.title !== title && !(keepsTitle && managed.title !== stream)) managed.rename(title, maker)
      }
      return carry(publication)
    },
    async watchUrl(stream) {
      // Of one whose publisher is away the first frames would be old ones.
      const isLive = registry.find(stream) !== undefined && registry.status(stream)?.reconnecting !== true
      if (!isLive && !dependencies.startOnDemand(stream)) throw new AppError('play.not_live')
      return `rtmp://${dependencies.rtmpEndpoint()}/live/${stream}?token=${gate.hostToken}&codecs=all`
    },
    streams: () => registry.list().flatMap(({ name }) => (registry.find(name) === undefined ? [] : name)),
    viewers: dependencies.viewers,
    send: (aim, feed, events) => senders.send(aim, feed, events),
    tryServer: (server) => tryServer(server, dependencies),
    encoders: dependencies.encoders,
    posterOf: dependencies.posterOf,
    async invite(label) {
      const stream = `guest-${randomText(8)}`
      dependencies.setPrivate(stream, true)
      return { stream, ...(await guestKeyFor(stream, label)) }
    },
    async reinvite(stream, label, keyId) {
      await keys.revoke(keyId, 'studio')
      dependencies.setPrivate(stream, true)
      return guestKeyFor(stream, label)
    },
    async disinvite(stream, keyId) {
      await keys.revoke(keyId, 'studio')
      dependencies.setPrivate(stream, false)
    },
    guestKey(secret) {
      const key = keys.find(secret)
      return key && { keyId: key.id, isUsable: key.enabled && key.revokedAt === null }
    },
    stop: () => senders.stop(),
  }
}

/** The host's own maker needs no key; what rules it is what rules a publisher with a plain one. */
function keyOf(stream: string, maker: string): PublishKey {
  return {
    id: maker,
    stream,
    onSecondPublisher: 'refuse',
    role: 'primary',
    sameAddressOnly: false,
    restartWindowMs: 0,
    limits: noLimits,
    onOverLimit: 'refuse',
  }
}

/** Packets as the stream takes those of every publisher, their bytes untouched. */
function carry(publication: Publication): CarriedPublication {
  return {
    streamId: publication.streamId,
    setTrack: (track) => publication.setTrack(track),
    write: (packet) => publication.write(asIngest(packet)),
    close: (how) => publication.close(how),
  }
}
