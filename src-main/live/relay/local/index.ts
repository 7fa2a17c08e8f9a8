import type { MeasuredEncoder } from '../../../media/encoders/choose-encoder.ts'
import { asIngest } from '../../../media/ingest-packet.ts'
import type { CarriedPublication, StreamCarrier } from '../../../media/stream-carrier.ts'
import { randomText } from '../../../platform/random-id.ts'
import type { PublishKey } from '../../hub/live-publisher.ts'
import type { Publication } from '../../hub/publisher.ts'
import type { StreamRegistry } from '../../hub/stream-registry.ts'
import { noLimits } from '../../key-limits.ts'
import type { AccessGate } from '../../policy/access/access-gate.ts'
import type { StreamKeys } from '../../policy/keys/stream-keys.ts'
import type { ConnectOptions } from '../push/connect-target.ts'
import { tryServer } from '../push/try-server.ts'
import { FeedSenders } from './feed-senders.ts'

export interface CarrierDependencies extends ConnectOptions {
  readonly registry: Pick<StreamRegistry, 'open' | 'get'>
  readonly keys: Pick<StreamKeys, 'create' | 'revoke'>
  readonly gate: Pick<AccessGate, 'hostToken'>
  readonly viewers: (stream: string) => number
  readonly encoders: () => Promise<readonly MeasuredEncoder[]>
  readonly posterOf: StreamCarrier['posterOf']
  /** `HOST:PORT` at which this machine reaches our RTMP port. */
  readonly rtmpEndpoint: () => string
  /** ms since 1970. */
  readonly now: () => number
  /** Monotonic ms. */
  readonly monotonic: () => number
}

/** What this part does for makers of media on the same host. */
export function createCarrier(dependencies: CarrierDependencies): StreamCarrier & { stop(): void } {
  const { registry, keys, gate } = dependencies
  const senders = new FeedSenders(dependencies)
  return {
    async publish(stream, { title, onKicked }) {
      const publication = registry.open(keyOf(stream), {
        sessionId: `studio_${randomText(10)}`,
        protocol: 'studio',
        remoteAddress: 'studio',
        app: 'live',
        name: stream,
        query: new Map(),
        encoder: 'AMI Streams studio',
        disconnect: onKicked,
      })
      if (title !== '') {
        const managed = registry.get(stream)
        if (managed.title !== title) managed.rename(title, 'studio')
      }
      return carry(publication)
    },
    watchAddress: async (stream) => `rtmp://${dependencies.rtmpEndpoint()}/live/${stream}?token=${gate.hostToken}&codecs=all`,
    viewers: dependencies.viewers,
    send: (aim, feed, events) => senders.send(aim, feed, events),
    tryServer: (server) => tryServer(server, dependencies),
    encoders: dependencies.encoders,
    posterOf: dependencies.posterOf,
    async invite(label) {
      const stream = `guest-${randomText(8)}`
      const { key, secret } = await keys.create({ stream, label }, 'studio')
      return { stream, joinPath: `/publish/${stream}#key=${secret}&as=${encodeURIComponent(label.toWellFormed())}`, keyId: key.id }
    },
    async disinvite(keyId) {
      await keys.revoke(keyId, 'studio')
    },
    stop: () => senders.stop(),
  }
}

/** The host's own maker needs no key; what rules it is what rules a publisher with a plain one. */
function keyOf(stream: string): PublishKey {
  return {
    id: 'studio',
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
