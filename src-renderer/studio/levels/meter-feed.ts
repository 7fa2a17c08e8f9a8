import { followTopics } from '../../client/event-socket.ts'

/** Levels of one source or track since the last reading, dBFS by channel. */
export interface Levels {
  readonly peakDb: readonly [number, number]
  readonly rmsDb: readonly [number, number]
  /** Momentary (400 ms) and short-term (3 s) loudness, LUFS; -120 in silence. */
  readonly lufs: number
  readonly shortTermLufs: number
  /** Highest sample in front of the filters, dBFS. */
  readonly inputDb: number
}

interface Reading extends Levels {
  /** `source:ID` or `track:N`. */
  readonly of: string
}

/** Newest readings by what they are of. Not state of React: meters are drawn 30 times a second beside it. */
const levels = new Map<string, Levels>()
const drawings = new Set<(levels: ReadonlyMap<string, Levels>, nowMs: number) => void>()
let close: (() => void) | undefined
let frame = 0
let readAtMs = 0

/** Older readings than this show nothing, ms. */
const staleAfterMs = 500

function draw(nowMs: number): void {
  frame = requestAnimationFrame(draw)
  if (nowMs - readAtMs > staleAfterMs) levels.clear()
  for (const each of drawings) each(levels, nowMs)
}

/**
 * Calls `drawing` with the newest levels for each frame of the screen until the returned function is called. The host measures only while
 * somebody follows.
 */
export function followMeters(drawing: (levels: ReadonlyMap<string, Levels>, nowMs: number) => void): () => void {
  drawings.add(drawing)
  if (close === undefined) {
    close = followTopics(['studio.meters'], ({ data }) => {
      readAtMs = performance.now()
      levels.clear()
      for (const reading of (data as { readonly meters: readonly Reading[] }).meters) levels.set(reading.of, reading)
    })
    frame = requestAnimationFrame(draw)
  }
  return () => {
    drawings.delete(drawing)
    if (drawings.size > 0) return
    close?.()
    close = undefined
    cancelAnimationFrame(frame)
    levels.clear()
  }
}
