import type { RtpCapabilities, WebRtcTransport } from 'mediasoup/types'
import type { AnswerTransport } from '../answer.ts'
import type { OfferDescription } from '../offer.ts'
import { feedbackOf } from './mediasoup-codecs.ts'
import type { ProfileRouter } from './mediasoup-routers.ts'

/** `addresses` take the place of the one that the port is bound to. */
export function transportOf(transport: WebRtcTransport, offer: OfferDescription, addresses: readonly string[]): AnswerTransport {
  const { iceParameters, iceCandidates, dtlsParameters } = transport
  const fingerprint = dtlsParameters.fingerprints.find((each) => each.algorithm === 'sha-256')
  return {
    iceUfrag: iceParameters.usernameFragment,
    icePwd: iceParameters.password,
    iceLite: true,
    fingerprint: { algorithm: 'sha-256', value: fingerprint?.value ?? '' },
    setup: offer.setup === 'passive' ? 'active' : 'passive',
    candidates: iceCandidates.flatMap(({ foundation, protocol, priority, port, address }) =>
      (addresses.length === 0 ? [address] : addresses).map(
        (each, index) =>
          `candidate:${foundation}${index} 1 ${protocol} ${priority - index} ${each} ${port} typ host${protocol === 'tcp' ? ' tcptype passive' : ''}`,
      ),
    ),
  }
}

/** What a viewer takes of one section, and where its numbers agree with the router's. */
export function capabilitiesFor(
  router: ProfileRouter,
  kind: 'audio' | 'video',
  codec: Parameters<typeof feedbackOf>[0],
  offered: readonly { readonly id: number; readonly uri: string }[],
): RtpCapabilities {
  const { codecs = [], headerExtensions = [] } = router.router.rtpCapabilities
  const rtcpFeedback = feedbackOf(codec)
  return {
    codecs: codecs
      .filter(
        (each) =>
          each.kind === kind &&
          (each.preferredPayloadType === codec.payloadType || (codec.rtx !== undefined && each.preferredPayloadType === codec.rtx)),
      )
      .map((each) => ({ ...each, rtcpFeedback: each.mimeType.endsWith('/rtx') ? [] : rtcpFeedback })),
    // The worker writes extensions with ids of its own: one can be used only where the offer has the same id for it.
    headerExtensions: headerExtensions.filter(
      (each) => each.kind === kind && offered.some((other) => other.uri === each.uri && other.id === each.preferredId),
    ),
  }
}

/** Encodings of a publisher without simulcast, by the SSRCs of its offer where it names them. */
export function encodingsOf(offer: OfferDescription, mid: string, ssrcs: readonly number[]) {
  const section = offer.raw.media.find((each) => String(each.mid) === mid)
  const [primary] = ssrcs
  if (primary === undefined) return [{}]
  const pair = section?.ssrcGroups?.find((each) => each.semantics === 'FID' && each.ssrcs.startsWith(`${primary} `))
  const rtx = Number(pair?.ssrcs.split(' ')[1])
  return [{ ssrc: primary, ...(Number.isInteger(rtx) ? { rtx: { ssrc: rtx } } : {}) }]
}

/** Rids with the lowest encoding first: as they are named in `a=simulcast:send`, which browsers write in the order of their encodings. */
export function lowestFirst(offer: OfferDescription, mid: string, rids: readonly string[]): readonly string[] {
  const section = offer.raw.media.find((each) => String(each.mid) === mid)
  const order = (section?.simulcast?.list1 ?? '').split(';').map((each) => each.split(',')[0]?.replace('~', '') ?? '')
  const named = order.filter((rid) => rids.includes(rid))
  return named.length === rids.length ? named : rids
}
