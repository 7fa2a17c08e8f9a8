import type { TileSize } from './messages.ts'

/** A small image's place: which file, where in it, and the time that it represents, s. */
export interface SpriteCue {
  readonly startS: number
  readonly endS: number
  /** URL relative to the track's. */
  readonly sheet: string
  readonly x: number
  readonly y: number
  readonly size: TileSize
}

/** The `height` of images that are 160 wide, even. */
export function tileSize(width: number, height: number, aspect: readonly [number, number] = [1, 1]): TileSize {
  const shown = (width * aspect[0]) / aspect[1]
  const tall = shown > 0 && height > 0 ? (160 * height) / shown : 90
  return { width: 160, height: Math.min(320, Math.max(20, 2 * Math.round(tall / 2))) }
}

/** A WebVTT track of images (W3C WebVTT, with the media fragments that players of thumbnails read). `note` lines say what time 0 is. */
export function writeSpriteTrack(cues: readonly SpriteCue[], note: string): string {
  const lines = ['WEBVTT', '', `NOTE ${note}`, '']
  for (const { startS, endS, sheet, x, y, size } of cues) {
    lines.push(`${clock(startS)} --> ${clock(endS)}`, `${sheet}#xywh=${x},${y},${size.width},${size.height}`, '')
  }
  return lines.join('\n')
}

/** 00:01:02.345 */
function clock(seconds: number): string {
  const ms = Math.max(0, Math.round(seconds * 1000))
  const two = (value: number): string => String(value).padStart(2, '0')
  return `${two(Math.floor(ms / 3_600_000))}:${two(Math.floor(ms / 60_000) % 60)}:${two(Math.floor(ms / 1000) % 60)}.${String(ms % 1000).padStart(3, '0')}`
}
