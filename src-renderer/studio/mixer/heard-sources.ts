import { sourcesOf } from '../shown-sources.ts'
import type { Collection, ProgramState, Source, SourceAudio, SourceReport } from '../types.ts'

/** A source with its place in the mixer. */
export interface Heard {
  readonly source: Source
  readonly audio: SourceAudio
}

export interface MixerLists {
  /** Of the scenes on air and in the preview, in no scene, or heard whatever is on air. */
  readonly active: readonly Heard[]
  /** Shown by other scenes alone: not heard now. */
  readonly elsewhere: readonly Heard[]
  /** Media files whose file has no audio. */
  readonly silent: readonly Heard[]
}

/** A file that is open and has no audio track. Playlists are not meant: their next file may have one. */
const hasNoAudio = ({ kind }: Source, report: SourceReport | undefined): boolean =>
  kind === 'media' && typeof report?.details?.file === 'string' && report.details.audioCodec === null

/** Which sources the mixer lists, in the order of the show. */
export function mixerLists(
  { sources, scenes }: Pick<Collection, 'sources' | 'scenes'>,
  { canvases, studioMode }: Pick<ProgramState, 'canvases' | 'studioMode'>,
  reports: Readonly<Record<string, SourceReport>>,
): MixerLists {
  const current = new Set(canvases.flatMap(({ program, preview }) => (studioMode && preview !== null ? [program, preview] : [program])))
  const shown = sourcesOf(current, { scenes })
  const placed = placedSources({ scenes })
  const lists = { active: [] as Heard[], elsewhere: [] as Heard[], silent: [] as Heard[] }
  for (const source of sources) {
    const { audio } = source
    if (audio === undefined) continue
    const isActive = shown.has(source.id) || !placed.has(source.id) || !audio.followsVideo || audio.solo
    const list = hasNoAudio(source, reports[source.id]) ? lists.silent : isActive ? lists.active : lists.elsewhere
    list.push({ source, audio })
  }
  return lists
}

/** Ids of the sources that any scene has, hidden or not. */
export const placedSources = ({ scenes }: Pick<Collection, 'scenes'>): ReadonlySet<string> =>
  new Set(
    scenes
      .flatMap(({ items }) => items)
      .flatMap((item) => ('group' in item ? item.group : [item]))
      .flatMap((item) => ('source' in item ? [item.source] : [])),
  )
