import {
  type RtcpHandler,
  readRtcp,
  writeBitrate,
  writeKeyframeRequest,
  writeNack,
  writeReceiverReport,
} from '../../../../formats/rtp/rtcp.ts'
import { RtpHead } from '../../../../formats/rtp/rtp.ts'
import type { RtpVideoCodec } from '../../../../formats/rtp/rtp-frames.ts'
import type { Track } from '../../../../formats/track.ts'
import type { IngestPacket } from '../../../ingest-packet.ts'
import { type AnswerSection, publisherCodec, writeAnswer } from '../../answer.ts'
import type { OfferDescription } from '../../offer.ts'
import { PublisherMedia } from '../../publisher-media.ts'
import { RtpReceiver } from '../../rtp-receiver.ts'
import type { PeerStats } from '../../sfu-engine.ts'
import { Connection, type Network } from './connection.ts'
import { Room } from './room.ts'
import { Source } from './source.ts'

export interface PublisherDependencies {
  readonly network: Network
  readonly sessionId: string
  readonly roomName: string
  readonly offer: OfferDescription
  /** Keyframes are asked for so often, ms. */
  readonly keyframeMs: number
  readonly onConnected: () => void
  readonly onClosed: () => void
  readonly onTrack: (track: Track) => void
  readonly onPacket: (packet: IngestPacket) => void
  readonly onFault: (message: string) => void
}

/** Max bitrate that a publisher is asked to send, bit/s: its own settings decide below it. */
const maxBitrate = 20_000_000
const ourSsrc = 1
const midUri = 'urn:ietf:params:rtp-hdrext:sdes:mid'
const ridUri = 'urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id'
/** Silence after which a publisher counts as lost, ms. */
const silenceMs = 6000

interface Input {
  readonly source: Source
  readonly receiver: RtpReceiver
  readonly video: boolean
}

/** A peer that publishes: its packets go to the WebRTC room's viewers as they come, and in order to the host as frames. */
export class Publisher {
  readonly room: Room
  readonly sessionId: string
  readonly #dependencies: PublisherDependencies
  readonly #connection: Connection
  readonly #head = new RtpHead()
  readonly #byPayload = new Map<number, Input>()
  readonly #bySsrc = new Map<number, Input>()
  readonly #byRid = new Map<string, Input>()
  readonly #inputs: Input[] = []
  readonly #rtcp: RtcpHandler
  #media: PublisherMedia | undefined
  #ridExtension = 0
  #connected = false
  #lastPacketMs = 0
  #keyframeAskedMs = 0
  #nacks = 0
  #plis = 0
  #nowMs = 0

  constructor(dependencies: PublisherDependencies) {
    this.#dependencies = dependencies
    this.sessionId = dependencies.sessionId
    this.room = new Room(dependencies.roomName, (source) => this.#askKeyframe(source))
    this.#connection = new Connection(dependencies.network, dependencies.sessionId, dependencies.offer, 'RecvOnly', {
      onConnected: () => {
        if (this.#connected) return
        this.#connected = true
        this.#lastPacketMs = performance.now()
        dependencies.onConnected()
      },
      onClosed: dependencies.onClosed,
      onRtp: (packet) => this.#take(packet),
      onRtcp: (packet) => {
        this.#nowMs = performance.now()
        readRtcp(packet, this.#rtcp)
      },
      onData: (message) => this.room.sendData(message),
    })
    this.#rtcp = {
      onSenderReport: (ssrc, ntpMs, timestamp, middle) => {
        const input = this.#bySsrc.get(ssrc)
        if (input === undefined) return
        input.receiver.senderReport(middle, this.#nowMs)
        input.source.ntpMs = ntpMs
        input.source.ntpTimestamp = timestamp
        if (!input.video) this.#media?.senderReport('audio', ntpMs, timestamp)
        else if (input.source === this.room.video[0]) this.#media?.senderReport('video', ntpMs, timestamp)
      },
    }
  }

  async answer(): Promise<{ sdp: string } | { refused: string }> {
    const { offer } = this.#dependencies
    const sections: AnswerSection[] = []
    let videoCodec: RtpVideoCodec | undefined
    for (const media of offer.media) {
      if (media.direction === 'recvonly' || media.direction === 'inactive') continue
      const video = media.kind === 'video'
      if (video ? videoCodec !== undefined : this.room.audio !== undefined) continue
      const codec = publisherCodec(media)
      if (codec === undefined) {
        const names = [...new Set(media.codecs.map((each) => each.name.toUpperCase()))].join(', ')
        return { refused: `of the ${media.kind} codecs offered (${names || 'none'}), none is supported` }
      }
      if (video) videoCodec = codec.name as RtpVideoCodec
      const ridId = media.extensions.find((each) => each.uri === ridUri)?.id
      const rids = video && ridId !== undefined ? media.rids : []
      const profile = /profile-level-id=([0-9a-f]{6})/i.exec(codec.fmtp)?.[1]
      const described = { name: codec.name, clockRate: codec.clockRate, ...(profile === undefined ? {} : { profile }) }
      if (rids.length > 1) {
        this.#ridExtension = ridId as number
        // listed best first, which is how viewers go down
        for (const rid of rids.toReversed()) this.#byRid.set(rid, this.#input(new Source(described, rid), true))
      } else this.#byPayload.set(codec.payloadType, this.#input(new Source(described), video))
      sections.push({
        mid: media.mid,
        codec,
        direction: 'recvonly',
        extensions: rids.length > 1 ? media.extensions.filter((each) => each.uri === midUri || each.uri === ridUri) : [],
        rids: rids.length > 1 ? rids : [],
      })
    }
    if (sections.length === 0) return { refused: 'the offer has no section that sends' }
    this.#media = new PublisherMedia(videoCodec, {
      onTrack: this.#dependencies.onTrack,
      onPacket: this.#dependencies.onPacket,
      onKeyframeNeeded: () => this.room.requestKeyframe(this.room.video[0], performance.now()),
      onFault: this.#dependencies.onFault,
    })
    return { sdp: writeAnswer(offer, sections, await this.#connection.accept(true), offer.dataMid !== undefined) }
  }

  /** Asks for what is missing. Called each 20 ms. */
  tick(nowMs: number): void {
    if (!this.#connected) return
    for (const { source, receiver } of this.#inputs) {
      const missing = receiver.missing(nowMs)
      if (missing.length === 0) continue
      this.#nacks += missing.length
      this.#connection.send(Buffer.from(writeNack(ourSsrc, source.ssrc, missing)))
    }
    const best = this.room.video[0]
    if (best?.began && nowMs - this.#keyframeAskedMs >= this.#dependencies.keyframeMs) this.room.requestKeyframe(best, nowMs)
  }

  /** Reports; false when it fell silent. Called each second. */
  second(nowMs: number): boolean {
    if (!this.#connected) return true
    const coming = this.#inputs.filter((each) => each.source.began)
    if (coming.length > 0) {
      const reports = coming.map((each) => each.receiver.report(each.source.ssrc, nowMs))
      const videoSources = coming.filter((each) => each.video).map((each) => each.source.ssrc)
      const parts = [writeReceiverReport(ourSsrc, reports)]
      if (videoSources.length > 0) parts.push(writeBitrate(ourSsrc, videoSources, maxBitrate))
      this.#connection.send(Buffer.concat(parts))
    }
    return nowMs - this.#lastPacketMs < silenceMs
  }

  stats(): PeerStats {
    const remote = this.#connection.remote
    const roundTripMs = this.#connection.roundTripMs
    let bytesIn = 0
    let packetsLost = 0
    for (const each of this.#inputs) {
      bytesIn += each.source.bytes
      packetsLost += each.receiver.lost
    }
    return {
      sessionId: this.sessionId,
      connected: this.#connected,
      ...(remote === undefined ? {} : { transport: remote.transport, remoteAddress: remote.address }),
      bytesIn,
      bytesOut: 0,
      packetsLost,
      nacks: this.#nacks,
      plis: this.#plis,
      ...(roundTripMs === undefined ? {} : { roundTripMs }),
    }
  }

  close(): void {
    this.#connected = false
    this.#connection.close()
  }

  #input(source: Source, video: boolean): Input {
    const receiver = new RtpReceiver(source.codec.clockRate, {
      onPayload: (payload, timestamp, marker) => {
        if (!video) this.#media?.audio(payload, timestamp, this.#nowMs)
        // the host packages the best encoding; the lower ones are for viewers
        else if (source === this.room.video[0]) this.#media?.video(payload, timestamp, marker, this.#nowMs)
      },
      onGap: () => {
        if (video && source === this.room.video[0]) this.#media?.videoGap()
      },
    })
    if (video) this.room.video.push(source)
    else this.room.audio = source
    const input = { source, receiver, video }
    this.#inputs.push(input)
    return input
  }

  #take(packet: Buffer): void {
    const head = this.#head
    if (!head.read(packet)) return
    const input = this.#bySsrc.get(head.ssrc) ?? this.#known(packet, head)
    if (input === undefined) return
    const nowMs = performance.now()
    this.#nowMs = nowMs
    this.#lastPacketMs = nowMs
    const first = !input.source.began
    input.source.push(packet, head, nowMs)
    input.receiver.push(head, packet, nowMs)
    if (first && input.video) this.room.requestKeyframe(input.source, nowMs)
  }

  /** Whose an SSRC is that was not seen before. */
  #known(packet: Buffer, head: RtpHead): Input | undefined {
    let input = this.#byPayload.get(head.payloadType)
    if (input === undefined && this.#ridExtension !== 0) {
      const rid = head.extensionText(packet, this.#ridExtension)
      if (rid !== undefined) input = this.#byRid.get(rid)
    }
    if (input === undefined) return undefined
    this.#bySsrc.delete(input.source.ssrc)
    this.#bySsrc.set(head.ssrc, input)
    return input
  }

  #askKeyframe(source: Source): void {
    if (!source.began) return
    this.#plis++
    if (source === this.room.video[0]) this.#keyframeAskedMs = performance.now()
    this.#connection.send(Buffer.from(writeKeyframeRequest(ourSsrc, source.ssrc)))
  }
}
