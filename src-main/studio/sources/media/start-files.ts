import type { StartSource } from '../running-source.ts'
import type { ImageSequenceSettings, MediaSettings, PlaylistSettings } from './kinds.ts'
import { type PlayPlan, startMediaSource } from './media-source.ts'

type Common = Pick<MediaSettings, 'speed' | 'whenShown' | 'whenHidden' | 'atEnd' | 'memoryLimitMb' | 'loop'>

function plan(settings: Common, more: { items: PlayItems; shuffle?: boolean; soundTrack?: number }): PlayPlan {
  if (more.items.length === 0) return { problem: 'No file is named yet' }
  const { speed, whenShown, whenHidden, atEnd, memoryLimitMb, loop } = settings
  return {
    request: { type: 'files', shuffle: false, soundTrack: 1, ...more, speed, whenShown, whenHidden, atEnd, memoryLimitMb, loop },
    closesHidden: whenHidden === 'close',
  }
}

type PlayItems = readonly { file: string; sequenceRate?: number; trimInMs: number; trimOutMs: number | null }[]

/** A media file. */
export const startMedia: StartSource<MediaSettings> = (settings, context) =>
  startMediaSource(settings, context, async (next) => {
    const { file, trimInMs, trimOutMs, soundTrack } = next
    if (trimOutMs !== null && trimOutMs <= trimInMs) return { problem: 'It ends (trimOutMs) before it begins (trimInMs)' }
    return plan(next, { items: file === '' ? [] : [{ file, trimInMs, trimOutMs }], soundTrack })
  })

/** Media files one after the other. */
export const startPlaylist: StartSource<PlaylistSettings> = (settings, context) =>
  startMediaSource(settings, context, async (next) => {
    const wrong = next.items.findIndex(({ trimInMs, trimOutMs }) => trimOutMs !== null && trimOutMs <= trimInMs)
    if (wrong >= 0) return { problem: `Item ${wrong + 1} ends (trimOutMs) before it begins (trimInMs)` }
    return plan(next, { items: next.items, shuffle: next.shuffle })
  })

/** Numbered pictures. */
export const startImageSequence: StartSource<ImageSequenceSettings> = (settings, context) =>
  startMediaSource(settings, context, async (next) => {
    const { files, frameRate, trimInMs, trimOutMs } = next
    if (trimOutMs !== null && trimOutMs <= trimInMs) return { problem: 'It ends (trimOutMs) before it begins (trimInMs)' }
    return plan(next, { items: files === '' ? [] : [{ file: files, sequenceRate: frameRate, trimInMs, trimOutMs }] })
  })
