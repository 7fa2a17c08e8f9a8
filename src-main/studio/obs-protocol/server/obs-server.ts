import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type WebSocket, WebSocketServer } from 'ws'
import { encodingOf } from '../../../formats/obs-websocket/message-encoding.ts'
import { type ObsEventType, subProtocols } from '../../../formats/obs-websocket/protocol.ts'
import type { AuditLog } from '../../../platform/audit.ts'
import type { SignInAttempts } from '../../../platform/identity/sign-in-attempts.ts'
import type { Logger } from '../../../platform/logger.ts'
import { bareIp, ipGroup } from '../../../platform/net/ip-address.ts'
import { toListenError } from '../../../platform/net/listen-error.ts'
import type { ClientBook } from '../clients/client-book.ts'
import type { ProtocolClient } from '../clients/client-schemas.ts'
import type { Pairing } from '../clients/pairing.ts'
import type { RequestRunner } from '../requests/request-runner.ts'
import { actorOf } from './actor.ts'
import { Session } from './session.ts'

/** Longest message of a client, bytes. */
const maxMessageBytes = 1024 * 1024
const maxSessions = 64
/** Of one IP address, or one /64 network of IPv6. */
const maxSessionsOfOne = 32
/** Connections of programs that are not known yet. */
const maxUnknown = 16
const maxUnknownOfOne = 8

export interface ObsServerDependencies {
  readonly book: ClientBook
  readonly pairing: Pairing
  readonly runner: RequestRunner
  readonly attempts: SignInAttempts
  readonly audit: AuditLog
  readonly log: Logger
  /** Other clients are connected, or subscribed to other events, than before. */
  readonly onSessions: () => void
}

export interface ListenAt {
  readonly port: number
  /** Whether other machines can connect, too. */
  readonly wide: boolean
}

/** Listens for clients of the obs-websocket protocol, and keeps their sessions. */
export class ObsServer {
  readonly #dependencies: ObsServerDependencies
  readonly #sessions = new Set<Session>()
  readonly #sockets = new WebSocketServer({
    noServer: true,
    maxPayload: maxMessageBytes,
    perMessageDeflate: false,
    handleProtocols: (offered) => Object.values(subProtocols).find((each) => offered.has(each)) ?? false,
  })
  #http: Server | undefined

  constructor(dependencies: ObsServerDependencies) {
    this.#dependencies = dependencies
  }

  get sessions(): readonly Session[] {
    return [...this.#sessions].filter(({ client }) => client !== undefined)
  }

  /** The port that is open; undefined while it does not listen. */
  get port(): number | undefined {
    return (this.#http?.address() as AddressInfo | null | undefined)?.port
  }

  /** Throws `port.in_use`, `port.forbidden`. */
  async listen({ port, wide }: ListenAt): Promise<void> {
    const http = createServer({ requestTimeout: 10_000, headersTimeout: 10_000 }, (_request, response) => {
      response.writeHead(426, { connection: 'close', 'content-type': 'text/plain' })
      response.end('This port is for programs that speak the protocol of obs-websocket.\n')
    })
    http.maxConnections = maxSessions + maxUnknown
    http.on('upgrade', (request, socket, head) => {
      socket.on('error', () => socket.destroy())
      const ip = bareIp(request.socket.remoteAddress ?? '')
      if (!this.#hasPlace(ip)) {
        this.#dependencies.log.warn({ ip }, 'an OBS protocol client was rejected: there are too many connections')
        socket.end('HTTP/1.1 503 Service Unavailable\r\nconnection: close\r\n\r\n')
        return
      }
      this.#sockets.handleUpgrade(request, socket, head, (client) => this.#serve(client, ip, String(request.headers['user-agent'] ?? '')))
    })
    try {
      await new Promise<void>((resolve, reject) => {
        http.once('error', reject)
        http.listen({ port, ...(wide ? {} : { host: '127.0.0.1' }) }, resolve)
      })
    } catch (error) {
      throw await toListenError(error, 'obs-websocket', port)
    }
    http.on('error', (error) => this.#dependencies.log.error({ err: error }, 'the server of the OBS protocol failed'))
    this.#http = http
  }

  broadcast(type: ObsEventType, data: object | undefined): void {
    for (const session of this.#sessions) session.event(type, data)
  }

  /** True where some client is subscribed to one of these events. */
  isWanted(bits: number): boolean {
    return [...this.#sessions].some((session) => session.wants(bits))
  }

  /** A client's rights changed, or (undefined) it may no longer connect. */
  update(id: string, client: ProtocolClient | undefined): void {
    for (const session of this.#sessions) {
      if (session.client?.id !== id) continue
      if (client === undefined) session.close('sessionInvalidated', 'Your password was revoked.')
      else session.update(client)
    }
  }

  async close(): Promise<void> {
    const http = this.#http
    this.#http = undefined
    for (const session of this.#sessions) session.close('sessionInvalidated', 'The server is stopping.')
    if (http === undefined) return
    await new Promise<void>((resolve) => {
      const late = setTimeout(() => http.closeAllConnections(), 1000).unref()
      http.close(() => {
        clearTimeout(late)
        resolve()
      })
      for (const socket of this.#sockets.clients) setTimeout(() => socket.terminate(), 1000).unref()
    })
  }

  #hasPlace(ip: string): boolean {
    const all = [...this.#sessions]
    const own = all.filter((session) => ipGroup(session.ip) === ipGroup(ip))
    const unknown = (sessions: readonly Session[]): number => sessions.filter(({ client }) => client === undefined).length
    return all.length < maxSessions && own.length < maxSessionsOfOne && unknown(all) < maxUnknown && unknown(own) < maxUnknownOfOne
  }

  #serve(socket: WebSocket, ip: string, program: string): void {
    const { runner, log, audit, onSessions } = this.#dependencies
    const session: Session = new Session({
      socket,
      encoding: encodingOf(socket.protocol),
      ip,
      runner,
      log,
      authenticate: (answer, challenge, gone) => this.#authenticate(answer, challenge, { ip, program, gone }),
      onIdentified: ({ client }) => {
        if (client === undefined) return
        audit.record({ kind: 'sign-in', message: `OBS protocol: ${client.name} connected`, remoteAddress: ip, actor: actorOf(client) })
      },
      onSubscribed: onSessions,
      onSlow: ({ client }) => {
        log.warn({ ip, client: client?.name }, 'an OBS protocol client was disconnected: it reads too slowly')
        audit.record({
          kind: 'disconnect',
          message: `OBS protocol: ${client?.name ?? ip} was disconnected: it reads too slowly`,
          remoteAddress: ip,
        })
      },
    })
    this.#sessions.add(session)
    socket.on('error', (error) => log.debug({ err: error, ip }, 'the connection of an OBS protocol client failed'))
    socket.on('close', () => {
      this.#sessions.delete(session)
      if (session.client !== undefined) onSessions()
    })
  }

  async #authenticate(
    answer: string,
    challenge: { readonly salt: string; readonly challenge: string },
    { ip, program, gone }: { readonly ip: string; readonly program: string; readonly gone: AbortSignal },
  ): Promise<ProtocolClient | undefined> {
    const { book, pairing, attempts, audit } = this.#dependencies
    const known = book.find(answer, challenge)
    if (known !== undefined) return known
    const paired = await pairing.ask(ip, program, gone)
    if (paired !== undefined) return paired
    const { code } = attempts.failed(ip, 'auth.token_unknown')
    audit.record({ kind: 'sign-in', message: 'OBS protocol: a program with a wrong password was rejected', remoteAddress: ip, code })
    if (code === 'auth.too_many_attempts') await attempts.delay()
    return undefined
  }
}
