/** What the host answers to an offer that came over a socket. */
export interface SocketAnswer {
  readonly sdp: string
  readonly iceServers: readonly RTCIceServer[]
}

interface SocketPeerOptions {
  /** Adds tracks and transceivers. */
  prepare(connection: RTCPeerConnection): void
  /** Last change to the offer before it is used. */
  rewriteOffer?(sdp: string): string
  onConnected?(): void
  /** It does not work any more, or never did; not called after `close`. */
  onOver(): void
}

/** ms that a connection may take to come up, and a broken path to repair by itself. */
const connectMs = 15_000
const repairMs = 4000

/** A WebRTC connection whose offer and answer go over a socket that the page has anyway. */
export class SocketPeer {
  readonly connection = new RTCPeerConnection({ bundlePolicy: 'max-bundle' })
  readonly #options: SocketPeerOptions
  #timer: ReturnType<typeof setTimeout> | undefined
  #offer = ''
  #closed = false

  constructor(options: SocketPeerOptions) {
    this.#options = options
    options.prepare(this.connection)
    this.connection.addEventListener('connectionstatechange', () => this.#look())
    this.#timer = setTimeout(() => this.#end(), connectMs)
  }

  /** The offer, to be sent. */
  async offer(): Promise<string> {
    const { sdp = '' } = await this.connection.createOffer()
    this.#offer = this.#options.rewriteOffer?.(sdp) ?? sdp
    return this.#offer
  }

  async accept({ sdp, iceServers }: SocketAnswer): Promise<void> {
    try {
      // The servers come with the answer, so gathering starts behind it.
      if (iceServers.length > 0) this.connection.setConfiguration({ ...this.connection.getConfiguration(), iceServers: [...iceServers] })
      await this.connection.setLocalDescription({ type: 'offer', sdp: this.#offer })
      await this.connection.setRemoteDescription({ type: 'answer', sdp })
    } catch {
      this.#end()
    }
  }

  close(): void {
    this.#closed = true
    clearTimeout(this.#timer)
    this.connection.close()
  }

  #look(): void {
    const { connectionState } = this.connection
    if (connectionState === 'connecting' || connectionState === 'new') return
    clearTimeout(this.#timer)
    if (connectionState === 'connected') this.#options.onConnected?.()
    else if (connectionState === 'disconnected') this.#timer = setTimeout(() => this.#end(), repairMs)
    else this.#end()
  }

  #end(): void {
    if (this.#closed) return
    this.close()
    this.#options.onOver()
  }
}
