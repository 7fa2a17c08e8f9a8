import { alignExtensionIds } from './extension-ids.ts'
import { FigureReader, type PeerFigures } from './figures.ts'
import { pauseFor, retryMs } from './pause.ts'
import { OfferRefused, openPeer, type Peer } from './peer.ts'

/** `waiting`: the stream is not live; it is asked for again and again. */
export type WhepState = 'connecting' | 'playing' | 'reconnecting' | 'waiting' | 'refused' | 'stopped'

export interface WhepOptions {
  /** e.g. `/live/NAME/whep`. */
  readonly endpoint: string
  readonly transportPolicy?: RTCIceTransportPolicy
  /** ms until an attempt counts as failed. */
  readonly connectTimeoutMs?: number
  /** A media stream for the video element; a new one with every connection. */
  onMedia(media: MediaStream): void
  onState(state: WhepState, problem?: Error): void
  onFigures?(figures: PeerFigures): void
  onMessage?(data: string | ArrayBuffer): void
}

const CONNECT_MS = 5000

/** Plays a stream over WHEP (draft-ietf-wish-whep), and again after every failure, until `stop`. */
export class WhepClient {
  readonly #options: WhepOptions
  readonly #stop = new AbortController()
  #peer: Peer | undefined
  #channel: RTCDataChannel | undefined
  #state: WhepState = 'connecting'

  constructor(options: WhepOptions) {
    this.#options = options
    void this.#run()
  }

  get state(): WhepState {
    return this.#state
  }

  /** The connection that plays, for figures of one's own. */
  get connection(): RTCPeerConnection | undefined {
    return this.#peer?.connection
  }

  send(data: string): boolean {
    if (this.#channel?.readyState !== 'open') return false
    this.#channel.send(data)
    return true
  }

  stop(): void {
    if (this.#stop.signal.aborted) return
    this.#stop.abort()
    this.#peer?.close()
    this.#say('stopped')
  }

  #say(state: WhepState, problem?: Error): void {
    this.#state = state
    this.#options.onState(state, problem)
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop
    const { endpoint, transportPolicy, connectTimeoutMs = CONNECT_MS } = this.#options
    this.#options.onState('connecting')
    for (let attempt = 0; !signal.aborted; attempt++) {
      try {
        const peer = await openPeer({
          endpoint,
          connectTimeoutMs,
          signal,
          prepare: (connection) => this.#prepare(connection),
          rewriteOffer: alignExtensionIds,
          ...(transportPolicy === undefined ? {} : { transportPolicy }),
        })
        this.#peer = peer
        attempt = 0
        this.#say('playing')
        const timer = this.#watch(peer.connection)
        await Promise.race([peer.over, new Promise((resolve) => signal.addEventListener('abort', resolve))])
        clearInterval(timer)
        peer.close()
        if (signal.aborted) return
        this.#say('reconnecting')
      } catch (error) {
        if (signal.aborted) return
        const refusal = error instanceof OfferRefused ? error : undefined
        if (refusal?.final) {
          this.#say('refused', refusal)
          return
        }
        const isAway = refusal !== undefined && (refusal.status === 404 || refusal.status === 409)
        this.#say(isAway ? 'waiting' : this.#peer === undefined ? 'connecting' : 'reconnecting', error as Error)
      }
      await pauseFor(retryMs(Math.min(attempt, 2)), signal)
    }
  }

  #watch(connection: RTCPeerConnection): ReturnType<typeof setInterval> | undefined {
    const { onFigures } = this.#options
    if (onFigures === undefined) return undefined
    const reader = new FigureReader()
    return setInterval(() => {
      reader.read(connection).then(onFigures, () => {})
    }, 1000)
  }

  #prepare(connection: RTCPeerConnection): void {
    const media = new MediaStream()
    connection.addTransceiver('audio', { direction: 'recvonly' })
    connection.addTransceiver('video', { direction: 'recvonly' })
    connection.addEventListener('track', ({ track }) => {
      media.addTrack(track)
      this.#options.onMedia(media)
    })
    const channel = connection.createDataChannel('data')
    channel.binaryType = 'arraybuffer'
    channel.addEventListener('message', (event) => this.#options.onMessage?.(event.data as string | ArrayBuffer))
    this.#channel = channel
  }
}
