import { DisplayReceiver } from './display-receiver.ts'

/** Until an offer is sent, candidates of this browser are gathered, ms at most. */
const gatherMs = 500
/** Until the channel must be open, ms. */
const openMs = 8000
/** Between two questions whether the other side is there, ms, and how many without an answer mean that it is not. */
const probeEveryMs = 250
const maxUnanswered = 6
/** A datagram in order is acknowledged within, ms. */
const ackMs = 8
const fleetingKind = 3

export interface RtcLinkOptions {
  readonly iceServers: readonly RTCIceServer[]
  readonly sendOffer: (sdp: string) => void
  readonly onOpen: () => void
  readonly onMessage: (message: ArrayBuffer) => void
  /** The host has taken so many messages. */
  readonly onTaken: (count: number) => void
  readonly onRoundTrip: (ms: number) => void
  /** It did not open, or nothing comes over it any more. Called once. */
  readonly onEnd: () => void
}

/** A data channel to the host, beside the WebSocket that it was agreed over. */
export class RtcLink {
  readonly #options: RtcLinkOptions
  readonly #peer: RTCPeerConnection
  readonly #channel: RTCDataChannel
  readonly #receiver: DisplayReceiver
  readonly #timers: { probes?: ReturnType<typeof setInterval>; ack?: ReturnType<typeof setTimeout>; open: ReturnType<typeof setTimeout> }
  #unanswered = 0
  #ended = false

  constructor(options: RtcLinkOptions) {
    this.#options = options
    this.#receiver = new DisplayReceiver(options.onMessage)
    this.#peer = new RTCPeerConnection({ iceServers: [...options.iceServers] })
    this.#channel = this.#peer.createDataChannel('display', { ordered: false, maxRetransmits: 0 })
    this.#channel.binaryType = 'arraybuffer'
    this.#timers = { open: setTimeout(() => this.#end(), openMs) }
    this.#channel.onopen = () => {
      clearTimeout(this.#timers.open)
      this.#timers.probes = setInterval(() => this.#probe(), probeEveryMs)
      options.onOpen()
    }
    this.#channel.onclose = () => this.#end()
    this.#channel.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => this.#take(data)
    this.#peer.onconnectionstatechange = () => {
      if (this.#peer.connectionState === 'failed') this.#end()
    }
    this.#offer().catch(() => this.#end())
  }

  answer(sdp: string): void {
    this.#peer.setRemoteDescription({ type: 'answer', sdp }).catch(() => this.#end())
  }

  send(text: string): void {
    if (this.#channel.readyState === 'open') this.#channel.send(text)
  }

  /** Asks how long the way is. */
  ask(): void {
    this.send(JSON.stringify({ probe: performance.now() }))
  }

  close(): void {
    this.#ended = true
    clearTimeout(this.#timers.open)
    clearTimeout(this.#timers.ack)
    clearInterval(this.#timers.probes)
    this.#channel.onclose = null
    this.#peer.close()
  }

  async #offer(): Promise<void> {
    const gathered = new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, gatherMs)
      this.#peer.onicegatheringstatechange = () => {
        if (this.#peer.iceGatheringState !== 'complete') return
        clearTimeout(timer)
        resolve()
      }
    })
    await this.#peer.setLocalDescription()
    await gathered
    if (!this.#ended) this.#options.sendOffer(this.#peer.localDescription?.sdp ?? '')
  }

  /** A page that nobody looks at is not woken up often enough to know. */
  #probe(): void {
    if (document.visibilityState !== 'visible') this.#unanswered = 0
    if (++this.#unanswered > maxUnanswered) this.#end()
    else this.ask()
  }

  #take(data: string | ArrayBuffer): void {
    if (typeof data === 'string') {
      const { probe, taken } = JSON.parse(data) as { readonly probe?: number; readonly taken?: number }
      if (probe !== undefined) {
        this.#unanswered = 0
        this.#options.onRoundTrip(performance.now() - probe)
      }
      if (taken !== undefined) this.#options.onTaken(taken)
      return
    }
    if (new Uint8Array(data)[0] === fleetingKind) this.#options.onMessage(data.slice(1))
    else if (this.#receiver.take(data)) this.#acknowledge()
    else this.#timers.ack ??= setTimeout(() => this.#acknowledge(), ackMs)
  }

  #acknowledge(): void {
    clearTimeout(this.#timers.ack)
    delete this.#timers.ack
    if (this.#channel.readyState === 'open') this.#channel.send(this.#receiver.acknowledgement())
  }

  #end(): void {
    if (this.#ended) return
    this.close()
    this.#options.onEnd()
  }
}
