import { Type } from 'typebox'
import type { PrivatePeer, StreamCarrier } from '../../../media/stream-carrier.ts'
import { AppError } from '../../../platform/errors.ts'
import type { Logger } from '../../../platform/logger.ts'
import { randomText } from '../../../platform/random-id.ts'
import { defineSocket, type SocketClient, type SocketDefinition, type SocketSession } from '../../../platform/routes/sockets.ts'
import type { StudioEngine } from '../engine/studio-engine.ts'
import { type Guests, maxConnected } from './guests.ts'
import { errorMessage, maxMessageBytes, readMessage } from './socket-messages.ts'

export interface TalkbackDependencies {
  readonly guests: Guests
  readonly carrier: Pick<StreamCarrier, 'peers'>
  readonly engine: Pick<StudioEngine, 'talk' | 'talkTo'>
  readonly log: Logger
}

/** Producers who may have their microphones ready at a time. */
const maxClients = 16
/** Largest Opus packet (RFC 6716 section 3.4: 120 ms of frames of 1275 bytes), bytes. */
const maxPacketBytes = 8192

/** Producers talk to guests: one socket, one microphone. What is said goes into those guests' returns and nowhere else. */
export function talkbackSocket(dependencies: TalkbackDependencies): SocketDefinition {
  return defineSocket({
    path: '/studio/talkback',
    tag: 'studio',
    summary: 'Talks to guests, unheard by the audience, as WebSocket messages: docs/studio-guests.md',
    role: 'editor',
    query: Type.Object({}),
    maxClients,
    maxMessageBytes,
    accept: () => (client) => new TalkbackSession(client, dependencies),
  })
}

class TalkbackSession implements SocketSession {
  readonly #client: SocketClient
  readonly #dependencies: TalkbackDependencies
  readonly #id = `talk-${randomText(10)}`
  #peer: PrivatePeer | undefined
  #offered = false
  #closed = false
  #isTalking = false

  constructor(client: SocketClient, dependencies: TalkbackDependencies) {
    this.#client = client
    this.#dependencies = dependencies
  }

  onMessage(text: string): void {
    const message = readMessage(text)
    if (message?.type === 'offer' && typeof message.sdp === 'string' && !this.#offered) {
      this.#offered = true
      void this.#open(message.sdp)
    } else if (message?.type === 'talk') this.#talk(message.to)
    else this.#end(new AppError('request.invalid', 'A message is a JSON object: one offer, then those of type talk'))
  }

  onClose(): void {
    this.#closed = true
    this.#quiet()
    this.#peer?.close()
  }

  async #open(sdp: string): Promise<void> {
    const { carrier, engine, log } = this.#dependencies
    try {
      const peer = await carrier.peers.receive(sdp, {
        onPacket: ({ trackId, data }) => {
          if (this.#isTalking && trackId === 'a0' && data.length <= maxPacketBytes) engine.talk(this.#id, data)
        },
        onClosed: () => this.#end(new AppError('webrtc.session_unknown', 'The microphone is not connected any more')),
      })
      if (this.#closed) {
        peer.close()
        return
      }
      this.#peer = peer
      this.#client.send(JSON.stringify({ type: 'answer', sdp: peer.sdp, iceServers: peer.iceServers }))
    } catch (error) {
      if (!(error instanceof AppError)) log.error({ err: error }, 'talkback cannot be opened')
      this.#end(error)
    }
  }

  /** `to`: ids of guests, `all` of them; an empty list ends it. */
  #talk(to: unknown): void {
    const { guests, engine } = this.#dependencies
    const wanted = to === 'all' ? guests.connected : Array.isArray(to) ? to.slice(0, maxConnected).map(String) : []
    const there = guests.setTalk(this.#id, wanted)
    this.#isTalking = there.length > 0
    engine.talkTo(this.#id, there)
    this.#client.send(JSON.stringify({ type: 'talking', to: there }))
  }

  #quiet(): void {
    this.#isTalking = false
    this.#dependencies.guests.setTalk(this.#id, null)
    this.#dependencies.engine.talkTo(this.#id, null)
  }

  #end(error: unknown): void {
    this.#client.send(errorMessage(error))
    this.#client.close(4400, 'talkback ended')
  }
}
