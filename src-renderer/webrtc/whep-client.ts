import { alignExtensionIds } from './extension-ids.ts'
import { type KeptEvents, KeptPeer, type KeptState } from './kept-peer.ts'
import type { PeerOptions } from './peer.ts'

/** `waiting`: the stream is not live; it is asked for again and again. */
export type WhepState = KeptState | 'playing' | 'waiting'

export interface WhepOptions extends KeptEvents<'playing' | 'waiting'>, Pick<PeerOptions, 'endpoint' | 'transportPolicy'> {
  /** ms until an attempt counts as failed. */
  readonly connectTimeoutMs?: number
  /** A media stream for the video element; a new one with every connection. */
  onMedia(media: MediaStream): void
}

const CONNECT_MS = 5000

/** Plays a stream over WHEP (draft-ietf-wish-whep), e.g. of `/live/NAME/whep`, and again after every failure, until `stop`. */
export class WhepClient extends KeptPeer<'playing' | 'waiting'> {
  constructor(options: WhepOptions) {
    const { endpoint, transportPolicy, connectTimeoutMs = CONNECT_MS } = options
    super({
      endpoint,
      ...(transportPolicy === undefined ? {} : { transportPolicy }),
      connectTimeoutMs,
      rewriteOffer: alignExtensionIds,
      prepare: (connection) => receive(connection, options),
      up: 'playing',
      away: ({ status }) => (status === 404 || status === 409 ? 'waiting' : undefined),
      // A viewer who waits for a stream sees it soon after it started.
      maxFailures: 2,
      events: options,
    })
  }
}

function receive(connection: RTCPeerConnection, { onMedia }: WhepOptions): void {
  const media = new MediaStream()
  connection.addTransceiver('audio', { direction: 'recvonly' })
  connection.addTransceiver('video', { direction: 'recvonly' })
  connection.addEventListener('track', ({ track }) => {
    media.addTrack(track)
    onMedia(media)
  })
}
