import type { Answer } from '../../src-main/api/typed-api.ts'
import type { Clip } from '../../src-main/live/jobs/clips/schemas.ts'
import type { Recording } from '../../src-main/live/jobs/recording/schemas.ts'
import { type CollectionState, useCollection } from '../client/collection.ts'
import { formatCodec, formatTracks } from '../client/format.ts'
import { clips } from '../clips/clip-store.ts'
import type { Media } from '../components/media-list.tsx'
import { recordings } from '../recording/recording-store.ts'
import { type StudioFile, studioFiles } from '../studio/outputs/studio-files.ts'
import { type DisplayRecording, displayRecordings } from './display-recordings.ts'

export type LibraryKind = 'recording' | 'replay' | 'clip'

/** A file of any part, as the Library lists it. */
export interface LibraryItem extends Media {
  /** Unlike that of the API, not the same for two kinds. */
  readonly id: string
  readonly kind: LibraryKind
  readonly part: 'live' | 'studio' | 'desktop'
  /** Name of the stream, output or display that it is of. */
  readonly source: string
  readonly container: string
  /** Codecs, in words. */
  readonly tracks: string
  /** Of its video, as 1920×1080; empty without video, or where nobody wrote it down. */
  readonly resolution: string
  readonly spritesUrl: string | null
  /** On the machine of the host; null where the API does not say. */
  readonly path: string | null
  readonly chapters: StudioFile['chapters']
  /** As its own list has it. */
  readonly of:
    | { readonly is: 'recording'; readonly entity: Recording }
    | { readonly is: 'clip'; readonly entity: Clip }
    | { readonly is: 'file'; readonly entity: StudioFile }
    | { readonly is: 'display'; readonly entity: DisplayRecording }
}

function resolutionOf(tracks: readonly { readonly width?: number; readonly height?: number }[]): string {
  const video = tracks.find(({ width }) => width !== undefined)
  return video === undefined ? '' : `${video.width}×${video.height}`
}

const ofRecording = (entity: Recording): LibraryItem => ({
  ...entity,
  id: `recording-${entity.id}`,
  kind: 'recording',
  part: 'live',
  source: entity.stream,
  tracks: formatTracks(entity.tracks),
  resolution: resolutionOf(entity.tracks),
  path: null,
  chapters: [],
  of: { is: 'recording', entity },
})

const ofClip = (entity: Clip): LibraryItem => ({
  ...entity,
  id: `clip-${entity.id}`,
  kind: 'clip',
  part: 'live',
  source: entity.stream,
  container: 'mp4',
  tracks: formatTracks(entity.tracks),
  resolution: resolutionOf(entity.tracks),
  spritesUrl: null,
  path: null,
  chapters: [],
  of: { is: 'clip', entity },
})

const ofStudioFile = (entity: StudioFile): LibraryItem => ({
  ...entity,
  id: `studio-${entity.id}`,
  part: 'studio',
  source: entity.outputName,
  tracks: entity.tracks.map(({ codec }) => formatCodec(codec)).join(' · '),
  resolution: resolutionOf(entity.tracks),
  spritesUrl: null,
  of: { is: 'file', entity },
})

const ofDisplay = (entity: DisplayRecording): LibraryItem => ({
  ...entity,
  id: `display-${entity.id}`,
  kind: 'recording',
  part: 'desktop',
  source: entity.displayName,
  tracks: formatTracks(entity.tracks),
  resolution: resolutionOf(entity.tracks),
  spritesUrl: null,
  path: null,
  chapters: [],
  of: { is: 'display', entity },
})

/** Everything that was recorded, saved as a replay or clipped, of all parts. */
export function useLibrary(): CollectionState<LibraryItem> {
  const lists = [useCollection(recordings), useCollection(clips), useCollection(studioFiles), useCollection(displayRecordings)] as const
  const [ofStreams, cut, made, ofDisplays] = lists
  return {
    loaded: lists.every(({ loaded }) => loaded),
    items: itemsById([
      ...Object.values(ofStreams.items).map(ofRecording),
      ...Object.values(cut.items).map(ofClip),
      ...Object.values(made.items).map(ofStudioFile),
      ...Object.values(ofDisplays.items).map(ofDisplay),
    ]),
  }
}

export const itemsById = (items: readonly LibraryItem[]): Readonly<Record<string, LibraryItem>> =>
  Object.fromEntries(items.map((item) => [item.id, item]))

/** What the lists of the API have in their trash. */
export const trashItems = (
  ofStreams: readonly Recording[],
  cut: readonly Clip[],
  made: readonly Answer<'GET', '/studio/files/*'>[],
  ofDisplays: readonly DisplayRecording[],
): readonly LibraryItem[] => [...ofStreams.map(ofRecording), ...cut.map(ofClip), ...made.map(ofStudioFile), ...ofDisplays.map(ofDisplay)]

export interface LibraryFilter {
  readonly kind: LibraryKind | 'all'
  readonly part: 'all' | LibraryItem['part']
  readonly search: string
}

/** Whether an item is what was asked for: every word of the search is in its title, file name or source. */
export function fits({ kind, part, title, fileName, source }: LibraryItem, filter: LibraryFilter): boolean {
  if (filter.kind !== 'all' && filter.kind !== kind) return false
  if (filter.part !== 'all' && filter.part !== part) return false
  const text = `${title} ${fileName} ${source}`.toLowerCase()
  return filter.search
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word))
}

export type LibraryOrder = 'newest' | 'oldest' | 'title' | 'longest' | 'largest'

export const comparisons: Readonly<Record<LibraryOrder, (one: LibraryItem, two: LibraryItem) => number>> = {
  newest: (one, two) => (one.startedAt < two.startedAt ? 1 : -1),
  oldest: (one, two) => (one.startedAt < two.startedAt ? -1 : 1),
  title: (one, two) => one.title.localeCompare(two.title, undefined, { numeric: true }),
  longest: (one, two) => two.durationMs - one.durationMs,
  largest: (one, two) => two.bytes - one.bytes,
}
