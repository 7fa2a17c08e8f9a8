import type { Registry } from 'prom-client'
import type { LiveStream } from '../../../media/live-stream.ts'
import type { AuditLog } from '../../../platform/audit.ts'
import type { EventBus } from '../../../platform/events/events.ts'
import type { SecretBox } from '../../../platform/identity/secret-box.ts'
import type { Logger } from '../../../platform/logger.ts'
import type { NetworkPolicy } from '../../../platform/outbound/network-policy.ts'
import { repeat } from '../../../platform/timing/repeat.ts'
import type { StreamDirectory } from '../../hub/stream.ts'
import type { LiveDatabase } from '../../live-database.ts'
import type { LivePart } from '../../live-part.ts'
import type { FlvBodies } from '../../protocols/flv/flv-bodies.ts'
import type { FlvPlayerLimits } from '../../protocols/flv/flv-player.ts'
import { connectTarget } from './connect-target.ts'
import { DestinationBook } from './destination-book.ts'
import { createDestinationMetrics } from './destination-metrics.ts'
import { createDestinationStore } from './destination-store.ts'
import { destinationRoutes } from './routes.ts'
import type { Destination } from './schemas.ts'
import { templateOf } from './templates.ts'
import type { WhipSender } from './whip/whip-sender.ts'

export interface DestinationsDependencies {
  readonly database: LiveDatabase
  readonly secrets: SecretBox
  readonly streams: StreamDirectory
  /** The stream of that id or name. Throws `stream.not_found`. */
  readonly streamOf: (idOrName: string) => { readonly id: string; readonly name: string }
  /** The stream's ladder, where renditions are made. */
  readonly ladderOf: (stream: LiveStream) => LiveStream
  /** The stream as WebRTC takes it. */
  readonly realtimeOf: (stream: LiveStream) => LiveStream
  /** The process that sends over WebRTC; its creator stops it. */
  readonly whip: WhipSender
  /** True for a stream that was live when the host before this one was lost: what was done by hand still applies to it. */
  readonly resumes: (stream: string) => boolean
  /** Where editors' URLs may lead, as it is now. */
  readonly network: () => NetworkPolicy
  readonly events: EventBus
  readonly audit: AuditLog
  readonly log: Logger
  readonly registry: Registry
  /** Shared with the players of the host: a frame is written as FLV once. */
  readonly bodies: FlvBodies
  /** Bounds of each destination's queue. */
  readonly limits: FlvPlayerLimits
  /** ms since 1970. */
  readonly now: () => number
  readonly monotonic: () => number
}

const tickMs = 1000

export interface Destinations extends LivePart {
  /** All of them. */
  list(): readonly Destination[]
  /** Labels of the stream's destinations that are not reached now. */
  failing(stream: string): string[]
}

/** Sends streams on to other servers. */
export async function createDestinations(dependencies: DestinationsDependencies): Promise<Destinations> {
  const { database, secrets, streams, events, audit, log, limits, now, monotonic, ladderOf, realtimeOf, whip, network } = dependencies
  const connecting = { media: { bodies: dependencies.bodies, limits }, whip, network }
  const book = await DestinationBook.open({
    store: createDestinationStore(database, secrets),
    secrets,
    streams,
    resumes: dependencies.resumes,
    network,
    events,
    audit,
    log,
    now,
    monotonic,
    connect: (aim, keys, targetEvents) => connectTarget(aim, keys, connecting, targetEvents),
    viewOf: (stream, { template, rendition }) => {
      if (templateOf(template).protocol === 'whip') return realtimeOf(stream)
      return rendition === 'source' ? stream : ladderOf(stream)
    },
    streamId: (name) => {
      try {
        return dependencies.streamOf(name).id
      } catch {
        return undefined
      }
    },
  })
  const countUp = createDestinationMetrics(dependencies.registry, () => book.list())
  let timer: NodeJS.Timeout | undefined
  const ways: (() => void)[] = []
  return {
    list: () => book.list(),
    failing: (stream) => book.list(stream).flatMap(({ state, label }) => (state === 'retrying' || state === 'failed' ? [label] : [])),
    routes: destinationRoutes(book, (idOrName) => dependencies.streamOf(idOrName).name),
    start() {
      ways.push(streams.onActive((stream) => book.onActive(stream)))
      ways.push(
        events.subscribe((event) => {
          if (event.topic !== 'stream.removed') return
          const { name } = event.data as { readonly name?: string }
          if (name !== undefined) book.dropStream(name).catch((error: unknown) => log.error({ error }, 'destinations were not removed'))
        }),
      )
      timer = repeat(tickMs, () => {
        book.tick()
        countUp()
      })
    },
    async stop() {
      clearInterval(timer)
      for (const leave of ways.splice(0)) leave()
      book.stopAll()
    },
  }
}
