import { randomUUID } from 'node:crypto'
import { Type } from 'typebox'
import { SrtReject } from '../../../formats/srt/srt-handshake.ts'
import { readSrtStreamId, type SrtStreamId } from '../../../formats/srt/srt-stream-id.ts'
import type { AuditLog } from '../../../platform/audit.ts'
import { AppError } from '../../../platform/errors.ts'
import type { EventBus } from '../../../platform/events/events.ts'
import type { Logger } from '../../../platform/logger.ts'
import { isLoopback } from '../../../platform/net/loopback.ts'
import { defineRoute, type RouteDefinition } from '../../../platform/routes/routes.ts'
import { repeat } from '../../../platform/timing/repeat.ts'
import type { MayWatch, WhileAllowed } from '../../audience/viewer-admission.ts'
import type { ViewerRegistry } from '../../audience/viewer-registry.ts'
import type { PublishGate } from '../../hub/publishers/publisher.ts'
import type { StreamDirectory } from '../../hub/stream.ts'
import { Rejections } from '../rtmp/rejections.ts'
import { rejectCode, rejectedAs } from './rejection-code.ts'
import { SrtConnectionSchema } from './srt-schemas.ts'
import { PlayingSession, PublishingSession, type SrtSession } from './srt-session.ts'
import type { SrtConnection } from './transport/connection.ts'
import { listenSrt, type SrtAnswer, type SrtListener, type SrtRequest } from './transport/listener.ts'

export interface SrtServerDependencies {
  readonly gate: PublishGate
  readonly streams: StreamDirectory
  readonly viewers: ViewerRegistry
  readonly mayWatch?: MayWatch
  readonly whileAllowed?: WhileAllowed
  readonly events: EventBus
  readonly audit: AuditLog
  readonly log: Logger
  /** Empty where callers do not encrypt. */
  readonly passphrase: string
  /** Least delay of delivery, ms. */
  readonly latencyMs: number
  readonly limits: {
    readonly connections: number
    readonly connectionsPerAddress: number
    /** Silence after which a publisher counts as lost, ms. */
    readonly idleMs: number
    /** Bytes that may wait for one slow player. */
    readonly outgoingBytes: number
  }
}

/** The SRT endpoint: publishers and players on one UDP port. */
export interface SrtServer {
  readonly routes: readonly RouteDefinition[]
  /** Rejects with Node's own error (EADDRINUSE, EACCES). */
  listen(options: { host: string; port: number; fd?: number | undefined }): Promise<{ port: number }>
  connections(): number
  stop(): Promise<void>
}

/** Silence of the connection itself, keep-alives included, after which the peer is gone, ms. */
const peerIdleMs = 5000
/** Tests, proxies and encoders side by side come from this machine. */
const perLoopbackFactor = 16
const tickMs = 1000

/** Makes the SRT endpoint; nothing listens before `listen`. */
export function createSrtServer(dependencies: SrtServerDependencies): SrtServer {
  const sessions = new Map<SrtConnection, SrtSession>()
  const rejections = new Rejections(dependencies.audit, dependencies.log)
  let listener: SrtListener | undefined
  const timer = repeat(tickMs, () => {
    rejections.tick(performance.now())
    for (const session of sessions.values()) {
      session.tick()
      const info = session.describe()
      dependencies.events.publish('srt.statistics', info, { stream: info.streamId, volatile: true })
    }
  })

  function refuse(reason: AppError, id: string, remoteAddress: string): SrtAnswer {
    rejections.record(reason, id, remoteAddress, performance.now())
    return { reject: rejectCode(reason) }
  }

  function adopt(session: SrtSession, connection: SrtConnection, encoder: string): void {
    sessions.set(connection, session)
    const { id, remoteAddress } = session
    dependencies.audit.record({ kind: 'connect', message: `${encoder} connected`, sessionId: id, remoteAddress, data: { protocol: 'srt' } })
    connection.onClose = (how) => {
      sessions.delete(connection)
      session.onGone(how === 'shutdown' ? 'unpublish' : 'lost')
      const { bytesReceived, bytesSent, lost, retransmitted, dropped } = connection.statistics()
      const data = { bytesIn: bytesReceived, bytesOut: bytesSent, lost, retransmitted, dropped }
      dependencies.audit.record({ kind: 'disconnect', message: `${encoder} disconnected`, sessionId: id, remoteAddress, data })
    }
  }

  async function onCaller(request: SrtRequest): Promise<SrtAnswer> {
    const id = randomUUID()
    const address = readSrtStreamId(request.streamId)
    if (address === undefined) {
      return refuse(
        new AppError('publish.key_unknown', 'The SRT stream id contains neither a stream key nor a name to play'),
        id,
        request.remoteAddress,
      )
    }
    try {
      return address.mode === 'publish' ? await publish(id, request, address) : await play(id, request, address)
    } catch (error) {
      const reason = error instanceof AppError ? error : new AppError('internal', undefined, { cause: error })
      if (reason.code === 'internal') dependencies.log.error({ err: error }, 'an SRT caller could not be admitted')
      return refuse(reason, id, request.remoteAddress)
    }
  }

  async function publish(id: string, request: SrtRequest, { name, key }: SrtStreamId): Promise<SrtAnswer> {
    let session: PublishingSession | undefined
    let over: AppError | undefined
    const encoder = `SRT ${request.peerVersion}`
    const publication = await dependencies.gate.open({
      sessionId: id,
      protocol: 'srt',
      remoteAddress: request.remoteAddress,
      app: 'live',
      name: name ?? key ?? '',
      query: new Map(name !== undefined && key !== undefined ? [['key', key]] : []),
      encoder,
      disconnect: (reason) => {
        over = reason
        session?.disconnect(reason)
      },
    })
    return {
      open: (connection) => {
        session = new PublishingSession(id, connection, publication, dependencies.limits.idleMs, (reason) =>
          rejections.record(reason, id, request.remoteAddress, performance.now()),
        )
        adopt(session, connection, encoder)
        if (over) session.disconnect(over)
      },
      abandon: () => publication.close('lost'),
    }
  }

  async function play(id: string, request: SrtRequest, { name = '', token }: SrtStreamId): Promise<SrtAnswer> {
    const encoder = `SRT ${request.peerVersion}`
    const stream = dependencies.streams.find(name) ?? (await dependencies.streams.startOnDemand?.(name))
    if (stream === undefined) throw new AppError('play.not_live')
    const { remoteAddress } = request
    const rejection = await dependencies.mayWatch?.(stream, { protocol: 'srt', sessionKey: id, remoteAddress, userAgent: encoder, token })
    if (rejection) throw rejection
    return {
      open: (connection) => {
        const session = new PlayingSession(id, connection, stream, dependencies.viewers, encoder, dependencies.limits.outgoingBytes / 2)
        adopt(session, connection, encoder)
        session.stopWatching = dependencies.whileAllowed?.({ stream: stream.name, remoteAddress, token }, (reason) => {
          rejections.record(reason, id, remoteAddress, performance.now())
          connection.close()
        })
      },
    }
  }

  return {
    routes: [
      defineRoute({
        method: 'GET',
        path: '/live/srt-connections',
        tag: 'live',
        summary: 'SRT connections with their round trip, loss and retransmissions',
        role: 'viewer',
        responses: { 200: Type.Object({ items: Type.Array(SrtConnectionSchema) }) },
        handler: () => ({ body: { items: [...sessions.values()].map((session) => session.describe()) } }),
      }),
    ],
    async listen({ host, port, fd }) {
      const { connections, connectionsPerAddress, outgoingBytes } = dependencies.limits
      listener = await listenSrt({
        host,
        port,
        fd,
        latencyMs: dependencies.latencyMs,
        passphrase: dependencies.passphrase,
        idleMs: peerIdleMs,
        connections,
        connectionsPerAddress: (address) => connectionsPerAddress * (isLoopback(address) ? perLoopbackFactor : 1),
        queueBytes: outgoingBytes,
        onCaller,
        onFailure: (error) => dependencies.log.error({ err: error }, 'an SRT packet could not be handled'),
        onRejected: (code, remoteAddress) => {
          const [kind, message] = rejectedAs[code] ?? rejectedAs[SrtReject.rogue]!
          rejections.record(new AppError(kind, message), '', remoteAddress, performance.now())
        },
      })
      return { port: listener.port }
    },
    connections: () => sessions.size,
    async stop() {
      clearInterval(timer)
      await listener?.stop()
    },
  }
}
