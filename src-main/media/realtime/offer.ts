import { parse, type SessionDescription } from 'sdp-transform'
import { type Fault, fault as faultAt } from '../../formats/fault.ts'

/** One codec that a media section offers. */
export interface OfferedCodec {
  readonly payloadType: number
  /** Lower case: `h264`, `opus`. */
  readonly name: string
  readonly clockRate: number
  readonly channels: number
  /** As written, e.g. `profile-level-id=42e01f;packetization-mode=1`; empty for none. */
  readonly fmtp: string
  /** e.g. `nack`, `nack pli`, `transport-cc`, `goog-remb`. */
  readonly feedback: readonly string[]
  /** Payload type of its retransmissions (RFC 4588). */
  readonly rtx?: number
}

/** A media section of audio or video. */
export interface OfferedMedia {
  readonly mid: string
  readonly kind: 'audio' | 'video'
  readonly direction: 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive'
  /** In the order of preference that the offer has; rtx, red, fec are not among them. */
  readonly codecs: readonly OfferedCodec[]
  readonly extensions: readonly { readonly id: number; readonly uri: string }[]
  /** Primary SSRCs, where the offer names them. */
  readonly ssrcs: readonly number[]
  /** Rids that it would send (RFC 8853), best last as browsers list them; empty without simulcast. */
  readonly rids: readonly string[]
}

/** What an offer says, read once for whichever engine answers it. */
export interface OfferDescription {
  /** The offer as it came, at most 64 KiB, with line ends as CR LF. */
  readonly sdp: string
  readonly media: readonly OfferedMedia[]
  /** Mid of the data channel section. */
  readonly dataMid?: string
  /** Mids of all sections in the offer's order: the answer must have the same. */
  readonly mids: readonly string[]
  readonly iceUfrag: string
  readonly icePwd: string
  readonly fingerprint: { readonly algorithm: string; readonly value: string }
  readonly setup: 'actpass' | 'active' | 'passive'
  readonly raw: SessionDescription
}

/** Longest offer that is read, bytes. */
export const MAX_OFFER = 64 * 1024
const MAX_SECTIONS = 16
const MAX_CODECS = 128
/** Encodings of one video that may be offered: browsers send three. */
const MAX_RIDS = 8
/** Sources that a section may name, repairs included. */
const MAX_SSRCS = 64
const directions = ['sendrecv', 'sendonly', 'recvonly', 'inactive'] as const

const fault = (sentence: string): Fault => faultAt(sentence, 0)

/** Reads an offer (RFC 8866, 8829) and rejects what no engine could answer; never throws. */
export function readOffer(text: string): OfferDescription | Fault {
  if (text.length > MAX_OFFER) return fault(`the offer has more than ${MAX_OFFER} bytes`)
  if (!text.startsWith('v=0')) return fault('an SDP starts with v=0')
  const sdp = `${text
    .split(/\r\n|\n|\r/)
    .filter((line) => line !== '')
    .join('\r\n')}\r\n`
  try {
    return describe(sdp, parse(sdp))
  } catch (error) {
    return fault(`the SDP cannot be read: ${(error as Error).message.slice(0, 200)}`)
  }
}

function describe(sdp: string, raw: SessionDescription): OfferDescription | Fault {
  if (!Array.isArray(raw.media) || raw.media.length === 0) return fault('the offer has no media section')
  if (raw.media.length > MAX_SECTIONS) return fault(`the offer has more than ${MAX_SECTIONS} media sections`)
  const media: OfferedMedia[] = []
  const mids: string[] = []
  let dataMid: string | undefined
  for (const section of raw.media) {
    const mid = section.mid === undefined ? '' : String(section.mid)
    if (!/^[\w.+-]{1,32}$/.test(mid)) return fault('every media section needs a mid')
    if (mids.includes(mid)) return fault(`the mid ${mid} is there twice`)
    mids.push(mid)
    if (section.type === 'application') dataMid ??= mid
    else if (section.type === 'audio' || section.type === 'video') {
      const each = describeMedia(section, mid)
      if ('fault' in each) return each
      media.push(each)
    }
  }
  const first = raw.media[0]
  const iceUfrag = first?.iceUfrag ?? raw.iceUfrag
  const icePwd = first?.icePwd ?? raw.icePwd
  const fingerprint = first?.fingerprint ?? raw.fingerprint
  const setup = first?.setup ?? raw.setup ?? 'actpass'
  if (!/^[A-Za-z0-9+/]{4,256}$/.test(String(iceUfrag ?? '')) || !/^[A-Za-z0-9+/]{22,256}$/.test(String(icePwd ?? '')))
    return fault('the offer has no ICE credentials (a=ice-ufrag, a=ice-pwd)')
  if (fingerprint === undefined || !/^[0-9A-Fa-f:]{32,200}$/.test(fingerprint.hash)) return fault('the offer has no DTLS fingerprint')
  if (setup !== 'actpass' && setup !== 'active' && setup !== 'passive') return fault(`a=setup:${setup} is not an offer's`)
  return {
    sdp,
    media,
    ...(dataMid === undefined ? {} : { dataMid }),
    mids,
    iceUfrag: String(iceUfrag),
    icePwd: String(icePwd),
    fingerprint: { algorithm: fingerprint.type, value: fingerprint.hash },
    setup,
    raw,
  }
}

function describeMedia(section: SessionDescription['media'][number], mid: string): OfferedMedia | Fault {
  if (section.rtp.length > MAX_CODECS) return fault(`the section ${mid} has more than ${MAX_CODECS} codecs`)
  const fmtp = (payloadType: number) => section.fmtp.find((each) => each.payload === payloadType)?.config ?? ''
  const codecs: OfferedCodec[] = []
  for (const { payload, codec, rate, encoding } of section.rtp) {
    if (!Number.isInteger(payload) || payload < 0 || payload > 127) return fault(`the section ${mid} has the payload type ${payload}`)
    if (!Number.isInteger(rate)) return fault(`the section ${mid} has a codec without clock rate`)
    const name = codec.toLowerCase()
    if (/^(rtx|red|ulpfec|flexfec.*|cn|telephone-event)$/.test(name)) continue
    const rtx = section.rtp.find((each) => each.codec.toLowerCase() === 'rtx' && fmtp(each.payload).includes(`apt=${payload}`))
    codecs.push({
      payloadType: payload,
      name,
      clockRate: Number(rate),
      channels: Number(encoding ?? 1) || 1,
      fmtp: fmtp(payload),
      feedback: (section.rtcpFb ?? [])
        .filter((each) => String(each.payload) === String(payload) || String(each.payload) === '*')
        .map((each) => (each.subtype === undefined ? each.type : `${each.type} ${each.subtype}`)),
      ...(rtx === undefined ? {} : { rtx: rtx.payload }),
    })
  }
  const repairs = new Set((section.ssrcGroups ?? []).flatMap((each) => (each.semantics === 'FID' ? each.ssrcs.split(' ').slice(1) : [])))
  const ssrcs = [...new Set((section.ssrcs ?? []).map((each) => Number(each.id)))].filter((each) => !repairs.has(String(each)))
  if (ssrcs.length > MAX_SSRCS) return fault(`the section ${mid} has more than ${MAX_SSRCS} sources`)
  if ((section.rids ?? []).length > MAX_RIDS) return fault(`the section ${mid} has more than ${MAX_RIDS} encodings`)
  const direction = directions.find((each) => each === (section.direction ?? 'sendrecv')) ?? 'sendrecv'
  return {
    mid,
    kind: section.type as 'audio' | 'video',
    direction,
    codecs,
    extensions: (section.ext ?? []).map((each) => ({ id: each.value, uri: each.uri })),
    ssrcs,
    rids:
      section.simulcast === undefined
        ? []
        : (section.rids ?? []).filter((each) => each.direction === 'send').map((each) => String(each.id)),
  }
}
