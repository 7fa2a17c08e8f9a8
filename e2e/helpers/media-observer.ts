import { setTimeout as delay } from 'node:timers/promises'
import type { AudioStore } from '../../src-main/media/worker/stores/media-stores.ts'
import { readBarcode } from './barcode.ts'
import type { OpenedSource, SeenStudioFrame } from './studio-source.ts'

/** A frame that was in a source's store. */
export interface ObservedFrame {
  /** Frame counter of the test card; undefined if it cannot be read, or if nothing was shown. */
  readonly frame: number | undefined
  /** When it was due, µs. */
  readonly timeUs: number
  /** The light that goes with the beep. */
  readonly flash: boolean
}

/** Audio that was written in one piece. */
export interface ObservedAudio {
  readonly timeUs: number
  readonly samples: Float32Array
}

/** The frame counter of a test card. */
export function frameOf(frame: SeenStudioFrame | undefined): number | undefined {
  return frame && readBarcode(frame.width, frame.height, frame.luma)?.frame
}

/** Watches a source while `during` runs: every frame that it shows, and all its audio. */
export async function observe(
  source: OpenedSource,
  during: number | Promise<unknown>,
): Promise<{ frames: ObservedFrame[]; audio: ObservedAudio[] }> {
  const frames: ObservedFrame[] = []
  const reader = audioReader(source.audio)
  let over = false
  const done = (typeof during === 'number' ? delay(during) : during).finally(() => {
    over = true
  })
  done.catch(() => undefined)
  let sequence = -1
  for (;;) {
    const now = source.frames.sequence
    if (now !== sequence) {
      sequence = now
      const shown = source.frame()
      if (shown === undefined) frames.push({ frame: undefined, timeUs: Number.NaN, flash: false })
      else {
        const { width, height, timeUs } = shown
        frames.push({ frame: frameOf(shown), timeUs, flash: shown.luma(Math.floor(width * 0.89), Math.floor(height * 0.86)) > 126 })
      }
    }
    reader.read()
    if (over) {
      await done
      return { frames, audio: reader.pieces }
    }
    await delay(4)
  }
}

function audioReader(store: AudioStore) {
  const pieces: { timeUs: number; samples: Float32Array }[] = []
  const into = new Float32Array(2 * 48_000)
  let from = store.written
  return {
    pieces,
    read(): void {
      for (;;) {
        const got = store.read(from, into)
        if (got.frames === 0) return
        from = got.from + got.frames
        const last = pieces.at(-1)
        const endUs = last && last.timeUs + (last.samples.length / 2 / 48_000) * 1e6
        const samples = into.slice(0, 2 * got.frames)
        if (last && Math.abs(got.timeUs - (endUs as number)) < 1000) {
          const joined = new Float32Array(last.samples.length + samples.length)
          joined.set(last.samples)
          joined.set(samples, last.samples.length)
          last.samples = joined
        } else pieces.push({ timeUs: got.timeUs, samples })
      }
    },
  }
}

/** Times at which the test card's beep of 1 kHz starts, µs. */
export function beepsOf(audio: readonly ObservedAudio[]): number[] {
  const window = 240
  const beeps: number[] = []
  for (const { timeUs, samples } of audio) {
    let quiet = 0
    for (let start = 0; start + window <= samples.length / 2; start += 24) {
      let [real, imaginary] = [0, 0]
      for (let index = 0; index < window; index++) {
        const angle = (2 * Math.PI * 1000 * index) / 48_000
        real += samples[2 * (start + index)]! * Math.cos(angle)
        imaginary += samples[2 * (start + index)]! * Math.sin(angle)
      }
      const level = (2 * Math.hypot(real, imaginary)) / window
      if (level < 0.08) quiet += 24
      else if (level > 0.12) {
        // Half of a window full of beep: its onset is in the middle.
        if (quiet > 12_000) beeps.push(timeUs + ((start + window / 2) / 48_000) * 1e6)
        quiet = 0
      }
    }
  }
  return beeps
}

/** How far each flash that was seen from its first frame on is from the nearest beep, ms. */
export function flashesFromBeeps(frames: readonly ObservedFrame[], audio: readonly ObservedAudio[]): number[] {
  const seen = frames.filter(({ frame }) => frame !== undefined)
  const beeps = beepsOf(audio)
  return seen
    .filter(({ flash, frame }, index) => flash && seen[index - 1]?.flash === false && (seen[index - 1]?.frame as number) + 1 === frame)
    .map(({ timeUs }) => Math.min(...beeps.map((beep) => Math.abs(beep - timeUs))) / 1000)
}

/** How far audio is from a steady tone, at the worst place: a click, a gap and a jump of phase all show. */
export function worstClick(samples: Float32Array, hz: number): number {
  const turn = 2 * Math.cos((2 * Math.PI * hz) / 48_000)
  let worst = 0
  for (let index = 2; index + 2 < samples.length; index += 2) {
    worst = Math.max(worst, Math.abs(samples[index - 2]! + samples[index + 2]! - turn * samples[index]!))
  }
  return worst
}
