import { type KeptEvents, KeptPeer, type KeptState } from './kept-peer.ts'
import type { PeerOptions } from './peer.ts'

export type WhipState = KeptState | 'live'

export interface WhipOptions extends KeptEvents<'live'>, Pick<PeerOptions, 'endpoint' | 'transportPolicy'> {
  /** The stream key. */
  readonly key: string
  /** One video track, one audio track, or both. */
  readonly media: MediaStream
  /** bit/s of the video. */
  readonly videoBitrate: number
  /** Sends the video in three sizes, so that every viewer gets the one that its network carries. */
  readonly simulcast: boolean
  /** `detail` keeps the size and lets the frame rate fall (screens), `motion` the other way round (cameras). */
  readonly prefer: 'detail' | 'motion'
}

const CONNECT_MS = 10_000

/**
 * Publishes a MediaStream over WHIP (RFC 9725), e.g. to `/live/NAME/whip`, and again after every failure, until `stop`. What is sent over
 * the data channel goes to every viewer who has one; only viewers' messages that the host sends back come here.
 */
export class WhipClient extends KeptPeer<'live'> {
  readonly #prefer: WhipOptions['prefer']

  constructor(options: WhipOptions) {
    const { endpoint, key, transportPolicy } = options
    super({
      endpoint,
      key,
      ...(transportPolicy === undefined ? {} : { transportPolicy }),
      connectTimeoutMs: CONNECT_MS,
      prepare: (connection) => send(connection, options),
      up: 'live',
      events: options,
    })
    this.#prefer = options.prefer
  }

  /** Sends another video track from now on; connections that follow take what the media have. */
  replaceVideo(track: MediaStreamTrack): void {
    track.contentHint = this.#prefer
    const sender = this.connection?.getTransceivers().find((each) => each.sender.track?.kind === 'video')?.sender
    // Without a connection there is nothing to replace.
    void sender?.replaceTrack(track).catch(() => undefined)
  }
}

function send(connection: RTCPeerConnection, { media, videoBitrate, simulcast, prefer }: WhipOptions): void {
  const [audio] = media.getAudioTracks()
  const [video] = media.getVideoTracks()
  if (audio !== undefined) connection.addTransceiver(audio, { direction: 'sendonly', streams: [media] })
  if (video === undefined) return
  video.contentHint = prefer
  const sendEncodings: RTCRtpEncodingParameters[] = simulcast
    ? [
        { rid: 'q', scaleResolutionDownBy: 4, maxBitrate: Math.round(videoBitrate / 10) },
        { rid: 'h', scaleResolutionDownBy: 2, maxBitrate: Math.round(videoBitrate / 3) },
        { rid: 'f', maxBitrate: videoBitrate },
      ]
    : [{ maxBitrate: videoBitrate }]
  preferH264(connection.addTransceiver(video, { direction: 'sendonly', streams: [media], sendEncodings }))
}

/** H.264 is what every output of the host (HLS, RTMP, recordings) carries without a second encoding. */
function preferH264(transceiver: RTCRtpTransceiver): void {
  const codecs = RTCRtpSender.getCapabilities('video')?.codecs ?? []
  const h264 = codecs.filter((codec) => /h264$/i.test(codec.mimeType) && /packetization-mode=1/.test(codec.sdpFmtpLine ?? ''))
  if (h264.length === 0) return
  const baseline = h264.filter((codec) => /profile-level-id=42e0/i.test(codec.sdpFmtpLine ?? ''))
  const others = h264.filter((codec) => !baseline.includes(codec))
  transceiver.setCodecPreferences([...baseline, ...others, ...codecs.filter((codec) => /rtx$/i.test(codec.mimeType))])
}
