import type { ImageMaker } from './image-maker.ts'
import { type SpriteCue, tileSize, writeSpriteTrack } from './sprite-track.ts'

/** What is made of a file. */
export interface FileImages {
  /** JPEG. */
  readonly poster: Uint8Array
  /** JPEG of all small images. */
  readonly sheet: Uint8Array
  /** WebVTT; times are seconds from the file's start, the sheet's URL is `sprites.jpg`. */
  readonly track: string
}

const columns = 10
const maxTiles = 100
const minIntervalS = 2

/** Poster and scrubbing images of a file, from keyframes alone; undefined where none can be made. */
export async function imagesOfFile(
  maker: ImageMaker,
  file: { path: string; durationMs: number; width: number; height: number },
): Promise<FileImages | undefined> {
  const seconds = file.durationMs / 1000
  const intervalS = Math.max(minIntervalS, seconds / maxTiles)
  const count = Math.max(1, Math.min(maxTiles, Math.ceil(seconds / intervalS)))
  const size = tileSize(file.width, file.height)
  const made = await maker.make({ type: 'file', path: file.path, count, intervalS, size, columns })
  if (made?.sheet === undefined) return undefined
  const cues: SpriteCue[] = Array.from({ length: count }, (_, index) => ({
    startS: index * intervalS,
    endS: Math.min(seconds, (index + 1) * intervalS),
    sheet: 'sprites.jpg',
    x: (index % columns) * size.width,
    y: Math.floor(index / columns) * size.height,
    size,
  }))
  return { poster: made.jpeg, sheet: made.sheet, track: writeSpriteTrack(cues, 'origin=file') }
}
