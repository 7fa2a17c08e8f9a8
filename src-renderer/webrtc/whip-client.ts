import { FigureReader, type PeerFigures } from './figures.ts'
import { pauseFor, retryMs } from './pause.ts'
import { OfferRefused, openPeer, type Peer } from './peer.ts'

/** `refused`: the host will not have it, and asking again cannot help. */
export type WhipState = 'connecting' | 'live' | 'reconnecting' | 'refused' | 'stopped'

export interface WhipOptions {
  /** e.g. `/live/NAME/whip`. */
  readonly endpoint: string
  /** The stream key. */
  readonly key: string
  /** One picture track, one sound track, or both. */
  readonly media: MediaStream
  /** bit/s of the picture. */
  readonly videoBitrate: number
  /** Sends the picture in three sizes, so that every viewer gets the one that its network carries. */
  readonly simulcast: boolean
  /** `detail` keeps the size and lets the frame rate fall (screens), `motion` the other way round (cameras). */
  readonly prefer: 'detail' | 'motion'
  readonly transportPolicy?: RTCIceTransportPolicy
  /** `problem` is what the last attempt came to. */
  onState(state: WhipState, problem?: Error): void
  onFigures?(figures: PeerFigures): void
  /** A message over the data channel; only viewers' messages that the host sends back come here. */
  onMessage?(data: string | ArrayBuffer): void
}

const CONNECT_MS = 10_000

/** Publishes a MediaStream over WHIP (RFC 9725), and again after every failure, until `stop`. */
export class WhipClient {
  readonly #options: WhipOptions
  readonly #stop = new AbortController()
  #peer: Peer | undefined
  #channel: RTCDataChannel | undefined
  #state: WhipState = 'connecting'

  constructor(options: WhipOptions) {
    this.#options = options
    void this.#run()
  }

  get state(): WhipState {
    return this.#state
  }

  /** Swaps camera, microphone or screen without a new connection. A kind that was not there at the start needs a new client. */
  async replaceTrack(track: MediaStreamTrack): Promise<void> {
    const sender = this.#peer?.connection.getSenders().find((each) => each.track?.kind === track.kind)
    await sender?.replaceTrack(track)
  }

  /** To every viewer with a data channel; false while it is not open. */
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

  #say(state: WhipState, problem?: Error): void {
    this.#state = state
    this.#options.onState(state, problem)
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop
    const { endpoint, key, transportPolicy } = this.#options
    this.#options.onState('connecting')
    for (let attempt = 0; !signal.aborted; attempt++) {
      try {
        const peer = await openPeer({
          endpoint,
          key,
          connectTimeoutMs: CONNECT_MS,
          signal,
          prepare: (connection) => this.#prepare(connection),
          ...(transportPolicy === undefined ? {} : { transportPolicy }),
        })
        this.#peer = peer
        attempt = 0
        this.#say('live')
        const timer = this.#watch(peer.connection)
        await Promise.race([peer.over, new Promise((resolve) => signal.addEventListener('abort', resolve))])
        clearInterval(timer)
        peer.close()
        if (signal.aborted) return
        this.#say('reconnecting')
      } catch (error) {
        if (signal.aborted) return
        if (error instanceof OfferRefused && error.final) {
          this.#say('refused', error)
          return
        }
        this.#say(attempt === 0 && this.#peer === undefined ? 'connecting' : 'reconnecting', error as Error)
      }
      await pauseFor(retryMs(attempt), signal)
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
    const { media, videoBitrate, simulcast, prefer } = this.#options
    const [sound] = media.getAudioTracks()
    const [picture] = media.getVideoTracks()
    if (sound !== undefined) connection.addTransceiver(sound, { direction: 'sendonly', streams: [media] })
    if (picture !== undefined) {
      picture.contentHint = prefer
      const sendEncodings: RTCRtpEncodingParameters[] = simulcast
        ? [
            { rid: 'q', scaleResolutionDownBy: 4, maxBitrate: Math.round(videoBitrate / 10) },
            { rid: 'h', scaleResolutionDownBy: 2, maxBitrate: Math.round(videoBitrate / 3) },
            { rid: 'f', maxBitrate: videoBitrate },
          ]
        : [{ maxBitrate: videoBitrate }]
      const transceiver = connection.addTransceiver(picture, { direction: 'sendonly', streams: [media], sendEncodings })
      preferH264(transceiver)
    }
    const channel = connection.createDataChannel('data')
    channel.binaryType = 'arraybuffer'
    channel.addEventListener('message', (event) => this.#options.onMessage?.(event.data as string | ArrayBuffer))
    this.#channel = channel
  }
}

/** H.264 is what every way out of the host (HLS, RTMP, recordings) carries without a second encoding. */
function preferH264(transceiver: RTCRtpTransceiver): void {
  const codecs = RTCRtpSender.getCapabilities('video')?.codecs ?? []
  const h264 = codecs.filter((codec) => /h264$/i.test(codec.mimeType) && /packetization-mode=1/.test(codec.sdpFmtpLine ?? ''))
  if (h264.length === 0) return
  const baseline = h264.filter((codec) => /profile-level-id=42e0/i.test(codec.sdpFmtpLine ?? ''))
  const others = h264.filter((codec) => !baseline.includes(codec))
  transceiver.setCodecPreferences([...baseline, ...others, ...codecs.filter((codec) => /rtx$/i.test(codec.mimeType))])
}
