import type { RouterRtpCodecCapability, RtcpFeedback, RtpCodecParameters } from 'mediasoup/types'
import type { OfferDescription, OfferedCodec, OfferedMedia } from '../offer.ts'

/**
 * H.264 is one codec to the engine whatever its profile: browsers decode all of them, and mediasoup would keep a High
 * publisher from a viewer whose offer starts with Baseline. `fmtp` of the answers stays what the offer said.
 */
const h264Parameters = { 'packetization-mode': 1, 'profile-level-id': '42e01f', 'level-asymmetry-allowed': 1 }

const feedbackKinds = new Set(['nack', 'nack pli', 'ccm fir', 'goog-remb', 'transport-cc'])

/** Payload types that the media of one peer's offer have; the key under which a router serves all offers with the same. */
export interface PayloadProfile {
  readonly opus: number
  readonly h264: number
  /** Retransmissions of the video (RFC 4588); undefined = lost packets are sent again as they were. */
  readonly rtx?: number
}

/** What is accepted from a section: Opus for audio, H.264 with packetization-mode 1 for video, Constrained Baseline first. */
export function chooseCodec(media: OfferedMedia): OfferedCodec | undefined {
  if (media.kind === 'audio') return media.codecs.find((codec) => codec.name === 'opus')
  const usable = media.codecs.filter((codec) => codec.name === 'h264' && codec.fmtp.includes('packetization-mode=1'))
  return usable.find((codec) => /profile-level-id=42e0/i.test(codec.fmtp)) ?? usable[0]
}

/** Payload types that mediasoup gives to retransmissions by itself, in its order. */
const dynamicPayloadTypes = [...range(100, 127), ...range(96, 99)]

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index)
}

export function profileOf(offer: OfferDescription): PayloadProfile {
  const audio = offer.media.find((media) => media.kind === 'audio')
  const video = offer.media.find((media) => media.kind === 'video')
  const h264 = video && chooseCodec(video)
  const opus = (audio && chooseCodec(audio)?.payloadType) ?? 111
  const rtx = h264?.rtx
  return {
    opus,
    h264: h264?.payloadType ?? (opus === 102 ? 104 : 102),
    ...(rtx !== undefined && dynamicPayloadTypes.includes(rtx) ? { rtx } : {}),
  }
}

/**
 * The codecs of a router whose consumers send with exactly these payload types. A router chooses the payload type of
 * retransmissions itself: the first that is free. Codecs that nobody uses take those before the wanted one.
 */
export function routerCodecs(profile: PayloadProfile): RouterRtpCodecCapability[] {
  const opus = (preferredPayloadType: number): RouterRtpCodecCapability => ({
    kind: 'audio',
    mimeType: 'audio/opus',
    clockRate: 48_000,
    channels: 2,
    preferredPayloadType,
  })
  const taken =
    profile.rtx === undefined
      ? []
      : dynamicPayloadTypes
          .slice(0, dynamicPayloadTypes.indexOf(profile.rtx))
          .filter((payloadType) => payloadType !== profile.opus && payloadType !== profile.h264)
  return [
    opus(profile.opus),
    ...taken.map(opus),
    {
      kind: 'video',
      mimeType: 'video/H264',
      clockRate: 90_000,
      preferredPayloadType: profile.h264,
      parameters: { ...h264Parameters },
    },
  ]
}

export function feedbackOf(codec: OfferedCodec): RtcpFeedback[] {
  return codec.feedback
    .filter((each) => feedbackKinds.has(each))
    .map((each) => {
      const [type = '', parameter = ''] = each.split(' ')
      return { type, parameter }
    })
}

/** A chosen codec, and its retransmissions, as a producer's parameters. */
export function producerCodecs(codec: OfferedCodec, kind: 'audio' | 'video'): RtpCodecParameters[] {
  const { payloadType, clockRate } = codec
  if (kind === 'audio') {
    return [{ mimeType: 'audio/opus', payloadType, clockRate, channels: 2, parameters: {}, rtcpFeedback: feedbackOf(codec) }]
  }
  const main: RtpCodecParameters = {
    mimeType: 'video/H264',
    payloadType,
    clockRate,
    parameters: { ...h264Parameters },
    rtcpFeedback: feedbackOf(codec),
  }
  if (codec.rtx === undefined) return [main]
  return [main, { mimeType: 'video/rtx', payloadType: codec.rtx, clockRate, parameters: { apt: payloadType }, rtcpFeedback: [] }]
}

/** Header extensions that the engine works with; others are left out of its answers. */
export const usedExtensions: ReadonlySet<string> = new Set([
  'urn:ietf:params:rtp-hdrext:sdes:mid',
  'urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id',
  'urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id',
  'http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time',
  'http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01',
])
