import type { MediaPlayerClass } from 'dashjs'

/** What is used of a request of dash.js. */
interface MediaRequest {
  headers?: Record<string, string>
  readonly customData?: { readonly request?: SegmentRequest }
}

interface SegmentRequest {
  readonly type?: string | null
  readonly mediaType?: string
  /** Of the quality that is asked for, bits/s. */
  readonly bandwidth?: number
}

const objectTypes: Readonly<Record<string, string>> = { MPD: 'm', InitializationSegment: 'i' }

/** CMCD keys in hundreds, as CTA-5004 wants throughput and buffer length. */
const hundreds = (value: number): number => Math.round(value / 100) * 100

/**
 * Common Media Client Data (CTA-5004) as headers, for `addRequestInterceptor`. In place of dash.js's own, which hands a copy of each
 * request to its loader (5.2.1): what it later aborts is the original, so that no request that has started can be given up.
 */
export function cmcdHeaders(player: MediaPlayerClass, session: string): (request: MediaRequest) => Promise<MediaRequest> {
  return async (request) => {
    const { type, mediaType, bandwidth } = request.customData?.request ?? {}
    const object = objectTypes[type ?? ''] ?? (mediaType === 'video' ? 'v' : mediaType === 'audio' ? 'a' : undefined)
    const headers: Record<string, string> = { ...request.headers, 'CMCD-Session': `cid="live",sf=d,sid="${session}",st=l` }
    if (object !== undefined) headers['CMCD-Object'] = `${bandwidth ? `br=${Math.round(bandwidth / 1000)},` : ''}ot=${object}`
    if (object === 'v' || object === 'a') {
      const bufferMs = player.getBufferLength(object === 'v' ? 'video' : 'audio') * 1000
      const kbps = player.getAverageThroughput(object === 'v' ? 'video' : 'audio')
      const keys = [bufferMs >= 0 ? `bl=${hundreds(bufferMs)}` : '', kbps > 0 ? `mtp=${hundreds(kbps)}` : ''].filter((key) => key !== '')
      if (keys.length > 0) headers['CMCD-Request'] = keys.join(',')
    }
    request.headers = headers
    return request
  }
}
