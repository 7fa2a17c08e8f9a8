import type { WebRtcTransport } from 'mediasoup/types'
import type { OfferDescription, OfferedCodec } from './offer.ts'

/** One section of an answer. */
export type AnswerSection =
  | {
      readonly kind: 'media'
      readonly mid: string
      readonly direction: 'sendonly' | 'recvonly'
      readonly codec: OfferedCodec
      /** Payload type of retransmissions where both sides use them. */
      readonly rtx?: number
      readonly extensions: readonly { readonly id: number; readonly uri: string }[]
      /** Encodings that we take, where the offer has simulcast. */
      readonly rids?: readonly string[]
      /** What we send. */
      readonly source?: { readonly ssrc: number; readonly rtxSsrc?: number; readonly cname: string; readonly streamId: string }
    }
  | { readonly kind: 'data'; readonly mid: string }
  | { readonly kind: 'refused'; readonly mid: string }

/** Feedback that the engine understands. */
const feedback = new Set(['nack', 'nack pli', 'ccm fir', 'goog-remb', 'transport-cc'])

/**
 * Writes the answer (RFC 8829, RFC 8840) of a transport. `addresses` take the place of the one that it is bound to.
 * Sections stand in the offer's order; those without an entry are refused.
 */
export function writeAnswer(
  offer: OfferDescription,
  transport: WebRtcTransport,
  addresses: readonly string[],
  sections: readonly AnswerSection[],
): string {
  const fingerprint = transport.dtlsParameters.fingerprints.find((each) => each.algorithm === 'sha-256')
  const candidates = transport.iceCandidates.flatMap((each) =>
    (addresses.length === 0 ? [each.address] : addresses).map(
      (address, index) =>
        `a=candidate:${each.foundation}${index} 1 ${each.protocol} ${each.priority - index} ${address} ${each.port} typ host${
          each.protocol === 'tcp' ? ' tcptype passive' : ''
        }`,
    ),
  )
  const shared = [
    'c=IN IP4 0.0.0.0',
    `a=setup:${offer.setup === 'passive' ? 'active' : 'passive'}`,
    `a=ice-ufrag:${transport.iceParameters.usernameFragment}`,
    `a=ice-pwd:${transport.iceParameters.password}`,
    `a=fingerprint:sha-256 ${fingerprint?.value ?? ''}`,
    ...candidates,
    'a=end-of-candidates',
  ]
  const bySection = new Map(sections.map((section) => [section.mid, section]))
  const bundled = offer.mids.filter((mid) => (bySection.get(mid)?.kind ?? 'refused') !== 'refused')
  const lines = [
    'v=0',
    'o=- 1 1 IN IP4 0.0.0.0',
    's=-',
    't=0 0',
    `a=group:BUNDLE ${bundled.join(' ')}`,
    'a=ice-lite',
    'a=msid-semantic: WMS *',
  ]
  for (const [index, mid] of offer.mids.entries()) {
    const section = bySection.get(mid)
    const raw = offer.raw.media[index]
    if (section?.kind === 'media') lines.push(...mediaLines(section, raw?.type ?? 'video', shared))
    else if (section?.kind === 'data') {
      lines.push(
        'm=application 9 UDP/DTLS/SCTP webrtc-datachannel',
        ...shared,
        `a=mid:${mid}`,
        'a=sctp-port:5000',
        'a=max-message-size:262144',
      )
    } else
      lines.push(
        `m=${raw?.type ?? 'video'} 0 ${raw?.protocol ?? 'UDP/TLS/RTP/SAVPF'} ${raw?.payloads ?? 0}`,
        'c=IN IP4 0.0.0.0',
        `a=mid:${mid}`,
        'a=inactive',
      )
  }
  return `${lines.join('\r\n')}\r\n`
}

function mediaLines(section: Extract<AnswerSection, { kind: 'media' }>, kind: string, shared: readonly string[]): string[] {
  const { codec, rtx, source } = section
  const name = codec.name === 'h264' ? 'H264' : codec.name
  const lines = [
    `m=${kind} 9 UDP/TLS/RTP/SAVPF ${codec.payloadType}${rtx === undefined ? '' : ` ${rtx}`}`,
    ...shared,
    `a=mid:${section.mid}`,
    `a=${section.direction}`,
    'a=rtcp-mux',
    'a=rtcp-rsize',
    `a=rtpmap:${codec.payloadType} ${name}/${codec.clockRate}${codec.channels > 1 ? `/${codec.channels}` : ''}`,
    ...(codec.fmtp === '' ? [] : [`a=fmtp:${codec.payloadType} ${codec.fmtp}`]),
    ...codec.feedback.filter((each) => feedback.has(each)).map((each) => `a=rtcp-fb:${codec.payloadType} ${each}`),
  ]
  if (rtx !== undefined) lines.push(`a=rtpmap:${rtx} rtx/${codec.clockRate}`, `a=fmtp:${rtx} apt=${codec.payloadType}`)
  for (const { id, uri } of section.extensions) lines.push(`a=extmap:${id} ${uri}`)
  if (section.rids !== undefined && section.rids.length > 0) {
    for (const rid of section.rids) lines.push(`a=rid:${rid} recv`)
    lines.push(`a=simulcast:recv ${section.rids.join(';')}`)
  }
  if (source !== undefined) {
    lines.push(`a=msid:${source.streamId} ${kind}`, `a=ssrc:${source.ssrc} cname:${source.cname}`)
    if (source.rtxSsrc !== undefined) {
      lines.push(`a=ssrc:${source.rtxSsrc} cname:${source.cname}`, `a=ssrc-group:FID ${source.ssrc} ${source.rtxSsrc}`)
    }
  }
  return lines
}
