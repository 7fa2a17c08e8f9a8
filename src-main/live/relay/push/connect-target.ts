import { judgeBy } from '../../../platform/outbound/judged-connection.ts'
import { isReachableIp, type NetworkPolicy } from '../../../platform/outbound/network-policy.ts'
import type { DestinationAim, DestinationSecrets } from './destination-sender.ts'
import { parseRtmpUrl, parseSrtUrl } from './destination-url.ts'
import type { FlvMedia } from './flv-sending.ts'
import { RtmpTarget } from './rtmp-target.ts'
import { SrtTarget } from './srt-target.ts'
import type { Target, TargetEvents } from './target.ts'
import { templateOf } from './templates.ts'
import type { WhipSender } from './whip/whip-sender.ts'
import { WhipTarget } from './whip/whip-target.ts'

/** What every connection to a destination needs. */
export interface ConnectOptions {
  readonly media: FlvMedia
  readonly whip: WhipSender
  /** Where editors' URLs may lead, as it is now. */
  readonly network: () => NetworkPolicy
}

/** Connects to a destination by the protocol of its template. Throws `destination.address_invalid`. */
export function connectTarget(
  aim: DestinationAim,
  { key, passphrase }: DestinationSecrets,
  { media, whip, network }: ConnectOptions,
  events: TargetEvents,
): Target {
  const judge = judgeBy(network, aim.limited)
  switch (templateOf(aim.template).protocol) {
    case 'rtmp':
      return new RtmpTarget(parseRtmpUrl(aim.url, key), { certificate: aim.certificate, judge }, media, events)
    case 'srt':
      return new SrtTarget(
        parseSrtUrl(aim.url),
        { streamId: key, passphrase, latencyMs: aim.latencyMs ?? 0, maxQueued: media.limits.outgoingBytes, judge },
        events,
      )
    case 'whip':
      return new WhipTarget(
        {
          url: new URL(aim.url),
          token: key,
          certificate: aim.certificate,
          maxQueued: media.limits.outgoingBytes,
          judge,
          mayReach: aim.limited ? (address, port) => isReachableIp(address, port, network()) : undefined,
        },
        whip,
        events,
      )
  }
}
