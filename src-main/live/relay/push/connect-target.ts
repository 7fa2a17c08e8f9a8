import { parseRtmpAddress, parseSrtAddress } from './destination-address.ts'
import type { DestinationAim, DestinationSecrets } from './destination-sender.ts'
import type { FlvMedia } from './flv-sending.ts'
import { RtmpTarget } from './rtmp-target.ts'
import { SrtTarget } from './srt-target.ts'
import type { Target, TargetEvents } from './target.ts'
import { templateOf } from './templates.ts'
import type { WhipSender } from './whip/whip-sender.ts'
import { WhipTarget } from './whip/whip-target.ts'

/** Connects to a destination by the protocol of its template. Throws `destination.address_invalid`. */
export function connectTarget(
  aim: DestinationAim,
  { key, passphrase }: DestinationSecrets,
  media: FlvMedia,
  whip: WhipSender,
  events: TargetEvents,
): Target {
  switch (templateOf(aim.template).protocol) {
    case 'rtmp':
      return new RtmpTarget(parseRtmpAddress(aim.url, key), aim.certificate, media, events)
    case 'srt':
      return new SrtTarget(
        parseSrtAddress(aim.url),
        { streamId: key, passphrase, latencyMs: aim.latencyMs ?? 0, maxQueued: media.limits.outgoingBytes },
        events,
      )
    case 'whip':
      return new WhipTarget(
        { url: new URL(aim.url), token: key, certificate: aim.certificate, maxQueued: media.limits.outgoingBytes },
        whip,
        events,
      )
  }
}
