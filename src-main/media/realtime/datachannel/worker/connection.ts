import type { DataChannel, PeerConnection, Track } from 'node-datachannel'
import { isRtcp } from '../../../../formats/rtp/rtp.ts'
import type { AnswerTransport } from '../../answer.ts'
import type { OfferDescription } from '../../offer.ts'
import type { DataMessage } from '../../sfu-engine.ts'
import { announced, gathering } from './candidates.ts'

type Library = typeof import('node-datachannel')

/** The library and how it meets the network. */
export interface Network {
  readonly library: Library
  /** Undefined for all IP addresses. */
  readonly bind: string | undefined
  readonly port: number
  readonly addresses: readonly string[]
}

export interface ConnectionEvents {
  onConnected(): void
  onClosed(): void
  onRtp(packet: Buffer): void
  onRtcp(packet: Buffer): void
  /** A message of one of the peer's data channels. */
  onData(message: DataMessage): void
}

/** Largest message of a data channel that is passed on, bytes. */
const largestMessage = 256 * 1024
/** Bytes that may wait for one peer's data channel. */
const maxWaiting = 1024 * 1024
/** Data channels that a peer may open, closed ones too: libraries of players open one. */
const maxChannels = 8

/**
 * One peer's transport. The library gets a single media section whatever the offer has: it then hands over every RTP and RTCP packet of the
 * bundle, known SSRC or not, and takes packets of any. The real answer is written by us.
 */
export class Connection {
  /**
   * The library's objects until `close`. They keep their callbacks as long as they live, and are freed only when nothing of ours refers to
   * them any more: a callback that reached them, or a listener, would keep the peer's whole WebRTC room for ever.
   */
  #native: { readonly peer: PeerConnection; readonly track: Track } | undefined
  #events: ConnectionEvents | undefined
  readonly #network: Network
  readonly #offer: OfferDescription
  readonly #channels = new Map<string, DataChannel>()
  #taken = 0
  #open = false

  constructor(network: Network, name: string, offer: OfferDescription, direction: 'RecvOnly' | 'SendOnly', events: ConnectionEvents) {
    this.#network = network
    this.#offer = offer
    this.#events = events
    const { library } = network
    const peer = new library.PeerConnection(name, {
      iceServers: [],
      ...(network.bind === undefined ? {} : { bindAddress: network.bind }),
      disableAutoNegotiation: true,
      enableIceUdpMux: true,
      portRangeBegin: network.port,
      portRangeEnd: network.port,
      maxMessageSize: largestMessage,
    })
    const media = new library.Video(offer.media[0]?.mid ?? '0', direction)
    media.addH264Codec(96)
    const track = peer.addTrack(media)
    this.#native = { peer, track }
    this.#listen(peer, track)
  }

  /** Callbacks here reach the library's objects, and listeners, through fields that `close` empties. */
  #listen(peer: PeerConnection, track: Track): void {
    track.onMessage((packet) => {
      if (isRtcp(packet)) this.#events?.onRtcp(packet)
      else this.#events?.onRtp(packet)
    })
    track.onOpen(() => {
      this.#open = this.#native !== undefined
    })
    peer.onStateChange((state) => {
      if (state === 'connected') this.#events?.onConnected()
      else if (state === 'failed' || state === 'closed' || state === 'disconnected') this.#events?.onClosed()
    })
    peer.onDataChannel((channel) => {
      const label = channel.getLabel().slice(0, 128)
      if (this.#native === undefined || this.#taken >= maxChannels) {
        channel.close()
        // Closing one after the other would go on for as long as the peer opens them.
        this.#events?.onClosed()
        return
      }
      this.#taken++
      this.#channels.set(label, channel)
      channel.onMessage((data) => this.#events?.onData({ label, data: typeof data === 'string' ? data : new Uint8Array(data as Buffer) }))
      channel.onClosed(() => {
        if (this.#channels.get(label) === channel) this.#channels.delete(label)
      })
    })
  }

  /** Takes the offer; resolves to our transport when all candidates are known. Throws what the library does not like. */
  async accept(withData: boolean): Promise<AnswerTransport> {
    const peer = this.#native?.peer
    if (peer === undefined) throw new Error('the connection is closed')
    const gathered = gathering(peer)
    peer.setRemoteDescription(transportOffer(this.#offer, withData), 'offer')
    peer.setLocalDescription('answer')
    await gathered()
    const sdp = peer.localDescription()?.sdp ?? ''
    const line = (name: string): string => new RegExp(`^a=${name}:(.*?)\\r?$`, 'm').exec(sdp)?.[1] ?? ''
    const [algorithm = '', value = ''] = line('fingerprint').split(' ')
    const candidates = [...sdp.matchAll(/^a=(candidate:.*?)\r?$/gm)].map((found) => found[1] as string)
    return {
      iceUfrag: line('ice-ufrag'),
      icePwd: line('ice-pwd'),
      iceLite: false,
      fingerprint: { algorithm, value },
      setup: line('setup') === 'passive' ? 'passive' : 'active',
      candidates: announced(candidates, this.#network.addresses),
    }
  }

  /** Hot: sends RTP or RTCP as it is. False when it cannot be sent. */
  send(packet: Buffer): boolean {
    if (!this.#open || this.#native === undefined) return false
    try {
      return this.#native.track.sendMessageBinary(packet)
    } catch {
      this.#open = false
      return false
    }
  }

  /** On the channel of that label, made where the peer has none; dropped where too much waits. */
  sendData(message: DataMessage): void {
    if (this.#native === undefined || this.#offer.dataMid === undefined) return
    try {
      let channel = this.#channels.get(message.label)
      if (channel === undefined) {
        if (this.#channels.size >= maxChannels) return
        channel = this.#native.peer.createDataChannel(message.label)
        this.#channels.set(message.label, channel)
        const opened = channel
        channel.onOpen(() => deliver(opened, message))
        return
      }
      if (channel.isOpen() && channel.bufferedAmount() < maxWaiting) deliver(channel, message)
    } catch {
      // the channel closed meanwhile
    }
  }

  get remote(): { address: string; transport: 'udp' | 'tcp' } | undefined {
    const pair = this.#native?.peer.getSelectedCandidatePair()
    if (pair === undefined || pair === null) return undefined
    return { address: `${pair.remote.address}:${pair.remote.port}`, transport: pair.remote.transportType === 'TcpActive' ? 'tcp' : 'udp' }
  }

  get roundTripMs(): number | undefined {
    const ms = this.#native?.peer.rtt() ?? 0
    return ms > 0 ? ms : undefined
  }

  close(): void {
    const native = this.#native
    if (native === undefined) return
    this.#native = undefined
    this.#events = undefined
    this.#open = false
    for (const channel of this.#channels.values()) channel.close()
    this.#channels.clear()
    native.track.close()
    native.peer.close()
  }
}

function deliver(channel: DataChannel, { data }: DataMessage): void {
  if (typeof data === 'string') channel.sendMessage(data)
  else channel.sendMessageBinary(data)
}

/** The offer as the library sees it: one section of media, and the data channels. It has no candidates: see `SfuEngine`. */
function transportOffer(offer: OfferDescription, withData: boolean): string {
  const mid = offer.media[0]?.mid ?? '0'
  const data = withData ? offer.dataMid : undefined
  const transport = [
    `a=ice-ufrag:${offer.iceUfrag}`,
    `a=ice-pwd:${offer.icePwd}`,
    `a=fingerprint:${offer.fingerprint.algorithm} ${offer.fingerprint.value}`,
    `a=setup:${offer.setup}`,
  ]
  return [
    'v=0',
    'o=- 1 1 IN IP4 127.0.0.1',
    's=-',
    't=0 0',
    `a=group:BUNDLE ${data === undefined ? mid : `${mid} ${data}`}`,
    'm=video 9 UDP/TLS/RTP/SAVPF 96',
    'c=IN IP4 0.0.0.0',
    `a=mid:${mid}`,
    ...transport,
    'a=sendrecv',
    'a=rtcp-mux',
    'a=rtpmap:96 H264/90000',
    ...(data === undefined
      ? []
      : [
          'm=application 9 UDP/DTLS/SCTP webrtc-datachannel',
          'c=IN IP4 0.0.0.0',
          `a=mid:${data}`,
          ...transport,
          'a=sctp-port:5000',
          'a=max-message-size:262144',
        ]),
    '',
  ].join('\r\n')
}
