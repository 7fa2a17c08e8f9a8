import { type RtcpHandler, readRtcp } from '../../../../formats/rtp/rtcp.ts'
import { type AnswerSection, viewerCodec, writeAnswer } from '../../answer.ts'
import type { OfferDescription } from '../../offer.ts'
import type { DataMessage, PeerStats } from '../../sfu-engine.ts'
import { Congestion } from './congestion.ts'
import { Connection, type Network } from './connection.ts'
import { Outlet } from './outlet.ts'
import { clockOf, type Room } from './room.ts'
import type { Source } from './source.ts'

export interface ViewerDependencies {
  readonly network: Network
  readonly sessionId: string
  readonly room: Room
  readonly offer: OfferDescription
  readonly onConnected: () => void
  readonly onClosed: () => void
  /** It has packets to catch up with: call `catchUp` each few ms until it says false. */
  readonly onBehind: (viewer: Viewer) => void
}

/** An estimate under this share of what an encoding takes tells that it does not fit. */
const share = 0.7
/** ms without loss until a better encoding is tried, and the longest that failed tries make of it. */
const tryMs = 5000
const maxPatienceMs = 60_000
/** ms after a change in which the line is not judged: what was queued before has to drain. */
const settleMs = 800
const numbersUri = 'http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01'

/** A peer that watches a WebRTC room. */
export class Viewer {
  readonly sessionId: string
  readonly #dependencies: ViewerDependencies
  readonly #connection: Connection
  readonly #rtcp: RtcpHandler
  #video: Outlet | undefined
  #audio: Outlet | undefined
  #connected = false
  /** What the viewer's transport-wide feedback tells; undefined where it sends none. */
  #congestion: Congestion | undefined
  /** Of REMB, where that is what the viewer sends. */
  #estimate = Number.NaN
  #lossy = 0
  #rid: string | undefined
  #asked: string | undefined
  #changedMs = 0
  #patienceMs = tryMs
  #nacks = 0
  #plis = 0
  #lost = 0
  #nowMs = 0

  constructor(dependencies: ViewerDependencies) {
    this.#dependencies = dependencies
    this.sessionId = dependencies.sessionId
    this.#connection = new Connection(dependencies.network, dependencies.sessionId, dependencies.offer, 'SendOnly', {
      onConnected: () => this.#begin(),
      onClosed: dependencies.onClosed,
      onRtp() {},
      onRtcp: (packet) => {
        this.#nowMs = performance.now()
        readRtcp(packet, this.#rtcp)
        if (this.#congestion?.measure(this.#nowMs) && this.#congestion.crowded) this.#choose()
      },
      onData() {},
    })
    this.#rtcp = {
      onNack: (ssrc, sequence) => {
        this.#nacks++
        if (ssrc === this.#video?.ssrc) this.#video.again(sequence)
        else if (ssrc === this.#audio?.ssrc) this.#audio.again(sequence)
      },
      onKeyframeRequest: () => {
        this.#plis++
        dependencies.room.requestKeyframe(this.#video?.source, this.#nowMs)
      },
      onArrival: (sequence, arrivedMs) => this.#congestion?.reported(sequence, arrivedMs),
      onBitrate: (bitrate) => {
        this.#estimate = bitrate
      },
      onReport: (ssrc, fraction, lost) => {
        if (ssrc !== this.#video?.ssrc) return
        this.#lossy = fraction > 25 ? this.#lossy + 1 : 0
        this.#lost = Math.max(0, lost)
      },
    }
  }

  /** The answer, or why the offer cannot be answered. */
  async answer(): Promise<{ sdp: string } | { refused: string }> {
    const { offer, room, sessionId } = this.#dependencies
    const sections: AnswerSection[] = []
    const send = (packet: Buffer) => this.#connection.send(packet)
    const best = room.video[0]
    for (const media of offer.media) {
      if (media.direction === 'sendonly' || media.direction === 'inactive') continue
      const isVideo = media.kind === 'video'
      if (isVideo ? this.#video !== undefined || best === undefined : this.#audio !== undefined) continue
      const codec = viewerCodec(media, isVideo ? (best as Source).codec.name : 'opus', best?.codec.profile)
      if (codec === undefined) continue
      const ssrc = 1 + Math.floor(Math.random() * 0xfffffffe)
      const numbers =
        isVideo && codec.feedback.includes('transport-cc') ? media.extensions.find((each) => each.uri === numbersUri) : undefined
      if (numbers !== undefined && numbers.id <= 14) this.#congestion = new Congestion()
      const numbering =
        this.#congestion === undefined || numbers === undefined ? undefined : { id: numbers.id, congestion: this.#congestion }
      const outlet = new Outlet(ssrc, codec.payloadType, sessionId, send, numbering)
      if (isVideo) this.#video = outlet
      else this.#audio = outlet
      sections.push({
        mid: media.mid,
        codec,
        direction: 'sendonly',
        source: { ssrc, cname: sessionId, stream: sessionId },
        ...(numbering === undefined || numbers === undefined
          ? {}
          : { extensions: [numbers], feedback: ['nack', 'nack pli', 'ccm fir', 'transport-cc'] }),
      })
    }
    if (best !== undefined && this.#video === undefined && offer.media.some((each) => each.kind === 'video'))
      return { refused: `the stream's video is ${best.codec.name}, which the offer does not have` }
    if (sections.length === 0) return { refused: 'the offer has no section that could receive this stream' }
    return { sdp: writeAnswer(offer, sections, await this.#connection.accept(true), offer.dataMid !== undefined) }
  }

  chooseLayer(rid: string | undefined): void {
    this.#rid = rid
    this.#choose()
  }

  sendData(message: DataMessage): void {
    if (this.#connected) this.#connection.sendData(message)
  }

  catchUp(nowMs: number): boolean {
    return this.#video?.catchUp(nowMs) ?? false
  }

  second(nowMs: number, wallMs: number, clockKnown: boolean): void {
    if (!this.#connected) return
    if (this.#audio !== undefined && this.#audio.source === undefined && this.#dependencies.room.audio !== undefined)
      this.#audio.begin(this.#dependencies.room.audio, nowMs)
    for (const outlet of [this.#video, this.#audio]) {
      const source = outlet?.source
      if (outlet === undefined || source === undefined || !source.began) continue
      const { ntpMs, timestamp } = clockOf(source, clockKnown, nowMs, wallMs)
      const report = outlet.senderReport(ntpMs, timestamp)
      if (report !== undefined) this.#connection.send(report)
    }
    this.#choose()
  }

  stats(): PeerStats {
    const remote = this.#connection.remote
    const roundTripMs = this.#connection.roundTripMs
    const layer = this.#video?.source?.rid
    const estimate = this.#congestion?.estimate ?? this.#estimate
    return {
      sessionId: this.sessionId,
      connected: this.#connected,
      ...(remote === undefined ? {} : { transport: remote.transport, remoteAddress: remote.address }),
      bytesIn: 0,
      bytesOut: (this.#video?.bytes ?? 0) + (this.#audio?.bytes ?? 0),
      packetsLost: this.#lost,
      nacks: this.#nacks,
      plis: this.#plis,
      ...(roundTripMs === undefined ? {} : { roundTripMs }),
      ...(Number.isNaN(estimate) ? {} : { availableBitrate: Math.round(estimate) }),
      ...(layer === undefined ? {} : { layer }),
    }
  }

  close(): void {
    this.#connected = false
    this.#video?.end()
    this.#audio?.end()
    this.#dependencies.room.viewers.delete(this)
    this.#connection.close()
  }

  #begin(): void {
    if (this.#connected) return
    this.#connected = true
    const { room } = this.#dependencies
    const nowMs = performance.now()
    if (this.#audio !== undefined && room.audio !== undefined) this.#audio.begin(room.audio, nowMs)
    const source = this.#fitting(nowMs) ?? room.video[0]
    if (this.#video !== undefined && source !== undefined) {
      if (this.#video.begin(source, nowMs)) room.requestKeyframe(source, nowMs)
      else this.#dependencies.onBehind(this)
    }
    this.#dependencies.onConnected()
  }

  /**
   * Of the encodings that come at present, the one for now. What a line carries is hardly known beyond what it is given, so
   * that only leads down; up it goes by trying, after a while without loss, and later each time that a try failed.
   */
  #fitting(nowMs: number, asked = false): Source | undefined {
    const coming = this.#dependencies.room.video.filter((each) => each.began && nowMs - each.timestampMs < 2000)
    const top = Math.max(0, this.#rid === undefined ? 0 : coming.findIndex((each) => each.rid === this.#rid))
    const current = this.#video?.source
    const at = current === undefined ? -1 : coming.indexOf(current)
    if (at < top || asked) return coming[top]
    const crowded = this.#isCrowded(current as Source, nowMs)
    if (crowded && at + 1 < coming.length) {
      this.#patienceMs = Math.min(maxPatienceMs, nowMs - this.#changedMs < tryMs ? this.#patienceMs * 2 : tryMs)
      this.#changedMs = nowMs
      this.#lossy = 0
      const carried = this.#congestion?.estimate ?? this.#estimate
      return coming.find((each, i) => i > at && !(each.bitrate > carried)) ?? coming.at(-1)
    }
    if (at > top && !crowded && nowMs - this.#changedMs > this.#patienceMs) {
      this.#changedMs = nowMs
      return coming[at - 1]
    }
    return current
  }

  #isCrowded(current: Source, nowMs: number): boolean {
    if (this.#congestion !== undefined) return this.#congestion.crowded && nowMs - this.#changedMs > settleMs
    return this.#lossy >= 2 || this.#estimate < current.bitrate * share
  }

  #choose(): void {
    if (this.#dependencies.room.video.length < 2 || this.#video === undefined || this.#video.source === undefined) return
    const nowMs = performance.now()
    // a change that waits for its keyframe is not thought over
    if (this.#video.wanted !== undefined && this.#asked === this.#rid) {
      // it does not wait for one that has stopped either
      if (nowMs - this.#video.wanted.timestampMs > 2000) this.#video.want(undefined)
      this.#dependencies.room.requestKeyframe(this.#video.wanted ?? this.#video.source, nowMs)
      return
    }
    const asked = this.#asked !== this.#rid
    this.#asked = this.#rid
    const fitting = this.#fitting(nowMs, asked)
    if (fitting === undefined) return
    this.#video.want(fitting)
    if (this.#video.wanted === undefined) return
    this.#dependencies.room.requestKeyframe(fitting, nowMs)
    if (this.#congestion?.crowded && this.#congestion.estimate < this.#video.source.bitrate * share) this.#video.pause()
  }
}
