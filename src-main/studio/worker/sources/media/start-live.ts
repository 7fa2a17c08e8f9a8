import { ffmpegHeaders } from '../../../../platform/outbound/fetched-by-host.ts'
import type { GuestSettings, StreamSettings, V4l2CameraSettings } from '../../../document/kinds/media.ts'
import type { SourceContext, StartSource } from '../running-source.ts'
import { isLimited } from '../source-reach.ts'
import { type PlayPlan, startMediaSource } from './media-source.ts'
import type { LiveRequest, WhileAway } from './messages.ts'
import { listV4l2Cameras } from './v4l2-cameras.ts'

/** Device files of Video4Linux, and the links to them that stay the same: nothing else is opened as a camera. */
const cameraDevice = /^\/dev\/(?:video\d+|v4l\/by-(?:id|path)\/[^/]+)$/
/** Protocols that a stream may come by. */
const protocols = /^(rtmps?|srt|rtsps?|https?|udp):\/\//i
/** What a URL lists may only lead to the network, never to files of this machine. */
const network = 'http,https,tcp,tls,crypto,httpproxy,data'

type Common = Pick<StreamSettings, 'bufferMs' | 'memoryLimitMb' | 'whenHidden'> & { readonly whileAway: WhileAway }

function plan(
  settings: Common,
  address: string,
  options: LiveRequest['options'],
  more: Pick<LiveRequest, 'format' | 'network' | 'own'> = {},
): PlayPlan {
  const { bufferMs, whileAway, memoryLimitMb } = settings
  return {
    request: { type: 'live', address, ...more, options, bufferMs, whileAway, memoryLimitMb },
    closesHidden: settings.whenHidden === 'close',
  }
}

/** A stream of this host; where it is not live the host is asked again, and nothing connects. */
async function ownPlan(settings: Common, stream: string, context: SourceContext): Promise<PlayPlan> {
  try {
    const address = await context.liveUrl(stream)
    return plan(settings, address, liveOptions(address, {}), { own: true })
  } catch {
    return { problem: 'Nobody publishes it now: waiting for it', waits: true, whileAway: settings.whileAway }
  }
}

/** A URL with the user and password for its request. */
function withUser(address: string, user: string, password: string): string {
  if (user === '') return address
  const given = `${encodeURIComponent(user)}:${encodeURIComponent(password)}@`
  return address.replace(/^([a-z]+:\/\/)(?:[^/@]*@)?/i, `$1${given}`)
}

/**
 * FFmpeg's options for a URL. No read time-outs for media that comes by itself: FFmpeg goes on after one as if nothing had been lost, and
 * swallows the next packet; the player has its own. `nobuffer` would lose what was read to find out what is inside.
 */
function liveOptions(address: string, settings: { readonly rtspTransport?: string; readonly password?: string }): LiveRequest['options'] {
  switch (address.slice(0, address.indexOf(':')).toLowerCase()) {
    case 'rtmp':
    case 'rtmps':
      return { rtmp_live: 'live' }
    case 'srt':
      return settings.password ? { passphrase: settings.password } : {}
    case 'rtsp':
    case 'rtsps':
      return { rtsp_transport: settings.rtspTransport ?? 'tcp', allowed_media_types: 'video+audio' }
    case 'udp':
      return { fifo_size: '50000', overrun_nonfatal: '1' }
    default:
      return {
        headers: ffmpegHeaders,
        protocol_whitelist: network,
        ...(/\.(?:m3u8|mpd)(?:$|[?#])/i.test(address) && { rw_timeout: '10000000' }),
      }
  }
}

/** A live stream: of our own host, or of any URL. */
export const startStream: StartSource<StreamSettings> = (settings, context) =>
  startMediaSource(settings, context, async (next, reach) => {
    const { stream, address, user, password } = next
    if (stream !== '') return ownPlan(next, stream, context)
    if (address === '') return { problem: 'Neither a stream of this host nor a URL is named yet' }
    if (!protocols.test(address)) {
      return { problem: 'The URL is none of rtmp, rtmps, srt, rtsp, rtsps, http, https or udp' }
    }
    const isSrt = /^srt:/i.test(address)
    const held = isLimited(reach, address) ? { network: reach.policy.network } : {}
    return plan(next, isSrt ? address : withUser(address, user, password), liveOptions(address, next), held)
  })

/** Somebody who was invited and comes in by WebRTC. */
export const startGuest: StartSource<GuestSettings> = (settings, context) =>
  startMediaSource(settings, context, async (next) => {
    if (next.guest === '') return { problem: 'Nobody was invited yet: name the stream of an invitation' }
    return ownPlan(next, next.guest, context)
  })

/** A camera that Video4Linux knows. */
export const startV4l2Camera: StartSource<V4l2CameraSettings> = (settings, context) =>
  startMediaSource(settings, context, async (next) => {
    const { width, height, frameRate, format } = next
    const device = next.device === '' ? (await listV4l2Cameras())[0]?.id : next.device
    if (device === undefined) return { problem: 'There is no camera: plug one in', waits: true }
    if (!cameraDevice.test(device)) return { problem: `${device} is no camera: choose another one` }
    const options = {
      ...(width > 0 && height > 0 && { video_size: `${width}x${height}` }),
      ...(frameRate > 0 && { framerate: String(frameRate) }),
      ...(format !== 'auto' && { input_format: format }),
    }
    return plan({ ...next, bufferMs: 20 }, device, options, { format: 'v4l2' })
  })
