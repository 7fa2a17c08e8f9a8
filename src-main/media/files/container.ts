import { MatroskaWriter } from '../../formats/matroska/matroska-writer.ts'
import type { MediaFileWriter } from '../../formats/media-file-writer.ts'
import { type FileStart, Mp4FileWriter } from '../../formats/mp4/mp4-file-writer.ts'
import { fitsTransportStream, TsStreamWriter } from '../../formats/mpegts/mpegts-stream-writer.ts'
import type { Track } from '../../formats/track.ts'

export type Container = 'mp4' | 'mkv' | 'ts'

/** Media types by container. */
export const mediaTypes: Readonly<Record<Container, string>> = { mp4: 'video/mp4', mkv: 'video/matroska', ts: 'video/mp2t' }

/** The tracks that have no place in the container: MP4 and Matroska take every codec that streams have. */
export function unfitTracks(container: Container, tracks: readonly Track[]): readonly Track[] {
  return container === 'ts' ? tracks.filter((track) => !fitsTransportStream(track)) : []
}

/** A writer for the container. */
export function openWriter(container: Container, tracks: readonly Track[], start: FileStart): MediaFileWriter {
  switch (container) {
    case 'mp4':
      return new Mp4FileWriter(tracks, start)
    case 'mkv':
      return new MatroskaWriter(tracks, start)
    case 'ts': {
      const writer = new TsStreamWriter(tracks)
      const nothing = new Uint8Array(0)
      return {
        head: () => nothing,
        fragment: (packets) => writer.write(packets),
        chapter: () => undefined,
        finish: () => ({ append: nothing, patches: [] }),
      }
    }
  }
}
