import type { ImageSequenceSettings, MediaSettings, PlaylistSettings } from '../../../document/kinds/media.ts'
import type { StartSource } from '../running-source.ts'
import { isLimited, type SourceReach } from '../source-reach.ts'
import { type PlayPlan, startMediaSource } from './media-source.ts'

type Common = Pick<MediaSettings, 'speed' | 'whenShown' | 'whenHidden' | 'atEnd' | 'memoryLimitMb' | 'loop'>

function plan(settings: Common, reach: SourceReach, more: { items: NamedItems; shuffle?: boolean; soundTrack?: number }): PlayPlan {
  if (more.items.length === 0) return { problem: 'No file is named yet' }
  const { speed, whenShown, whenHidden, atEnd, memoryLimitMb, loop } = settings
  return {
    request: {
      type: 'files',
      shuffle: false,
      soundTrack: 1,
      ...more,
      items: more.items.map((item) => ({ ...item, limited: isLimited(reach, item.file) })),
      reach: reach.policy,
      speed,
      whenShown,
      whenHidden,
      atEnd,
      memoryLimitMb,
      loop,
    },
    closesHidden: whenHidden === 'close',
  }
}

type NamedItems = readonly { file: string; sequenceRate?: number; trimInMs: number; trimOutMs: number | null }[]

/** A media file. */
export const startMedia: StartSource<MediaSettings> = (settings, context) =>
  startMediaSource(settings, context, async (next, reach) => {
    const { file, trimInMs, trimOutMs, soundTrack } = next
    if (trimOutMs !== null && trimOutMs <= trimInMs) return { problem: 'It ends (trimOutMs) before it starts (trimInMs)' }
    return plan(next, reach, { items: file === '' ? [] : [{ file, trimInMs, trimOutMs }], soundTrack })
  })

/** Media files one after the other. */
export const startPlaylist: StartSource<PlaylistSettings> = (settings, context) =>
  startMediaSource(settings, context, async (next, reach) => {
    const wrong = next.items.findIndex(({ trimInMs, trimOutMs }) => trimOutMs !== null && trimOutMs <= trimInMs)
    if (wrong >= 0) return { problem: `Item ${wrong + 1} ends (trimOutMs) before it starts (trimInMs)` }
    return plan(next, reach, { items: next.items, shuffle: next.shuffle })
  })

/** Numbered images. */
export const startImageSequence: StartSource<ImageSequenceSettings> = (settings, context) =>
  startMediaSource(settings, context, async (next, reach) => {
    const { files, frameRate, trimInMs, trimOutMs } = next
    if (trimOutMs !== null && trimOutMs <= trimInMs) return { problem: 'It ends (trimOutMs) before it starts (trimInMs)' }
    return plan(next, reach, { items: files === '' ? [] : [{ file: files, sequenceRate: frameRate, trimInMs, trimOutMs }] })
  })
