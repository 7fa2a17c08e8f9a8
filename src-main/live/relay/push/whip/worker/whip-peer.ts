import type { PeerConnection, Track as RtpTrack } from 'node-datachannel'
import { type RtcpHandler, readRtcp } from '../../../../../formats/rtp/rtcp.ts'
import { isRtcp } from '../../../../../formats/rtp/rtp.ts'
import { Feed } from '../../../../../media/realtime/datachannel/worker/feed.ts'
import { Outlet } from '../../../../../media/realtime/datachannel/worker/outlet.ts'
import { clockOf, type RoomViewer } from '../../../../../media/realtime/datachannel/worker/room.ts'
import type { Source } from '../../../../../media/realtime/datachannel/worker/source.ts'
import type { IceServer } from '../../../../../media/realtime/sfu-engine.ts'
import type { WhipEnd } from '../messages.ts'

type Library = typeof import('node-datachannel')

export interface WhipPeerEvents {
  onOffer(sdp: string): void
  onConnected(): void
  /** Once; the peer is to be closed then. */
  onEnded(why: WhipEnd, message: string): void
  onLoss(lost: number, retransmitted: number): void
}

const payloadTypes = { video: 96, audio: 111 } as const
/** What encoders that publish offer: servers take the profile that comes for it. */
const h264 = 'level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f'
const opus = 'minptime=10;useinbandfec=1;stereo=1;sprop-stereo=1'
const gatherMs = 5000
const connectMs = 12_000
/** A far end that reported what arrives, and stops reporting, is gone: ICE itself notices after half a minute. */
const silentMs = 10_000

/** One connection to a WHIP server: offers one video and one audio track, sends a feed, retransmits lost packets. */
export class WhipPeer implements RoomViewer {
  readonly sessionId: string
  readonly #events: WhipPeerEvents
  /** Until `close`: the library keeps its callbacks until its objects are collected, so they must not reach them for ever. */
  #native: { readonly peer: PeerConnection; readonly video: RtpTrack; readonly audio: RtpTrack } | undefined
  readonly #video: Outlet
  readonly #audio: Outlet
  readonly #rtcp: RtcpHandler
  #timer: NodeJS.Timeout | undefined
  #offered = false
  #connected = false
  #ended = false
  #lost = 0
  #retransmitted = 0
  #reportedLoss = ''
  #reportMs = Number.NaN
  /** What it sends; undefined until `play`. */
  feed: Feed | undefined

  constructor(library: Library, session: number, iceServers: readonly IceServer[], events: WhipPeerEvents) {
    this.sessionId = `whip-${session}`
    this.#events = events
    const peer = new library.PeerConnection(this.sessionId, { iceServers: iceServers.flatMap(usable), disableAutoNegotiation: true })
    const video = new library.Video('0', 'SendOnly')
    video.addH264Codec(payloadTypes.video, h264)
    const audio = new library.Audio('1', 'SendOnly')
    audio.addOpusCodec(payloadTypes.audio, opus)
    const ssrc = 1 + Math.floor(Math.random() * 0x7ffffffe) * 2
    video.addSSRC(ssrc, this.sessionId, 'stream', 'video')
    audio.addSSRC(ssrc + 1, this.sessionId, 'stream', 'audio')
    this.#native = { peer, video: peer.addTrack(video), audio: peer.addTrack(audio) }
    this.#video = new Outlet(ssrc, payloadTypes.video, this.sessionId, (packet) => this.#send('video', packet))
    this.#audio = new Outlet(ssrc + 1, payloadTypes.audio, this.sessionId, (packet) => this.#send('audio', packet))
    this.#rtcp = {
      onNack: (asked, sequence) => {
        const outlet = asked === this.#video.ssrc ? this.#video : asked === this.#audio.ssrc ? this.#audio : undefined
        if (outlet === undefined) return
        this.#retransmitted++
        outlet.again(sequence)
      },
      // What is passed on has the keyframes that its publisher sends.
      onKeyframeRequest() {},
      onBitrate() {},
      onReport: (asked, _fraction, lost) => {
        this.#reportMs = performance.now()
        if (asked === this.#video.ssrc) this.#lost = Math.max(0, lost)
      },
    }
    for (const track of [this.#native.video, this.#native.audio]) {
      track.onMessage((packet) => {
        if (isRtcp(packet)) readRtcp(packet, this.#rtcp)
      })
    }
    peer.onStateChange((state) => {
      if (state === 'connected') this.#onConnected()
      else if (state === 'failed' || state === 'closed' || state === 'disconnected') this.#onLost(state)
    })
    peer.onGatheringStateChange((state) => {
      if (state === 'complete') this.#offer()
    })
    // An ICE server that does not answer delays the offer no longer than this.
    this.#timer = setTimeout(() => this.#offer(), gatherMs)
    peer.setLocalDescription('offer')
  }

  accept(answer: string): void {
    if (this.#ended) return
    try {
      this.#native?.peer.setRemoteDescription(answer, 'answer')
    } catch (error) {
      this.#end('answer', (error as Error).message.slice(0, 200))
      return
    }
    if (!this.#connected) this.#timer = setTimeout(() => this.#end('path', `within ${connectMs / 1000} s`), connectMs)
  }

  /** Starts to send: from the next keyframe, so that nothing comes late. */
  play(originTimeMs: number): void {
    const feed = new Feed(this.sessionId, originTimeMs)
    const nowMs = performance.now()
    this.feed = feed
    feed.room.viewers.add(this)
    this.#video.begin(feed.room.video[0] as Source, nowMs)
    this.#audio.begin(feed.room.audio as Source, nowMs)
  }

  sendData(): void {}

  second(nowMs: number, wallMs: number, clockKnown: boolean): void {
    this.#report(this.#video, 'video', nowMs, wallMs, clockKnown)
    this.#report(this.#audio, 'audio', nowMs, wallMs, clockKnown)
    const loss = `${this.#lost} ${this.#retransmitted}`
    if (loss !== this.#reportedLoss) this.#events.onLoss(this.#lost, this.#retransmitted)
    this.#reportedLoss = loss
    if (nowMs - this.#reportMs > silentMs) this.#end('silent', `for ${silentMs / 1000} s`)
  }

  close(): void {
    this.#ended = true
    clearTimeout(this.#timer)
    this.#video.end()
    this.#audio.end()
    this.feed = undefined
    const native = this.#native
    this.#native = undefined
    native?.video.close()
    native?.audio.close()
    native?.peer.close()
  }

  #report(outlet: Outlet, kind: 'video' | 'audio', nowMs: number, wallMs: number, clockKnown: boolean): void {
    const { source } = outlet
    if (source === undefined || !source.began) return
    const { ntpMs, timestamp } = clockOf(source, clockKnown, nowMs, wallMs)
    const report = outlet.senderReport(ntpMs, timestamp)
    if (report !== undefined) this.#send(kind, report)
  }

  #send(kind: 'video' | 'audio', packet: Buffer): boolean {
    if (this.#ended || !this.#connected || this.#native === undefined) return false
    try {
      return this.#native[kind].sendMessageBinary(packet)
    } catch {
      return false
    }
  }

  #offer(): void {
    if (this.#offered || this.#ended) return
    const sdp = this.#native?.peer.localDescription()?.sdp
    if (sdp === undefined) return
    this.#offered = true
    clearTimeout(this.#timer)
    this.#events.onOffer(sdp)
  }

  #onConnected(): void {
    if (this.#connected || this.#ended) return
    this.#connected = true
    clearTimeout(this.#timer)
    this.#events.onConnected()
  }

  #onLost(state: string): void {
    this.#end(this.#connected ? 'lost' : 'path', state)
  }

  #end(why: WhipEnd, message: string): void {
    if (this.#ended) return
    this.#ended = true
    this.#events.onEnded(why, message)
  }
}

/** A server in the library's format; it supports STUN, and TURN over UDP. */
function usable({
  urls,
  username,
  credential,
}: IceServer): { hostname: string; port: number; username?: string; password?: string; relayType?: 'TurnUdp' }[] {
  const match = /^(stun|turn):(\[[^\]]+\]|[^:?]+)(?::(\d{1,5}))?(?:\?transport=(\w+))?$/.exec(urls)
  if (match === null || (match[4] ?? 'udp') !== 'udp') return []
  const at = { hostname: (match[2] as string).replace(/^\[|\]$/g, ''), port: Number(match[3] ?? 3478) }
  if (match[1] === 'stun') return [at]
  return username === undefined || credential === undefined ? [] : [{ ...at, username, password: credential, relayType: 'TurnUdp' }]
}
