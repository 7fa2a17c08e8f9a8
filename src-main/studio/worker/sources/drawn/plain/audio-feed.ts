import type { DrawingContext } from '../drawing.ts'

/** Writes computed audio into a source's store, some time ahead, exactly at its rate. */
export interface AudioFeed {
  /** Starts if it does not run. `onOrigin` gets the time of frame 0 before the first audio is requested. */
  start(onOrigin?: (originUs: number) => void): void
  stop(): void
}

/** How far ahead of the clock audio is written: a process that is delayed for less is not heard. */
const aheadUs = 150_000
const everyMs = 40

/**
 * Asks `fill` for interleaved stereo starting at frame `fromFrame`. Frames are counted from the feed's start and their times
 * computed from the count, so that the rate is exact for ever.
 */
export function createAudioFeed(
  context: Pick<DrawingContext, 'audioStore' | 'nowUs'>,
  sampleRate: number,
  fill: (into: Float32Array, fromFrame: number) => void,
): AudioFeed {
  let timer: NodeJS.Timeout | undefined
  let originUs = 0
  let frames = 0

  function feed(): void {
    const now = context.nowUs()
    const behindUs = now - (originUs + (frames * 1e6) / sampleRate)
    // After the machine slept there is nothing to make up for: the count goes on from now.
    if (behindUs > 1e6) frames = Math.ceil(((now - originUs) * sampleRate) / 1e6)
    const until = Math.floor(((now + aheadUs - originUs) * sampleRate) / 1e6)
    const count = until - frames
    if (count <= 0) return
    const samples = new Float32Array(count * 2)
    fill(samples, frames)
    context.audioStore?.write(samples, originUs + Math.round((frames * 1e6) / sampleRate))
    frames = until
  }

  return {
    start(onOrigin) {
      if (timer !== undefined) return
      originUs = context.nowUs()
      frames = 0
      onOrigin?.(originUs)
      feed()
      timer = setInterval(feed, everyMs)
    },
    stop() {
      clearInterval(timer)
      timer = undefined
    },
  }
}
