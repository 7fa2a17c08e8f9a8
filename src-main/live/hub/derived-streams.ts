import type { LiveStream } from '../../media/live-stream.ts'

/**
 * Views of a stream that hold more, or other, tracks than its publisher sends: made by the stream's transcoder process.
 * A view has its source's id, name, epoch and timeline, and is subscribed to like any stream. Its packets keep their order
 * within a track; a derived track runs some hundred ms behind the source's own, and stops while its transcoder is away
 * (the source's own tracks go on).
 */
export interface DerivedStreams {
  /**
   * The source's own tracks and beneath them the ladder in force: `v-720p`, `v-480p`... with keyframes at the times of the
   * source's keyframes. Tracks may come and go while the stream runs (shedding, a changed ladder): `retired` says which were removed.
   */
  ladder(stream: LiveStream): LadderStream
  /**
   * What a WebRTC peer can play: one H.264 track without B-frames (the source's own where it has none) and one Opus track.
   * The transcoder runs only while somebody is subscribed and something must be made.
   */
  realtime(stream: LiveStream): LiveStream
}

/** True for the id of a track that a transcoder made; those of a publisher are `v0`, `a0` and so on. */
export function isDerived(trackId: string): boolean {
  return trackId.charCodeAt(1) === 0x2d
}

/** A stream with its ladder. */
export interface LadderStream extends LiveStream {
  /** Ids of renditions that were shed or taken away: the packager ends them, players switch. */
  onRetired(listener: (trackId: string) => void): () => void
}
