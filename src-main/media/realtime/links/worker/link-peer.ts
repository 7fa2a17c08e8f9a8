import type { DataChannel, PeerConnection } from 'node-datachannel'
import { announced, gathering } from '../../datachannel/worker/candidates.ts'
import type { Network } from '../../datachannel/worker/connection.ts'
import type { OfferDescription } from '../../offer.ts'
import type { LinkEnd } from '../messages.ts'
import { OrderedSender } from './ordered-sender.ts'

/** Of the peer, bytes: what it says are inputs and acknowledgements. */
const maxMessageBytes = 32 * 1024
/** Messages of a peer in a second: a pointer of 240 Hz, and an acknowledgement for each few datagrams. */
const maxMessagesPerSecond = 5000
/** What may wait for a peer, bytes. */
const maxQueuedBytes = 64 * 1024 * 1024
/** Audio is left out while more than this waits in the channel, bytes. */
const maxFleetingBuffered = 128 * 1024
/** First byte of a datagram that may be lost. */
const fleetingKind = 3
/** Until the channel must be open, ms. */
const connectMs = 12_000

export interface LinkEvents {
  onOpen(): void
  onText(text: string): void
  onArrived(bytes: number): void
  onEnd(why: LinkEnd): void
}

/** One peer's data channel, which it has made without order and without repeats. */
export class LinkPeer {
  /** The library's objects until `close`: they keep their callbacks, and what these refer to, as long as they live. */
  #native: { readonly peer: PeerConnection; channel: DataChannel | undefined } | undefined
  #events: LinkEvents | undefined
  readonly #sender: OrderedSender
  readonly #network: Network
  readonly #late: NodeJS.Timeout
  #second = 0
  #messages = 0

  constructor(network: Network, name: string, events: LinkEvents) {
    this.#network = network
    this.#events = events
    this.#sender = new OrderedSender({
      transmit: (datagram) => this.#transmit(datagram),
      buffered: () => this.#native?.channel?.bufferedAmount() ?? 0,
      onArrived: (bytes) => this.#events?.onArrived(bytes),
      onSilent: () => this.#end('lost'),
      now: () => performance.now(),
    })
    const peer = new network.library.PeerConnection(name, {
      iceServers: [],
      ...(network.bind === undefined ? {} : { bindAddress: network.bind }),
      disableAutoNegotiation: true,
      enableIceUdpMux: true,
      portRangeBegin: network.port,
      portRangeEnd: network.port,
      maxMessageSize: maxMessageBytes,
    })
    this.#native = { peer, channel: undefined }
    this.#late = setTimeout(() => this.#end('never-connected'), connectMs)
    peer.onStateChange((state) => {
      if (state === 'failed' || state === 'closed' || state === 'disconnected') this.#end('lost')
    })
    peer.onDataChannel((channel) => this.#adopt(channel))
  }

  /** The answer to an offer. Rejects with what the library does not take. */
  async accept(offer: OfferDescription): Promise<string> {
    const peer = this.#native?.peer
    const mid = offer.dataMid
    if (peer === undefined || mid === undefined) throw new Error('the offer has no data channel')
    const gathered = gathering(peer)
    peer.setRemoteDescription(dataOffer(offer, mid), 'offer')
    peer.setLocalDescription('answer')
    await gathered()
    const sdp = peer.localDescription()?.sdp ?? ''
    const own = [...sdp.matchAll(/^a=(candidate:.*?)\r?$/gm)].map((found) => found[1] as string)
    const lines = sdp.split(/\r?\n/).filter((line) => line !== '' && !/^a=(candidate:|end-of-candidates)/.test(line))
    return [...lines, ...announced(own, this.#network.addresses).map((each) => `a=${each}`), 'a=end-of-candidates', ''].join('\r\n')
  }

  /** Takes a message that is to arrive, and all of them in order. */
  sendOrdered(message: Uint8Array): void {
    if (this.#sender.queuedBytes > maxQueuedBytes) this.#end('too-much')
    else this.#sender.send(message)
  }

  /** Sends a message that may be lost, unless the channel is behind. */
  sendFleeting(message: Uint8Array): void {
    const channel = this.#native?.channel
    if (channel === undefined || channel.bufferedAmount() > maxFleetingBuffered) return
    const datagram = new Uint8Array(1 + message.length)
    datagram[0] = fleetingKind
    datagram.set(message, 1)
    this.#transmit(datagram)
  }

  sendText(text: string): void {
    const channel = this.#native?.channel
    try {
      if (channel?.isOpen() && channel.bufferedAmount() < maxFleetingBuffered) channel.sendMessage(text)
    } catch {
      // It closed meanwhile.
    }
  }

  close(): void {
    const native = this.#native
    if (native === undefined) return
    this.#native = undefined
    this.#events = undefined
    clearTimeout(this.#late)
    this.#sender.stop()
    native.channel?.close()
    native.peer.close()
  }

  #adopt(channel: DataChannel): void {
    if (this.#native === undefined) {
      channel.close()
      return
    }
    // There is one: who opens others may open them without end.
    if (this.#native.channel !== undefined) {
      channel.close()
      this.#end('malformed')
      return
    }
    this.#native.channel = channel
    channel.setBufferedAmountLowThreshold(16 * 1024)
    channel.onBufferedAmountLow(() => this.#sender.pump())
    channel.onClosed(() => this.#end('lost'))
    channel.onMessage((message) => this.#take(message))
    const opened = (): void => {
      clearTimeout(this.#late)
      this.#events?.onOpen()
    }
    if (channel.isOpen()) opened()
    else channel.onOpen(opened)
  }

  #take(message: string | Buffer | ArrayBuffer): void {
    const second = Math.floor(performance.now() / 1000)
    this.#messages = second === this.#second ? this.#messages + 1 : 1
    this.#second = second
    if (this.#messages > maxMessagesPerSecond) this.#end('too-much')
    else if (typeof message === 'string') {
      if (message.length > maxMessageBytes) this.#end('malformed')
      else this.#events?.onText(message)
    } else if (!this.#sender.acknowledge(new Uint8Array(message))) this.#end('malformed')
  }

  #transmit(datagram: Uint8Array): boolean {
    const channel = this.#native?.channel
    try {
      return channel?.isOpen() === true && channel.sendMessageBinary(datagram)
    } catch {
      return false
    }
  }

  #end(why: LinkEnd): void {
    this.#events?.onEnd(why)
  }
}

/**
 * The offer as the library sees it: the data channel alone, from what was read of it. It has no candidates: the peer's checks say where it
 * is. A guest would name IP addresses of the host's own network otherwise, which the host then sends to.
 */
function dataOffer({ iceUfrag, icePwd, fingerprint, setup }: OfferDescription, mid: string): string {
  return [
    'v=0',
    'o=- 1 1 IN IP4 127.0.0.1',
    's=-',
    't=0 0',
    `a=group:BUNDLE ${mid}`,
    'm=application 9 UDP/DTLS/SCTP webrtc-datachannel',
    'c=IN IP4 0.0.0.0',
    `a=mid:${mid}`,
    `a=ice-ufrag:${iceUfrag}`,
    `a=ice-pwd:${icePwd}`,
    `a=fingerprint:${fingerprint.algorithm} ${fingerprint.value}`,
    `a=setup:${setup}`,
    'a=sctp-port:5000',
    'a=max-message-size:262144',
    '',
  ].join('\r\n')
}
