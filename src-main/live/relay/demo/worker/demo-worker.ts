/** The process that makes the test stream: FFmpeg runs in it, so that a crash of FFmpeg does not crash the host. */
import { setTimeout as sleep } from 'node:timers/promises'
import { createTestCard } from '../../../../media/worker/test-card/test-card.ts'
import { fillTone, toneSampleRate } from '../../../../media/worker/test-card/test-tone.ts'
import { connectToHost } from '../../../../platform/workers/worker-side.ts'
import type { FromWorker, TestStreamOptions, ToWorker } from '../messages.ts'
import { createPacer, startNow } from './pacing.ts'

// Loaded at once: there may be time until the host says what to do.
const loading = import('./encoder.ts')
loading.catch(() => undefined)
let running = false

const host = connectToHost<ToWorker, FromWorker>((message) => {
  running = true
  run(message.options)
    .catch((error: unknown) => fail('broken', error))
    .finally(() => {
      running = false
      if (host.stopping.aborted) host.end()
    })
})
host.stopping.addEventListener('abort', () => {
  if (!running) host.end()
})

function fail(reason: 'engine-missing' | 'refused' | 'broken', error: unknown): void {
  host.send({ type: 'failed', reason, message: error instanceof Error ? error.message : String(error) })
}

async function run(options: TestStreamOptions): Promise<void> {
  let engine: typeof import('./encoder.ts')
  try {
    engine = await loading
  } catch (error) {
    return fail('engine-missing', error)
  }
  let encoder: Awaited<ReturnType<typeof engine.openTestStreamEncoder>>
  try {
    encoder = await engine.openTestStreamEncoder(options)
  } catch (error) {
    return fail('refused', error)
  }
  const card = createTestCard(options.width, options.height)
  card.paintAll(encoder.planes())
  const { startMs, lead } = options.paced ? startNow(Date.now(), options.fps) : { startMs: Math.ceil(Date.now() / 1000) * 1000, lead: 0 }
  const pacer = createPacer(startMs, options.fps)
  const leadSamples = Math.round((lead * toneSampleRate) / options.fps)
  const fill: typeof fillTone = (into, firstSample) => fillTone(into, firstSample + leadSamples)
  let nextSample = 0
  let encoded = 0
  try {
    while (!host.stopping.aborted && (options.frames === undefined || encoded < options.frames)) {
      // Unpaced, the clock of the video is the one that a paced run would have had.
      const due = pacer.next(options.paced ? Date.now() : startMs + (encoded * 1000) / options.fps)
      if (due.waitMs > 0) await sleep(due.waitMs, undefined, { signal: host.stopping })
      const audioUntil = (due.frame * toneSampleRate) / options.fps
      // After a gap the audio continues at the video's time, not with what was missed.
      if (audioUntil - nextSample > 2 * toneSampleRate) nextSample = Math.floor(audioUntil)
      card.paintMoving(encoder.planes(), due.frame, due.wallMs)
      await encoder.writeFrame(due.frame)
      // After the video: FLV accepts nothing before its first packet, and Opus starts a little after 0.
      while (nextSample <= audioUntil + 2 * encoder.samplesPerPacket) {
        await encoder.writeAudio(nextSample, fill)
        nextSample += encoder.samplesPerPacket
      }
      if (encoded === 0) host.send({ type: 'started' })
      encoded++
      if (encoded % (options.fps * 2) === 0) host.send({ type: 'progress', frame: due.frame, skipped: pacer.skipped })
    }
    await encoder.close()
    host.send({ type: 'finished' })
  } catch (error) {
    await encoder.close()
    if (!host.stopping.aborted) fail('broken', error)
  }
}

host.ready()
