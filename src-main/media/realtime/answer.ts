import type { OfferDescription, OfferedCodec, OfferedMedia } from './offer.ts'

/** Our half of one media section. */
export interface AnswerSection {
  readonly mid: string
  readonly codec: OfferedCodec
  /** Payload type of retransmissions where both sides use them (RFC 4588). */
  readonly rtx?: number
  /** Feedback agreed on; what every engine answers or sends where left out. */
  readonly feedback?: readonly string[]
  /** Direction as the answer says it: `recvonly` for a publisher's section, `sendonly` for a viewer's. */
  readonly direction: 'recvonly' | 'sendonly'
  /** What we send, with the stream that its tracks belong to (lip sync). */
  readonly source?: { readonly ssrc: number; readonly rtxSsrc?: number; readonly cname: string; readonly stream: string }
  /** Header extensions that we take, ids as offered. */
  readonly extensions?: readonly { readonly id: number; readonly uri: string }[]
  /** Encodings that we take, best last as offered. */
  readonly rids?: readonly string[]
}

/** Our transport: the same for every section, all are bundled. */
export interface AnswerTransport {
  readonly iceUfrag: string
  readonly icePwd: string
  readonly iceLite: boolean
  readonly fingerprint: { readonly algorithm: string; readonly value: string }
  readonly setup: 'active' | 'passive'
  /** `candidate:...` lines without `a=`. */
  readonly candidates: readonly string[]
}

/** Feedback that our engines answer or send. */
const feedback = ['nack', 'nack pli', 'ccm fir', 'goog-remb']
/** bit/s that browsers start with, kbit/s: their own 300 takes half a minute to become a good image. */
const startKbps = 2000

/** Writes the answer to an offer: sections that are not among `sections` are rejected with port 0. */
export function writeAnswer(
  offer: OfferDescription,
  sections: readonly AnswerSection[],
  transport: AnswerTransport,
  data: boolean,
): string {
  // The others use the transport of the offer's first section: browsers fail where it is rejected, so it is idle at least.
  const tag = offer.mids[0]
  const taken = offer.mids.filter((mid) => mid === tag || sections.some((each) => each.mid === mid) || (data && mid === offer.dataMid))
  const lines = ['v=0', 'o=- 1 1 IN IP4 127.0.0.1', 's=-', 't=0 0', `a=group:BUNDLE ${taken.join(' ')}`]
  if (transport.iceLite) lines.push('a=ice-lite')
  lines.push('a=msid-semantic: WMS *')
  for (const raw of offer.raw.media) {
    const mid = String(raw.mid)
    const section = sections.find((each) => each.mid === mid)
    if (section !== undefined) {
      const payloads = section.rtx === undefined ? section.codec.payloadType : `${section.codec.payloadType} ${section.rtx}`
      lines.push(`m=${raw.type} 9 ${raw.protocol} ${payloads}`, ...transportLines(mid, transport), ...mediaLines(section))
    } else if (data && mid === offer.dataMid) {
      lines.push(`m=application 9 ${raw.protocol} webrtc-datachannel`, ...transportLines(mid, transport))
      lines.push('a=sctp-port:5000', 'a=max-message-size:262144')
    } else if (raw.type !== 'application' && mid === tag) {
      lines.push(`m=${raw.type} 9 ${raw.protocol} ${raw.rtp[0]?.payload ?? 0}`, ...transportLines(mid, transport), ...idleLines(raw.rtp[0]))
    } else {
      const payloads = raw.type === 'application' ? 'webrtc-datachannel' : String(raw.rtp[0]?.payload ?? 0)
      lines.push(`m=${raw.type} 0 ${raw.protocol} ${payloads}`, 'c=IN IP4 0.0.0.0', `a=mid:${mid}`, 'a=inactive')
    }
  }
  return `${lines.join('\r\n')}\r\n`
}

function transportLines(mid: string, transport: AnswerTransport): string[] {
  return [
    'c=IN IP4 0.0.0.0',
    `a=mid:${mid}`,
    `a=ice-ufrag:${transport.iceUfrag}`,
    `a=ice-pwd:${transport.icePwd}`,
    `a=fingerprint:${transport.fingerprint.algorithm} ${transport.fingerprint.value}`,
    `a=setup:${transport.setup}`,
    ...transport.candidates.map((each) => `a=${each}`),
    'a=end-of-candidates',
  ]
}

function idleLines(codec: OfferDescription['raw']['media'][number]['rtp'][number] | undefined): string[] {
  if (codec === undefined) return ['a=inactive', 'a=rtcp-mux']
  const channels = codec.encoding === undefined || codec.encoding === 1 ? '' : `/${codec.encoding}`
  return ['a=inactive', 'a=rtcp-mux', `a=rtpmap:${codec.payload} ${codec.codec}/${codec.rate ?? 90_000}${channels}`]
}

function mediaLines(section: AnswerSection): string[] {
  const { codec, source } = section
  const video = codec.clockRate === 90_000
  const channels = codec.channels > 1 ? `/${codec.channels}` : ''
  const lines = [
    `a=${section.direction}`,
    'a=rtcp-mux',
    'a=rtcp-rsize',
    `a=rtpmap:${codec.payloadType} ${codecName(codec.name)}/${codec.clockRate}${channels}`,
  ]
  const start = video && section.direction === 'recvonly' ? `x-google-start-bitrate=${startKbps}` : ''
  const fmtp = [codec.fmtp, start].filter((each) => each !== '').join(';')
  if (fmtp !== '') lines.push(`a=fmtp:${codec.payloadType} ${fmtp}`)
  for (const each of section.feedback ?? feedback) if (codec.feedback.includes(each)) lines.push(`a=rtcp-fb:${codec.payloadType} ${each}`)
  if (section.rtx !== undefined) {
    lines.push(`a=rtpmap:${section.rtx} rtx/${codec.clockRate}`, `a=fmtp:${section.rtx} apt=${codec.payloadType}`)
  }
  for (const { id, uri } of section.extensions ?? []) lines.push(`a=extmap:${id} ${uri}`)
  if (section.rids !== undefined && section.rids.length > 0) {
    for (const rid of section.rids) lines.push(`a=rid:${rid} recv`)
    lines.push(`a=simulcast:recv ${section.rids.join(';')}`)
  }
  if (source !== undefined) {
    lines.push(`a=msid:${source.stream} ${source.stream}-${section.mid}`, `a=ssrc:${source.ssrc} cname:${source.cname}`)
    if (source.rtxSsrc !== undefined) {
      lines.push(`a=ssrc:${source.rtxSsrc} cname:${source.cname}`, `a=ssrc-group:FID ${source.ssrc} ${source.rtxSsrc}`)
    }
  }
  return lines
}

const codecName = (name: string): string => (name === 'opus' ? 'opus' : name.toUpperCase())

/** The codec that is taken of a publisher's section: its first choice where that is one of ours, else H.264, VP9, AV1 in that order. */
export function publisherCodec(media: OfferedMedia): OfferedCodec | undefined {
  if (media.kind === 'audio') return media.codecs.find((each) => each.name === 'opus')
  const usable = media.codecs.filter(
    (each) => each.name === 'vp9' || each.name === 'av1' || (each.name === 'h264' && each.fmtp.includes('packetization-mode=1')),
  )
  const first = media.codecs[0]
  if (first !== undefined && usable.includes(first)) return first
  return usable.find((each) => each.name === 'h264') ?? usable.find((each) => each.name === 'vp9') ?? usable[0]
}

/** The codec of a viewer's section that can carry `name`; of several H.264 profiles the one that is closest to `profile` (hex, 6 digits). */
export function viewerCodec(media: OfferedMedia, name: string, profile?: string): OfferedCodec | undefined {
  const fitting = media.codecs.filter((each) => each.name === name && (name !== 'h264' || each.fmtp.includes('packetization-mode=1')))
  if (name !== 'h264' || profile === undefined) return fitting[0]
  return fitting.find((each) => each.fmtp.toLowerCase().includes(`profile-level-id=${profile.slice(0, 2).toLowerCase()}`)) ?? fitting[0]
}
