/** Decides when the next frame of the test stream is due, by the wall clock. Times in ms since 1970. */
export interface Pacer {
  /** The frame to draw next and how long to wait for it; moves over frames that are too late to be worth sending. */
  next(nowMs: number): { readonly frame: number; readonly wallMs: number; readonly waitMs: number }
  /** Frames that were never drawn. */
  readonly skipped: number
}

/** Being late by less than this is made good by drawing faster; by more (a suspended machine, a clock set forward) by skipping. */
const catchUpMs = 1000

/**
 * Where a stream starts that waits for nothing: at the next frame of the second that runs. `lead`: frames of that second which are not sent.
 * Flash and beep are at full seconds of the wall clock, whenever it starts.
 */
export function startNow(nowMs: number, fps: number): { readonly startMs: number; readonly lead: number } {
  const secondMs = Math.floor(nowMs / 1000) * 1000
  const lead = Math.ceil(((nowMs - secondMs) * fps) / 1000)
  return { startMs: secondMs + (lead * 1000) / fps, lead }
}

/** `startMs`: when frame 0 is due. */
export function createPacer(startMs: number, fps: number): Pacer {
  let origin = startMs
  let frame = -1
  let skipped = 0
  return {
    get skipped() {
      return skipped
    },
    next(nowMs) {
      frame++
      const due = origin + (frame * 1000) / fps
      if (nowMs - due > catchUpMs) {
        const jump = Math.floor(((nowMs - due) * fps) / 1000)
        skipped += jump
        frame += jump
      } else if (due - nowMs > 2 * catchUpMs) {
        // The clock was set back: the video's clock follows by whole seconds, the stream's own time goes on.
        origin -= Math.floor((due - nowMs) / 1000) * 1000
      }
      const wallMs = origin + (frame * 1000) / fps
      return { frame, wallMs: Math.round(wallMs), waitMs: Math.max(0, wallMs - nowMs) }
    },
  }
}
