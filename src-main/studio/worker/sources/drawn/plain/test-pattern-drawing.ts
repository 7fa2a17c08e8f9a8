import { createTestCard, type Planes } from '../../../../../media/worker/test-card/test-card.ts'
import { fillTone, toneSampleRate } from '../../../../../media/worker/test-card/test-tone.ts'
import type { TestPatternSettings } from '../../../../document/kinds/drawn.ts'
import type { DrawingContext, StartDrawing } from '../drawing.ts'
import type { Tick } from '../frame-ticker.ts'
import { createAudioFeed } from './audio-feed.ts'
import { paintPattern } from './still-patterns.ts'

/**
 * A test pattern. The card carries the number of the program's frame and the wall clock, readable for programs, and flashes and beeps from
 * the first frame of each full second of that clock on; the other patterns do not move.
 */
export const startTestPattern: StartDrawing<TestPatternSettings> = (first, context, firstShown) => {
  let settings = first
  let shown = firstShown
  let stopTicks: (() => void) | undefined
  let card: ReturnType<typeof openCard> | undefined
  // Audio follows the wall clock, as the flash does: both are read once, so that neither jumps when it is set.
  const wallOriginUs = Date.now() * 1000 - context.nowUs()
  const beep = createAudioFeed(context, toneSampleRate, fillAudio)
  /** The full second before the first audio sample, µs; and how many samples are between. */
  let secondUs = 0
  let samplesBefore = 0

  function fillAudio(into: Float32Array, fromFrame: number): void {
    const mono = new Float32Array(into.length / 2)
    for (let from = 0; from < mono.length; ) {
      const sample = samplesBefore + fromFrame + from
      const second = Math.floor(sample / toneSampleRate)
      const until = Math.min(mono.length, from + (second + 1) * toneSampleRate - sample)
      // The flash can only start on a frame: the beep waits for it.
      const beginsUs = secondUs + second * 1e6
      const waitUs = context.frames.at(beginsUs).timeUs - beginsUs
      fillTone(mono.subarray(from, until), sample, Math.round((waitUs * toneSampleRate) / 1e6))
      from = until
    }
    for (let index = 0; index < mono.length; index++) into[2 * index] = into[2 * index + 1] = mono[index] as number
  }

  function draw(fresh: boolean): void {
    const width = settings.width || context.canvas.width
    const height = settings.height || context.canvas.height
    stopTicks?.()
    stopTicks = undefined
    card = undefined
    context.draw(() => {
      if (settings.pattern === 'card') {
        card = openCard(context, even(width), even(height), wallOriginUs)
        card.paint(context.frames.next())
      } else {
        const planes = paintPattern(settings.pattern, even(width), even(height))
        writePlanes(context, planes, even(width), even(height), context.nowUs())
      }
      context.report({ state: 'running', details: { width: even(width), height: even(height) } })
    }, fresh)
    rest()
  }

  /** Runs what moves, where it is seen and heard. */
  function rest(): void {
    const moving = card
    if (moving === undefined || !shown) {
      stopTicks?.()
      stopTicks = undefined
    } else stopTicks ??= context.frames.add((tick) => context.draw(() => moving.paint(tick), false))
    if (moving !== undefined && settings.beep) {
      beep.start((originUs) => {
        const sinceUs = (wallOriginUs + originUs) % 1e6
        secondUs = originUs - sinceUs
        samplesBefore = Math.round(sinceUs * (toneSampleRate / 1e6))
      })
    } else beep.stop()
  }

  draw(true)
  return {
    update(next) {
      settings = next
      draw(true)
    },
    show(now) {
      shown = now
      rest()
    },
    close() {
      stopTicks?.()
      beep.stop()
    },
  }
}

const even = (size: number): number => Math.max(16, size & ~1)

/** A test card and its memory. */
function openCard(context: DrawingContext, width: number, height: number, wallOriginUs: number): { paint(tick: Tick): void } {
  const plane = (w: number, h: number) => ({ data: new Uint8Array(w * h), stride: w })
  const planes: Planes = [plane(width, height), plane(width / 2, height / 2), plane(width / 2, height / 2)]
  const testCard = createTestCard(width, height)
  testCard.paintAll(planes)
  return {
    paint({ frame, timeUs }) {
      testCard.paintMoving(planes, frame, Math.floor((wallOriginUs + timeUs) / 1000))
      writePlanes(context, planes, width, height, timeUs)
    },
  }
}

function writePlanes(context: DrawingContext, [y, u, v]: Planes, width: number, height: number, timeUs: number): void {
  context.frameStore?.write({
    layout: 'i420',
    width,
    height,
    planes: [y.data, u.data, v.data],
    strides: [y.stride, u.stride, v.stride],
    timeUs,
  })
}
