import { randomUUID } from 'node:crypto'
import { createServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import type { AuditLog } from '../../../platform/audit.ts'
import { AppError, type ErrorCode } from '../../../platform/errors.ts'
import type { Logger } from '../../../platform/logger.ts'
import { isLoopback } from '../../../platform/loopback.ts'
import type { FlvBodies } from '../../flv/flv-bodies.ts'
import type { StreamDirectory } from '../../streams/stream.ts'
import type { MayWatch } from '../../viewers/viewer-admission.ts'
import type { ViewerRegistry } from '../../viewers/viewer-registry.ts'
import type { PublishGate } from '../publisher.ts'
import { defaultRtmpLimits, type RtmpLimits } from './limits.ts'
import { MediaChunks } from './message-sender.ts'
import { createReadBatch } from './read-batch.ts'
import { Refusals } from './refusals.ts'
import { Session } from './session.ts'
import type { SessionNeeds } from './session-needs.ts'

/** What the RTMP server stands on. */
export interface RtmpServerNeeds {
  readonly gate: PublishGate
  readonly bodies: FlvBodies
  readonly streams: StreamDirectory
  readonly viewers: ViewerRegistry
  /** Whether a player may begin. */
  readonly mayWatch?: MayWatch
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
  /** PEM; makes this door RTMPS. */
  readonly tls?: { readonly key: string | Buffer; readonly cert: string | Buffer }
}

/** What happened since the server was made. */
export interface RtmpCounters {
  readonly accepted: number
  readonly bytesIn: number
  readonly bytesOut: number
  readonly refusals: ReadonlyMap<ErrorCode, number>
}

export interface RtmpServer {
  /** Opens a door; may be called for RTMP and RTMPS. Rejects with Node's own error (EADDRINUSE, EACCES). */
  listen(options: ListenOptions): Promise<{ port: number }>
  /** Connections open now. */
  connections(): number
  readonly counters: RtmpCounters
  /** Asks encoders that can to reconnect, then closes every door and connection. */
  stop(): Promise<void>
}

/** How often time-outs are looked at, ms: never more seldom than this, and several times within the shortest of them. */
const slowestTickMs = 250

/** How long media are gathered while there are many players, ms: little beside what players buffer. */
const crowdBeatMs = 120

/** Makes an RTMP(S) server that publishes through `gate` and plays from `streams`. */
export function createRtmpServer(needs: RtmpServerNeeds): RtmpServer {
  const limits: RtmpLimits = { ...defaultRtmpLimits, ...needs.limits }
  const now = needs.now ?? (() => performance.now())
  const clock = { nowMs: now() }
  const refusals = new Refusals(needs.audit, needs.log)
  const sessions = new Map<Session, Socket>()
  const perAddress = new Map<string, number>()
  const doors = new Set<Server>()
  let accepted = 0
  let closedBytesIn = 0
  let closedBytesOut = 0

  const sessionNeeds: SessionNeeds = {
    gate: needs.gate,
    streams: needs.streams,
    viewers: needs.viewers,
    mayWatch: needs.mayWatch,
    audit: needs.audit,
    limits,
    bodies: needs.bodies,
    chunks: new MediaChunks(crowdBeatMs),
    clock,
    onRefusal: (reason, sessionId, remoteAddress) => refusals.record(reason, sessionId, remoteAddress, clock.nowMs),
  }

  const shortestMs = Math.min(limits.firstByteMs, limits.handshakeMs, limits.commandMs, limits.idleMs)
  const tickMs = Math.max(10, Math.min(slowestTickMs, shortestMs / 4))
  const timer = setInterval(() => {
    clock.nowMs = now()
    for (const session of sessions.keys()) session.tick(clock.nowMs)
    refusals.tick(clock.nowMs)
  }, tickMs)
  timer.unref()

  const batch = limits.readBatchMs > 0 ? createReadBatch(limits.readBatchMs) : undefined

  function admit(address: string): AppError | undefined {
    if (sessions.size >= limits.connections)
      return new AppError('ingest.too_many_connections', `All ${limits.connections} connections are taken`)
    const most = isLoopback(address) ? limits.connectionsPerLoopbackAddress : limits.connectionsPerAddress
    return (perAddress.get(address) ?? 0) >= most ? new AppError('ingest.too_many_connections') : undefined
  }

  function adopt(socket: Socket, protocol: 'rtmp' | 'rtmps'): void {
    accepted += 1
    const address = socket.remoteAddress ?? ''
    const peer = `${address}:${socket.remotePort ?? 0}`
    socket.on('error', () => socket.destroy())
    const refusal = admit(address)
    if (refusal) {
      refusals.record(refusal, '', peer, clock.nowMs)
      socket.destroy()
      return
    }
    perAddress.set(address, (perAddress.get(address) ?? 0) + 1)
    socket.setNoDelay(true)
    const session = new Session(socket, randomUUID(), peer, protocol, sessionNeeds)
    sessions.set(session, socket)
    const take = (bytes: Buffer, length: number): boolean => {
      session.onBytes(bytes, length)
      return session.phase === 'publishing'
    }
    // Beneath TLS the descriptor gives ciphertext: those sockets are read as usual.
    const batched = protocol === 'rtmp' ? batch : undefined
    socket.on('data', (bytes: Buffer) => {
      if (take(bytes, bytes.length)) batched?.rest(socket, take)
    })
    socket.on('drain', () => session.onDrain())
    socket.on('close', () => {
      sessions.delete(session)
      closedBytesIn += session.bytesIn
      closedBytesOut += socket.bytesWritten
      const left = (perAddress.get(address) ?? 1) - 1
      if (left > 0) perAddress.set(address, left)
      else perAddress.delete(address)
      session.onClose()
    })
  }

  function openDoor(options: ListenOptions): Server {
    if (options.tls === undefined) return createServer((socket) => adopt(socket, 'rtmp'))
    // Handshakes of TLS are not sessions yet: the door itself bounds them.
    const door = createTlsServer({ ...options.tls, handshakeTimeout: limits.handshakeMs }, (socket) => adopt(socket, 'rtmps'))
    door.on('tlsClientError', (cause, socket) => {
      refusals.record(
        new AppError('ingest.handshake', 'The TLS handshake failed', { cause }),
        '',
        `${socket.remoteAddress ?? ''}:${socket.remotePort ?? 0}`,
        clock.nowMs,
      )
      socket.destroy()
    })
    return door
  }

  return {
    listen(options) {
      const door = openDoor(options)
      door.maxConnections = limits.connections + 64
      return new Promise((resolve, reject) => {
        door.once('error', reject)
        door.listen(options.port, options.host, () => {
          door.off('error', reject)
          door.on('error', (error) => needs.log.error({ error }, 'RTMP listener failed'))
          doors.add(door)
          const bound = door.address()
          resolve({ port: typeof bound === 'object' && bound !== null ? bound.port : options.port })
        })
      })
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
      refusals: refusals.counts,
    },
    async stop() {
      const closing = [...doors].map((door) => new Promise<void>((resolve) => door.close(() => resolve())))
      doors.clear()
      for (const [session, socket] of sessions) {
        session.requestReconnect('The host is stopping')
        socket.destroySoon()
      }
      await new Promise((resolve) => setImmediate(resolve))
      for (const socket of sessions.values()) socket.destroy()
      await Promise.all(closing)
      clearInterval(timer)
      batch?.stop()
    },
  }
}
