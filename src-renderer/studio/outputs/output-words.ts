import { formatBitrate, formatCodec } from '../../client/format.ts'
import { t } from '../messages.ts'
import type { Collection, Output } from '../types.ts'
import { frameSize } from './readiness.ts'
import { serviceOf, serviceTitle } from './services.ts'

/** Where an output goes, without its key. */
export function targetWords({ kind, settings }: Output): string {
  if (kind === 'host') return t.outputs.watchAt(String(settings.stream ?? ''))
  if (kind === 'recording') return settings.folder ? String(settings.folder) : t.outputs.recordingFolder
  if (kind === 'replay') return t.outputs.replayOf(Number(settings.seconds ?? 30))
  if (kind === 'virtual-camera') return settings.name ? String(settings.name) : t.outputs.cameraName
  const url = String(settings.url ?? '')
  try {
    return new URL(url.replace(/^(?:rtmps?|srt):/, 'https:')).host
  } catch {
    return url
  }
}

/** At which quality an output is encoded: `1920×1080, 30 fps, H.264, 6.00 Mbps`. */
export function qualityWords(output: Output, document: Collection): string {
  const { video } = output
  const size = frameSize(
    output,
    document.canvases.find(({ id }) => id === output.canvas),
  )
  if (video === null || size === undefined) return t.outputs.audioOnly
  const { numerator, denominator } = document.frameRate
  const fps = Number((numerator / denominator / video.frameDivisor).toFixed(2))
  const rate = video.rateControl === 'crf' ? t.outputs.constantQuality : formatBitrate(video.bitrateKbps)
  return [`${size.width}×${size.height}`, t.outputs.fps(fps), formatCodec(video.codec), rate].join(', ')
}

/** Title of the service or kind of an output. */
export function titleOf(output: Output): string {
  const service = serviceOf(output)
  return service ? serviceTitle(service) : t.outputs.kindTitle(output.kind)
}
