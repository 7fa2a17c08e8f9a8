import { type WebSocket, WebSocketServer } from 'ws'
import type { IceServers } from '../../../media/realtime/ice-servers.ts'
import { MAX_OFFER } from '../../../media/realtime/offer.ts'
import { AppError, errorKinds } from '../../../platform/errors.ts'
import { clientOf } from '../../../platform/http/client.ts'
import type { ClientLimits } from '../../../platform/http/client-limits.ts'
import { rejectUpgrade } from '../../../platform/http/end-socket.ts'
import type { Logger } from '../../../platform/logger.ts'
import { joinHostPort } from '../../../platform/net/ip-address.ts'
import { repeat } from '../../../platform/timing/repeat.ts'
import type { WatchAccess } from '../../audience/viewer-admission.ts'
import type { LiveUpgrade } from '../../http/live-request.ts'
import { userAgentOf } from '../../http/response.ts'
import type { OfferLimit } from './offer-limit.ts'
import type { PeerSessions } from './peer-sessions.ts'

export interface SignalSocketDependencies {
  readonly sessions: PeerSessions
  readonly limit: OfferLimit
  readonly iceServers: IceServers
  readonly access: Pick<WatchAccess, 'check' | 'viewerOf'>
  readonly clients: ClientLimits
  readonly log: Logger
}

/** Sockets open at most. */
const maxSockets = 10_000
const pingMs = 20_000
/** ms until the offer must have come. */
const offerMs = 15_000
/** Messages of one socket in a second: browsers send some dozens of candidates. */
const maxMessages = 500
/** Bytes that may wait for a client that does not read. */
const maxWaitingBytes = 1024 * 1024

/** WebRTC signalling by JSON messages over a WebSocket: one socket, one session. */
export class SignalSocket {
  readonly #dependencies: SignalSocketDependencies
  readonly #server = new WebSocketServer({ noServer: true, maxPayload: 2 * MAX_OFFER, perMessageDeflate: false })
  readonly #heard = new WeakSet<WebSocket>()
  readonly #pings: NodeJS.Timeout

  constructor(dependencies: SignalSocketDependencies) {
    this.#dependencies = dependencies
    this.#pings = repeat(pingMs, () => {
      for (const client of this.#server.clients) {
        if (!this.#heard.delete(client)) client.terminate()
        else client.ping()
      }
    })
  }

  handleUpgrade(upgrade: LiveUpgrade): void {
    const { request, socket, head } = upgrade
    if (this.#server.clients.size >= maxSockets) {
      rejectUpgrade(socket, '503 Service Unavailable')
      return
    }
    const { clients } = this.#dependencies
    const release = clients.take('webSockets', clientOf(request).remoteAddress)
    if (release === undefined) throw clients.error('webSockets')
    socket.once('close', release)
    this.#server.handleUpgrade(request, socket, head, (client) => this.#serve(client, upgrade))
  }

  stop(): void {
    clearInterval(this.#pings)
    for (const client of this.#server.clients) client.close(1001, 'the host stops')
    this.#server.close()
  }

  #serve(client: WebSocket, upgrade: LiveUpgrade): void {
    const { request } = upgrade
    const name = upgrade.url.stream
    const { sessions, iceServers, access } = this.#dependencies
    const { remoteAddress, remotePort } = clientOf(request)
    const send = (message: object): void => {
      if (client.bufferedAmount > maxWaitingBytes) client.terminate()
      else if (client.readyState === client.OPEN) client.send(JSON.stringify(message))
    }
    let session: string | undefined
    let offered = false
    let second = 0
    let messages = 0
    const late = setTimeout(() => client.close(4408, 'no offer came'), offerMs)
    this.#heard.add(client)
    client.on('pong', () => this.#heard.add(client))
    client.on('error', () => client.terminate())
    client.on('close', () => {
      clearTimeout(late)
      if (session !== undefined) sessions.close(session)
    })
    const fail = (thrown: unknown): void => {
      const error = thrown instanceof AppError ? thrown : new AppError('internal')
      if (error !== thrown) this.#dependencies.log.error({ err: thrown }, 'WebRTC signalling failed')
      const { title, remedy } = errorKinds[error.code]
      send({ type: 'error', error: { code: error.code, title, detail: error.message, remedy, status: error.status } })
      client.close(4400 + (error.status % 100), error.code)
    }
    const begin = async (message: Readonly<Record<string, unknown>>): Promise<void> => {
      if (this.#dependencies.limit.take(remoteAddress) > 0) throw new AppError('webrtc.too_many_offers')
      if (typeof message.sdp !== 'string') throw new AppError('webrtc.sdp_invalid', 'The offer has no sdp')
      const offerer = {
        remoteAddress: joinHostPort(remoteAddress, remotePort),
        userAgent: userAgentOf(request),
        sdp: message.sdp,
      }
      let answered: Awaited<ReturnType<PeerSessions['play']>>
      if (message.role === 'publish') {
        if (typeof message.key !== 'string') throw new AppError('publish.key_unknown', 'No stream key came with the offer')
        answered = await sessions.publish(offerer, name, new Map([['key', message.key]]))
      } else {
        const watcher = access.viewerOf(upgrade)
        const rejection = await access.check(watcher)
        if (rejection !== undefined) throw rejection
        answered = await sessions.play({ ...offerer, watcher }, name)
      }
      const { id } = answered.session
      if (client.readyState !== client.OPEN) {
        sessions.close(id)
        return
      }
      session = id
      clearTimeout(late)
      sessions.watch(id, (state, why) => {
        send({ type: 'state', state, ...(why === undefined ? {} : { why }) })
        if (state !== 'closed') return
        session = undefined
        client.close(1000, why)
      })
      send({ type: 'answer', session: id, sdp: answered.sdp, iceServers: iceServers.ofSession() })
    }

    send({ type: 'ice-servers', iceServers: iceServers.open })
    client.on('message', (data, binary) => {
      const now = Math.floor(performance.now() / 1000)
      messages = now === second ? messages + 1 : 1
      second = now
      if (messages > maxMessages) {
        client.close(1008, 'too many messages')
        return
      }
      const message = binary ? undefined : readMessage(String(data))
      switch (message?.type) {
        case 'offer':
          if (offered) fail(new AppError('request.conflict', 'This socket has a session already'))
          else {
            offered = true
            begin(message).catch(fail)
          }
          return
        case 'candidate':
          // Not used, as those of offers are not: see `SfuEngine`.
          return
        case 'layer':
          if (session !== undefined) sessions.chooseLayer(session, typeof message.rid === 'string' ? { rid: message.rid.slice(0, 64) } : {})
          return
        case 'stats':
          send({ type: 'stats', stats: session === undefined ? null : (sessions.stats(session) ?? null) })
          return
        default:
          fail(new AppError('request.invalid', 'A message is a JSON object whose type is offer, candidate, layer or stats'))
      }
    })
  }
}

function readMessage(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}
