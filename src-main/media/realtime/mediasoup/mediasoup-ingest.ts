import type { Consumer, DirectTransport, Producer } from 'mediasoup/types'
import { RtpHead, readU32 } from '../../../formats/rtp/rtp.ts'
import { repeat } from '../../../platform/timing/repeat.ts'
import { PublisherMedia, type PublisherMediaEvents } from '../publisher-media.ts'
import { RtpReceiver } from '../rtp-receiver.ts'
import { KEYFRAME_EVERY_MS } from '../sfu-engine.ts'
import type { ProfileRouter } from './mediasoup-routers.ts'

/** How often missing packets are looked for, ms; mediasoup itself asks the publisher for them. */
const SWEEP_MS = 50
const KEYFRAME_PAUSE_MS = 500
const SENDER_REPORT = 200
/** s between 1900 (NTP) and 1970. */
const NTP_EPOCH_S = 2_208_988_800

/** The host's own copy of what a publisher sends: RTP over the worker's pipe, put together to frames. */
export class MediasoupIngest {
  readonly #transport: DirectTransport
  readonly #media: PublisherMedia
  readonly #consumers: Consumer[] = []
  readonly #receivers: RtpReceiver[] = []
  readonly #kinds = new Map<number, 'audio' | 'video'>()
  readonly #timer: NodeJS.Timeout
  #video: Consumer | undefined
  #askedMs = Number.NEGATIVE_INFINITY
  #keyMs = Number.NEGATIVE_INFINITY

  private constructor(transport: DirectTransport, hasVideo: boolean, events: Omit<PublisherMediaEvents, 'onKeyframeNeeded'>) {
    this.#transport = transport
    this.#media = new PublisherMedia(hasVideo ? 'h264' : undefined, {
      onTrack: events.onTrack,
      onFault: events.onFault,
      onPacket: (packet) => {
        if (packet.key && packet.trackId === 'v0') this.#keyMs = performance.now()
        events.onPacket(packet)
      },
      onKeyframeNeeded: () => this.requestKeyframe(),
    })
    this.#timer = repeat(SWEEP_MS, () => {
      const now = performance.now()
      for (const receiver of this.#receivers) receiver.missing(now)
      // Browsers make keyframes only when asked, and segments end at them.
      if (now - this.#keyMs >= KEYFRAME_EVERY_MS) this.requestKeyframe()
    })
    transport.on('rtcp', (packet) => this.#onRtcp(packet))
  }

  static async open(
    home: ProfileRouter,
    producers: readonly Producer[],
    events: Omit<PublisherMediaEvents, 'onKeyframeNeeded'>,
  ): Promise<MediasoupIngest> {
    const transport = await home.router.createDirectTransport()
    const hasVideo = producers.some((each) => each.kind === 'video')
    const ingest = new MediasoupIngest(transport, hasVideo, events)
    for (const producer of producers) await ingest.#take(producer, home)
    return ingest
  }

  /** Asks the publisher for a keyframe, at most twice a second. */
  requestKeyframe(): void {
    const now = performance.now()
    if (this.#video === undefined || now - this.#askedMs < KEYFRAME_PAUSE_MS) return
    this.#askedMs = now
    this.#video.requestKeyFrame().catch(() => undefined)
  }

  close(): void {
    clearInterval(this.#timer)
    this.#transport.close()
  }

  async #take(producer: Producer, home: ProfileRouter): Promise<void> {
    const consumer = await this.#transport.consume({ producerId: producer.id, rtpCapabilities: home.router.rtpCapabilities, paused: true })
    const media = this.#media
    const isVideo = producer.kind === 'video'
    if (isVideo) this.#video = consumer
    const payloadType = consumer.rtpParameters.codecs[0]?.payloadType
    const ssrc = consumer.rtpParameters.encodings?.[0]?.ssrc
    if (ssrc !== undefined) this.#kinds.set(ssrc, isVideo ? 'video' : 'audio')
    const receiver = new RtpReceiver(isVideo ? 90_000 : 48_000, {
      onPayload: isVideo
        ? (payload, timestamp, marker) => media.video(payload, timestamp, marker, performance.now())
        : (payload, timestamp) => media.audio(payload, timestamp, performance.now()),
      onGap: isVideo ? () => media.videoGap() : () => undefined,
    })
    const head = new RtpHead()
    consumer.on('rtp', (packet) => {
      if (head.read(packet) && head.payloadType === payloadType) receiver.push(head, packet, performance.now())
    })
    this.#receivers.push(receiver)
    this.#consumers.push(consumer)
    await consumer.resume()
  }

  /** Sender reports of a compound packet (RFC 3550, 6.4.1). */
  #onRtcp(packet: Buffer): void {
    for (let at = 0; at + 4 <= packet.length; ) {
      const length = 4 + 4 * packet.readUInt16BE(at + 2)
      if (packet[at + 1] === SENDER_REPORT && at + 20 <= packet.length) {
        const kind = this.#kinds.get(readU32(packet, at + 4))
        const ntpMs = (readU32(packet, at + 8) - NTP_EPOCH_S) * 1000 + (readU32(packet, at + 12) * 1000) / 2 ** 32
        if (kind !== undefined) this.#media.senderReport(kind, ntpMs, readU32(packet, at + 16))
      }
      at += length
    }
  }
}
