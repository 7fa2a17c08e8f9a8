import { sourcesOf } from '../shown-sources.ts'
import type { Collection, ProgramState } from '../types.ts'

/** What tiles a page shows. */
export const tileChoices = ['scenes', 'sources', 'both'] as const
export type TileChoice = (typeof tileChoices)[number]

/** Red, green and yellow of the tile's border. */
export type Tally = 'on-air' | 'prepared' | 'in-program' | 'none'

export interface Tile {
  /** Id for the feed: `scene:ID`, `source:ID`. */
  readonly id: string
  readonly name: string
  /** Id of the scene, where it is one. */
  readonly scene?: string
  readonly tally: Tally
}

/** The tiles of a show: its scenes, and its sources with video (`hasVideo` by kind), each with what it is to viewers. */
export function tilesOf(
  document: Collection,
  program: ProgramState,
  choice: TileChoice,
  hasVideo: (kind: string) => boolean,
): readonly Tile[] {
  const onAir = new Set(program.canvases.map((each) => each.program))
  const prepared = new Set(program.studioMode ? program.canvases.flatMap(({ preview }) => preview ?? []) : [])
  const scenes = document.scenes.map(
    ({ id, name }): Tile => ({
      id: `scene:${id}`,
      name,
      scene: id,
      tally: onAir.has(id) ? 'on-air' : prepared.has(id) ? 'prepared' : 'none',
    }),
  )
  if (choice === 'scenes') return scenes
  const inProgram = sourcesOf(onAir, document)
  const inPreview = sourcesOf(prepared, document)
  const sources = document.sources
    .filter(({ kind }) => hasVideo(kind))
    .map(
      ({ id, name }): Tile => ({
        id: `source:${id}`,
        name,
        tally: inProgram.has(id) ? 'in-program' : inPreview.has(id) ? 'prepared' : 'none',
      }),
    )
  return choice === 'sources' ? sources : [...scenes, ...sources]
}

/** Between two tiles, and beside them, pixels: as the stylesheet has it. */
const gap = 6
/** Share of the height that tiles take at most; the rest is for program and preview. */
const maxShare = 0.46
/** Narrower ones are scrolled. */
const narrow = 600

/** In how many columns, and how wide, tiles of 16:9 are the largest on a wall of that size, pixels. */
export function layTiles(count: number, width: number, height: number): { readonly columns: number; readonly width: number } {
  if (width < narrow) return { columns: 2, width: Math.floor((width - 3 * gap) / 2) }
  let best = { columns: 1, width: 0 }
  for (let columns = 1; columns <= Math.max(1, count); columns++) {
    const rows = Math.ceil(count / columns)
    const across = (width - gap) / columns - gap
    const down = (((height * maxShare) / rows - gap) * 16) / 9
    const tile = Math.floor(Math.min(across, down))
    if (tile >= best.width) best = { columns, width: tile }
  }
  return best
}
