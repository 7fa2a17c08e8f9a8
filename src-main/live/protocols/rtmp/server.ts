import { randomUUID } from 'node:crypto'
import { createServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer, Server as TlsServer } from 'node:tls'
import type { AuditLog } from '../../../platform/audit.ts'
import { AppError, type ErrorCode } from '../../../platform/errors.ts'
import type { Logger } from '../../../platform/logger.ts'
import { joinHostPort } from '../../../platform/net/ip-address.ts'
import { isLoopback } from '../../../platform/net/loopback.ts'
import { repeat } from '../../../platform/timing/repeat.ts'
import type { MayWatch, WhileAllowed } from '../../audience/viewer-admission.ts'
import type { ViewerRegistry } from '../../audience/viewer-registry.ts'
import type { PublishGate } from '../../hub/publishers/publisher.ts'
import type { StreamDirectory } from '../../hub/stream.ts'
import type { FlvBodies } from '../flv/flv-bodies.ts'
import { defaultRtmpLimits, type RtmpLimits } from './limits.ts'
import { MediaChunks } from './message-sender.ts'
import { createReadBatch } from './read-batch.ts'
import { Rejections } from './rejections.ts'
import { Session } from './session.ts'
import type { SessionDependencies } from './session-dependencies.ts'

/** What the RTMP server is on. */
export interface RtmpServerDependencies {
  readonly gate: PublishGate
  readonly bodies: FlvBodies
  readonly streams: StreamDirectory
  readonly viewers: ViewerRegistry
  /** Whether a player may start. */
  readonly mayWatch?: MayWatch
  readonly whileAllowed?: WhileAllowed
  readonly audit: AuditLog
  readonly log: Logger
  readonly limits?: Partial<RtmpLimits>
  /** Monotonic ms; for tests. */
  readonly now?: () => number
}

export interface ListenOptions {
  readonly host: string
  /** 0 takes a free one. */
  readonly port: number
  /** A socket that listens there already, to be used in place of a new one. */
  readonly fd?: number | undefined
  /** PEM; makes this endpoint RTMPS. */
  readonly tls?: { readonly key: string | Buffer; readonly cert: string | Buffer }
}

/** What happened since the server was made. */
export interface RtmpCounters {
  readonly accepted: number
  readonly bytesIn: number
  readonly bytesOut: number
  readonly rejections: ReadonlyMap<ErrorCode, number>
}

export interface RtmpServer {
  /** Opens an endpoint; may be called for RTMP and RTMPS. Rejects with Node's own error (EADDRINUSE, EACCES). */
  listen(options: ListenOptions): Promise<{ port: number }>
  /** Uses another certificate (PEM) for RTMPS connections from now on. */
  renewCertificate(certificate: { readonly key: string; readonly cert: string }): void
  /** Connections open now. */
  connections(): number
  readonly counters: RtmpCounters
  /** Asks encoders that can to reconnect, then closes every endpoint and connection. */
  stop(): Promise<void>
}

/** How often time-outs are looked at, ms: never more seldom than this, and several times within the shortest of them. */
const slowestTickMs = 250

/** How long media are gathered while there are many players, ms: little beside what players buffer. */
const crowdBeatMs = 120

/** Makes an RTMP(S) server that publishes through `gate` and plays from `streams`. */
export function createRtmpServer(dependencies: RtmpServerDependencies): RtmpServer {
  const limits: RtmpLimits = { ...defaultRtmpLimits, ...dependencies.limits }
  const now = dependencies.now ?? (() => performance.now())
  const clock = { nowMs: now() }
  const rejections = new Rejections(dependencies.audit, dependencies.log)
  const sessions = new Map<Session, Socket>()
  const perAddress = new Map<string, number>()
  const endpoints = new Set<Server>()
  let accepted = 0
  let closedBytesIn = 0
  let closedBytesOut = 0

  const sessionDependencies: SessionDependencies = {
    gate: dependencies.gate,
    streams: dependencies.streams,
    viewers: dependencies.viewers,
    mayWatch: dependencies.mayWatch,
    whileAllowed: dependencies.whileAllowed,
    audit: dependencies.audit,
    limits,
    bodies: dependencies.bodies,
    chunks: new MediaChunks(crowdBeatMs),
    clock,
    onRejection: (reason, sessionId, remoteAddress) => rejections.record(reason, sessionId, remoteAddress, clock.nowMs),
  }

  const minMs = Math.min(limits.firstByteMs, limits.handshakeMs, limits.commandMs, limits.idleMs)
  const tickMs = Math.max(10, Math.min(slowestTickMs, minMs / 4))
  let timer: NodeJS.Timeout | undefined
  /** Runs the clock as long as anybody is connected; a server that nobody uses wakes up for nothing. */
  function startClock(): void {
    clock.nowMs = now()
    timer ??= repeat(tickMs, () => {
      clock.nowMs = now()
      for (const [session, socket] of sessions) guarded(socket, () => session.tick(clock.nowMs))
      rejections.tick(clock.nowMs)
      if (sessions.size === 0 && !rejections.pending) stopClock()
    })
  }
  function stopClock(): void {
    clearInterval(timer)
    timer = undefined
  }

  const batch = limits.readBatchMs > 0 ? createReadBatch(limits.readBatchMs) : undefined

  /** What a session throws costs its own connection alone. */
  function guarded(socket: Socket, work: () => void): void {
    try {
      work()
    } catch (error) {
      fail(socket, error)
    }
  }

  function fail(socket: Socket, error: unknown): void {
    dependencies.log.error({ err: error }, 'an RTMP session failed')
    socket.destroy()
  }

  function admit(address: string): AppError | undefined {
    if (sessions.size >= limits.connections)
      return new AppError('ingest.too_many_connections', `All ${limits.connections} connections are taken`)
    const max = isLoopback(address) ? limits.connectionsPerLoopbackAddress : limits.connectionsPerAddress
    return (perAddress.get(address) ?? 0) >= max ? new AppError('ingest.too_many_connections') : undefined
  }

  function adopt(socket: Socket, protocol: 'rtmp' | 'rtmps'): void {
    accepted += 1
    startClock()
    const address = socket.remoteAddress ?? ''
    const peer = `${address}:${socket.remotePort ?? 0}`
    socket.on('error', () => socket.destroy())
    const rejection = admit(address)
    if (rejection) {
      rejections.record(rejection, '', peer, clock.nowMs)
      socket.destroy()
      return
    }
    perAddress.set(address, (perAddress.get(address) ?? 0) + 1)
    socket.setNoDelay(true)
    const session = new Session(socket, randomUUID(), peer, protocol, sessionDependencies)
    sessions.set(session, socket)
    const take = (bytes: Buffer, length: number): boolean => {
      try {
        session.onBytes(bytes, length)
        return session.phase === 'publishing'
      } catch (error) {
        fail(socket, error)
        return false
      }
    }
    // Beneath TLS the descriptor gives ciphertext: those sockets are read as usual.
    const batched = protocol === 'rtmp' ? batch : undefined
    socket.on('data', (bytes: Buffer) => {
      if (take(bytes, bytes.length)) batched?.rest(socket, take)
    })
    socket.on('drain', () => guarded(socket, () => session.onDrain()))
    socket.on('close', () => {
      sessions.delete(session)
      closedBytesIn += session.bytesIn
      closedBytesOut += socket.bytesWritten
      const left = (perAddress.get(address) ?? 1) - 1
      if (left > 0) perAddress.set(address, left)
      else perAddress.delete(address)
      guarded(socket, () => session.onClose())
    })
  }

  function openEndpoint(options: ListenOptions): Server {
    if (options.tls === undefined) return createServer((socket) => adopt(socket, 'rtmp'))
    // Handshakes of TLS are not sessions yet: the endpoint itself bounds them.
    const endpoint = createTlsServer({ ...options.tls, handshakeTimeout: limits.handshakeMs }, (socket) => adopt(socket, 'rtmps'))
    endpoint.on('tlsClientError', (cause, socket) => {
      startClock()
      rejections.record(
        new AppError('ingest.handshake', 'The TLS handshake failed', { cause }),
        '',
        joinHostPort(socket.remoteAddress ?? '', socket.remotePort ?? 0),
        clock.nowMs,
      )
      socket.destroy()
    })
    return endpoint
  }

  return {
    listen(options) {
      const endpoint = openEndpoint(options)
      endpoint.maxConnections = limits.connections + 64
      return new Promise((resolve, reject) => {
        endpoint.once('error', reject)
        endpoint.listen(options.fd === undefined ? { port: options.port, host: options.host } : { fd: options.fd }, () => {
          endpoint.off('error', reject)
          endpoint.on('error', (error) => dependencies.log.error({ error }, 'RTMP listener failed'))
          endpoints.add(endpoint)
          const bound = endpoint.address()
          resolve({ port: typeof bound === 'object' && bound !== null ? bound.port : options.port })
        })
      })
    },
    renewCertificate(certificate) {
      for (const endpoint of endpoints) if (endpoint instanceof TlsServer) endpoint.setSecureContext(certificate)
    },
    connections: () => sessions.size,
    counters: {
      get accepted() {
        return accepted
      },
      get bytesIn() {
        let sum = closedBytesIn
        for (const session of sessions.keys()) sum += session.bytesIn
        return sum
      },
      get bytesOut() {
        let sum = closedBytesOut
        for (const socket of sessions.values()) sum += socket.bytesWritten
        return sum
      },
      rejections: rejections.counts,
    },
    async stop() {
      const closing = [...endpoints].map((endpoint) => new Promise<void>((resolve) => endpoint.close(() => resolve())))
      endpoints.clear()
      for (const [session, socket] of sessions) {
        session.requestReconnect('The host is stopping')
        socket.destroySoon()
      }
      await new Promise((resolve) => setImmediate(resolve))
      for (const socket of sessions.values()) socket.destroy()
      await Promise.all(closing)
      stopClock()
      batch?.stop()
    },
  }
}
