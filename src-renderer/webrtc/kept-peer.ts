import { FigureReader, type PeerFigures } from './figures.ts'
import { pauseFor, retryMs } from './pause.ts'
import { OfferRejected, openPeer, type Peer, type PeerOptions } from './peer.ts'

/** `refused`: the host will not have it, and asking again cannot help. */
export type KeptState = 'connecting' | 'reconnecting' | 'refused' | 'stopped'

/** What those who keep a connection are notified of. */
export interface KeptEvents<State extends string> {
  /** `problem` is what the last attempt came to. */
  onState(state: State | KeptState, problem?: Error): void
  onFigures?(figures: PeerFigures): void
  /** A message over the data channel. */
  onMessage?(data: string | ArrayBuffer): void
}

export interface KeptOptions<State extends string> extends Omit<PeerOptions, 'signal'> {
  /** The state's name while media flow. */
  readonly up: State
  /** The state's name where the host rejected for now, if it has one of its own. */
  readonly away?: (rejection: OfferRejected) => State | undefined
  /** Pauses between attempts grow with this many failures at most. */
  readonly maxFailures?: number
  readonly events: KeptEvents<State>
}

/** Keeps a connection to a WHIP or WHEP endpoint, with a data channel: opens it again after every failure, until `stop`. */
export class KeptPeer<State extends string> {
  readonly #options: KeptOptions<State>
  readonly #stop = new AbortController()
  readonly #stopped = Promise.withResolvers<void>()
  #peer: Peer | undefined
  #channel: RTCDataChannel | undefined
  #state: State | KeptState = 'connecting'

  constructor(options: KeptOptions<State>) {
    this.#options = options
    void this.#run()
  }

  get state(): State | KeptState {
    return this.#state
  }

  /** The newest connection that came to be. */
  get connection(): RTCPeerConnection | undefined {
    return this.#peer?.connection
  }

  /** False while the data channel is not open. */
  send(data: string): boolean {
    if (this.#channel?.readyState !== 'open') return false
    this.#channel.send(data)
    return true
  }

  stop(): void {
    if (this.#stop.signal.aborted) return
    this.#stop.abort()
    this.#stopped.resolve()
    this.#peer?.close()
    this.#say('stopped')
  }

  #say(state: State | KeptState, problem?: Error): void {
    this.#state = state
    this.#options.events.onState(state, problem)
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop
    const { up, away, maxFailures = Number.POSITIVE_INFINITY, events, prepare, ...peerOptions } = this.#options
    events.onState('connecting')
    for (let failures = 0; !signal.aborted; failures++) {
      try {
        const peer = await openPeer({
          ...peerOptions,
          signal,
          prepare: (connection) => {
            prepare(connection)
            this.#openChannel(connection)
          },
        })
        this.#peer = peer
        failures = 0
        this.#say(up)
        const timer = this.#watch(peer.connection)
        await Promise.race([peer.over, this.#stopped.promise])
        clearInterval(timer)
        peer.close()
        if (signal.aborted) return
        this.#say('reconnecting')
      } catch (error) {
        if (signal.aborted) return
        const rejection = error instanceof OfferRejected ? error : undefined
        if (rejection?.final) {
          this.#say('refused', rejection)
          return
        }
        const ownWord = rejection && away?.(rejection)
        this.#say(ownWord ?? (this.#peer === undefined ? 'connecting' : 'reconnecting'), error as Error)
      }
      await pauseFor(retryMs(Math.min(failures, maxFailures)), signal)
    }
  }

  #watch(connection: RTCPeerConnection): ReturnType<typeof setInterval> | undefined {
    const { onFigures } = this.#options.events
    if (onFigures === undefined) return undefined
    const reader = new FigureReader()
    return setInterval(() => {
      reader.read(connection).then(onFigures, () => {})
    }, 1000)
  }

  #openChannel(connection: RTCPeerConnection): void {
    const channel = connection.createDataChannel('data')
    channel.binaryType = 'arraybuffer'
    channel.addEventListener('message', (event) => this.#options.events.onMessage?.(event.data as string | ArrayBuffer))
    this.#channel = channel
  }
}
