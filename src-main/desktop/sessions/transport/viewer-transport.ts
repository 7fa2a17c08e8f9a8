import type { DataLink, DataLinks } from '../../../media/realtime/links/data-links.ts'
import type { IceServer } from '../../../media/realtime/sfu-engine.ts'
import { AppError } from '../../../platform/errors.ts'
import type { Logger } from '../../../platform/logger.ts'
import type { SocketClient } from '../../../platform/routes/sockets.ts'
import { Allowance } from '../../../platform/timing/allowance.ts'
import { type ClientMessage, checkClientMessage } from '../client-message.ts'
import { InputOrder, readInputDatagram } from './input-datagrams.ts'

/** How viewers can be reached by WebRTC. */
export interface WebrtcReach {
  readonly links: DataLinks
  /** Those that a viewer is given, with logins of their own. */
  readonly iceServers: () => readonly IceServer[]
  readonly log: Logger
}

/** A viewer that is this far behind is not one that acknowledges what it draws: it is disconnected, bytes. */
export const maxWaiting = 64 * 1024 * 1024
/** Offers of one viewer at once, and how long until one more is allowed, ms. */
const maxOffers = 8
const offerEveryMs = 10_000
/** Messages of one viewer in a second, as the WebSocket has it. */
const maxMessagesPerSecond = 1000
/** First byte of a message that may be lost: audio. */
const audioKind = 4
/** First bytes of what goes over the data channel: changes of the display, the pointer, video. */
const displayKinds = [1, 2, 3]

export interface ViewerTransportOptions {
  /** The WebSocket: everything that the data channel does not carry goes over it, and all of it while it is not open. */
  readonly client: SocketClient
  /** Undefined where desktops have no WebRTC. */
  readonly reach: WebrtcReach | undefined
  /** The viewer is on this machine. */
  readonly near: boolean
  /** Takes what the viewer says over the data channel, as what it says over the WebSocket. Undefined: it was no message. */
  readonly take: (message: ClientMessage | undefined) => void
  /** Everything is to be sent again: what was on its way over the other transport does not come. */
  readonly onSwitch: (raw: boolean) => void
}

type TransportMessage = Extract<ClientMessage, { readonly kind: 'rtc-offer' | 'transport' }>

/**
 * The transports of one viewer: a WebSocket, and beside it a data channel that the viewer may choose. The host sends what the display shows
 * over the one that was chosen; what the viewer says is taken from both, and checked in the same way.
 */
export class ViewerTransport implements SocketClient {
  readonly #options: ViewerTransportOptions
  #link: DataLink | undefined
  #open = false
  /** The viewer saw it open before we did. */
  #wanted = false
  /** The data channel carries what is shown. */
  #chosen = false
  #order = new InputOrder()
  /** Counts offers: the answer to an older one is of no use. */
  #offer = 0
  readonly #offers = new Allowance(maxOffers, offerEveryMs)
  #second = 0
  #messages = 0
  #ended = false

  constructor(options: ViewerTransportOptions) {
    this.#options = options
  }

  get principal(): SocketClient['principal'] {
    return this.#options.client.principal
  }

  get waitingBytes(): number {
    return this.#options.client.waitingBytes + (this.#link?.waitingBytes ?? 0)
  }

  /** The viewer may see the display: says how it can be reached by WebRTC. */
  announce(): void {
    const { reach, near, client } = this.#options
    if (reach) client.send(JSON.stringify({ kind: 'rtc', near, iceServers: reach.iceServers() }))
  }

  send(data: string | Uint8Array): void {
    const kind = typeof data === 'string' ? undefined : data[0]
    if (this.#chosen && kind === audioKind) this.#link?.sendFleeting(data as Uint8Array)
    else if (this.#chosen && kind !== undefined && displayKinds.includes(kind)) this.#link?.sendOrdered(data as Uint8Array)
    // Nobody acknowledges text: whoever reads nothing of it can have the host say more without end.
    else if (this.waitingBytes > maxWaiting) this.terminate()
    else this.#options.client.send(data)
  }

  close(code: number, reason: string): void {
    this.end()
    this.#options.client.close(code, reason)
  }

  terminate(): void {
    this.end()
    this.#options.client.terminate()
  }

  /** The WebSocket is closed, or about to be: without it there is no session. */
  end(): void {
    this.#ended = true
    this.#drop()
  }

  hear(message: TransportMessage): void {
    if (message.kind === 'rtc-offer') void this.#connect(message.sdp)
    else if (message.via === 'webrtc') this.#choose()
    else this.#fallBack()
  }

  /** The viewer goes on over the data channel. */
  #choose(): void {
    if (this.#chosen) return
    this.#wanted = true
    // It ended meanwhile: the viewer waits for an answer.
    if (this.#link === undefined) this.#fallBack()
    if (!this.#open || this.#link === undefined) return
    this.#chosen = true
    this.#options.client.send(JSON.stringify({ kind: 'transport', via: 'webrtc', taken: 0 }))
    this.#options.onSwitch(false)
  }

  /** The viewer goes on over the WebSocket, which says how many messages came over the data channel: the others come again. */
  #fallBack(): void {
    const { taken } = this.#order
    const wasChosen = this.#chosen
    this.#drop()
    if (this.#ended) return
    this.#options.client.send(JSON.stringify({ kind: 'transport', via: 'websocket', taken }))
    if (wasChosen) this.#options.onSwitch(this.#options.near)
  }

  #drop(): void {
    this.#offer++
    this.#link?.close()
    this.#link = undefined
    this.#open = false
    this.#wanted = false
    this.#chosen = false
  }

  async #connect(sdp: string): Promise<void> {
    const { reach, client } = this.#options
    if (reach === undefined) return
    if (!this.#offers.take()) {
      this.close(1008, 'too many offers')
      return
    }
    if (this.#link !== undefined || this.#chosen) this.#fallBack()
    else this.#drop()
    const offer = this.#offer
    this.#order = new InputOrder()
    const isThis = (): boolean => offer === this.#offer && !this.#ended
    try {
      const { answer, link } = await reach.links.open(sdp, {
        onOpen: () => {
          if (!isThis()) return
          this.#open = true
          if (this.#wanted) this.#choose()
        },
        onText: (text) => {
          if (isThis()) this.#hearText(text)
        },
        onEnd: (why) => {
          if (!isThis()) return
          if (why === 'malformed' || why === 'too-much') this.close(1008, `data channel: ${why}`)
          else this.#fallBack()
        },
      })
      if (!isThis()) {
        link.close()
        return
      }
      this.#link = link
      client.send(JSON.stringify({ kind: 'rtc-answer', sdp: answer }))
    } catch (error) {
      if (!isThis()) return
      const { code, message } = error instanceof AppError ? error : new AppError('internal')
      if (code !== 'webrtc.sdp_invalid') reach.log.warn({ err: error }, 'a desktop cannot be sent over WebRTC')
      client.send(JSON.stringify({ kind: 'rtc-failed', code, message }))
    }
  }

  #hearText(text: string): void {
    const datagram = readInputDatagram(text)
    if (datagram === undefined) {
      this.#options.take(undefined)
      return
    }
    if (datagram.kind === 'probe') {
      this.#link?.sendText(JSON.stringify({ probe: datagram.at }))
      return
    }
    const inTime = this.#order.take(datagram.messages, (message) => {
      if (this.#ended) return
      const second = Math.floor(performance.now() / 1000)
      this.#messages = second === this.#second ? this.#messages + 1 : 1
      this.#second = second
      if (this.#messages > maxMessagesPerSecond) this.close(1008, 'too many messages')
      else this.#options.take(checkClientMessage(message))
    })
    if (!inTime) this.#options.take(undefined)
    else this.#link?.sendText(JSON.stringify({ taken: this.#order.taken }))
  }
}
