import { type RenditionReport, writeMediaPlaylist } from '../../../formats/playlists/m3u8-media.ts'
import { writeMultivariantPlaylist } from '../../../formats/playlists/m3u8-multivariant.ts'
import { listedParts, type MediaSegment, type PackagedRendition, type PackagedStream } from '../../packaging/packaged-stream.ts'

/** `https://cdn.example/live/NAME/`, or nothing, so that URLs stay relative. `token`: what a signed URL carries. */
export function urlPrefix(cdnPrefix: string, name: string, token?: string): string {
  if (cdnPrefix === '') return ''
  const signed = token === undefined ? '' : `@${encodeURIComponent(token)}/`
  return `${cdnPrefix.endsWith('/') ? cdnPrefix.slice(0, -1) : cdnPrefix}/live/${name}/${signed}`
}

/**
 * The multivariant playlist. The viewer's session goes into playlist URLs only: media URLs must be the same
 * for every viewer, or no cache could share them.
 */
export function multivariantText(
  stream: PackagedStream,
  options: {
    plain: boolean
    cdnPrefix: string
    session: string | undefined
    startOffsetS?: number | undefined
    token?: string | undefined
  },
): string {
  const file = options.plain ? 'hls.m3u8' : 'index.m3u8'
  const query = options.session === undefined ? '' : `?session=${options.session}`
  const prefix = urlPrefix(options.cdnPrefix, stream.name, options.token)
  const video = []
  const audio = []
  for (const rendition of offered(stream)) {
    const { track } = rendition
    const entry = {
      uri: `${prefix}${stream.epoch}/${rendition.id}/${file}${query}`,
      bandwidth: rendition.peakBandwidth,
      averageBandwidth: rendition.averageBandwidth,
      codecs: track.codecString,
    }
    if (track.kind === 'video') {
      video.push({ ...entry, width: track.width, height: track.height, frameRate: rendition.frameRate ?? track.frameRate })
    } else {
      audio.push({ ...entry, name: `Audio ${audio.length + 1}`, channels: track.channels })
    }
  }
  video.sort((a, b) => b.bandwidth - a.bandwidth)
  const independentSegments = stream.renditions.every((rendition) => rendition.segments.every((segment) => segment.independent))
  const startOffsetS = options.startOffsetS
  return writeMultivariantPlaylist({ independentSegments, video, audio, ...(startOffsetS !== undefined && { startOffsetS }) })
}

/**
 * The renditions that a new player is notified of: one that is not produced now, or that has no media yet while others have, is left out.
 */
export function offered(stream: PackagedStream): readonly PackagedRendition[] {
  const usable = stream.renditions.filter((rendition) => !rendition.away && rendition.averageBandwidth > 0)
  return usable.length > 0 ? usable : stream.renditions
}

/**
 * One rendition's media playlist. It is the same for all viewers, so its rendition reports carry no session: a report
 * is about the media, and a player that uses its own URL loses nothing.
 */
export function mediaPlaylistText(
  stream: PackagedStream,
  rendition: PackagedRendition,
  options: { plain: boolean; skip: boolean; cdnPrefix: string; written?: WeakMap<MediaSegment, string> },
): string {
  const prefix = urlPrefix(options.cdnPrefix, stream.name)
  const reports: RenditionReport[] = []
  if (!options.plain) {
    for (const other of stream.renditions) {
      if (other === rendition || other.id === rendition.id || other.away) continue
      const edge = lastListed(other)
      // Section 4.4.5.4: always relative, even where media has a CDN's URL.
      if (edge) reports.push({ uri: `../${other.id}/index.m3u8`, ...edge })
    }
  }
  return writeMediaPlaylist({
    timescale: rendition.track.timescale,
    targetDurationS: stream.targetDurationS,
    partTargetMs: stream.partTargetMs,
    lagMs: stream.lagMs,
    segments: rendition.segments,
    ended: stream.ended,
    lowLatency: !options.plain,
    skip: options.skip,
    ...(options.written && { written: options.written }),
    uriPrefix: prefix === '' ? '' : `${prefix}${stream.epoch}/${rendition.id}/`,
    hint: rendition.edge,
    reports,
  })
}

function lastListed(rendition: PackagedRendition): { lastSequence: number; lastPart: number | undefined } | undefined {
  for (let index = rendition.segments.length - 1; index >= 0; index--) {
    const segment = rendition.segments[index]
    if (!segment || segment.parts.length === 0) continue
    const parts = listedParts(segment)
    if (segment.complete && parts < segment.parts.length) return { lastSequence: segment.sequence, lastPart: undefined }
    if (parts > 0) return { lastSequence: segment.sequence, lastPart: parts - 1 }
  }
  return undefined
}
