import { AV_CHANNEL_LAYOUT_STEREO, AV_SAMPLE_FMT_FLT } from 'node-av/constants'
import { FilterGraph, Frame, Rational } from 'node-av/lib'
import { must } from '../../../../../media/worker/ffmpeg/engine.ts'
import { audioRate } from './audio-rate.ts'
import { createFilter } from './filter-parts.ts'

/** Makes audio quicker or slower and keeps its pitch. */
export interface Tempo {
  /** How much earlier than its place a tone comes out, µs: about half of the filter's window. */
  readonly earlyUs: number
  /** Takes interleaved stereo; answers what is ready by it, good until the next call. */
  process(samples: Float32Array): Float32Array
  /** What is left inside. */
  finish(): Float32Array
  close(): void
}

/** By how much one filter is early, µs of what goes in: measured. */
const earlyInputUs = 20_000

/** @param speed 0.25 to 4 */
export function openTempo(speed: number): Tempo {
  const graph = new FilterGraph()
  graph.alloc()
  const source = createFilter(graph, 'abuffer', `sample_rate=${audioRate}:sample_fmt=flt:channel_layout=stereo:time_base=1/${audioRate}`)
  const sink = createFilter(graph, 'abuffersink', null)
  // One filter goes down to half the speed; above double it would leave samples out.
  const parts = speed < 0.5 || speed > 2 ? [Math.sqrt(speed), Math.sqrt(speed)] : [speed]
  let last = source
  let earlyUs = 0
  for (const [index, part] of parts.entries()) {
    const filter = createFilter(graph, 'atempo', `tempo=${part}`, `atempo${index}`)
    must(last.link(0, filter, 0), 'link')
    last = filter
    earlyUs = (earlyUs + earlyInputUs) / part
  }
  must(last.link(0, sink, 0), 'link')
  must(graph.configSync(), 'open the tempo filter')
  const output = new Frame()
  output.alloc()
  let given = 0
  let room = new Float32Array(0)

  function drain(): Float32Array {
    let frames = 0
    while (sink.buffersinkGetFrameSync(output) >= 0) {
      const made = output.nbSamples
      const bytes = output.data?.[0]
      if (bytes) {
        const samples = new Float32Array(bytes.buffer, bytes.byteOffset, 2 * made)
        if (room.length < 2 * (frames + made)) {
          const larger = new Float32Array(4 * (frames + made))
          larger.set(room.subarray(0, 2 * frames))
          room = larger
        }
        room.set(samples, 2 * frames)
        frames += made
      }
      output.unref()
    }
    return room.subarray(0, 2 * frames)
  }

  return {
    earlyUs,
    process(samples) {
      const input = new Frame()
      input.alloc()
      input.format = AV_SAMPLE_FMT_FLT
      input.sampleRate = audioRate
      input.channelLayout = AV_CHANNEL_LAYOUT_STEREO
      input.nbSamples = samples.length / 2
      input.timeBase = new Rational(1, audioRate)
      must(input.getBuffer(0), 'audio memory')
      const memory = input.data?.[0]
      memory?.set(new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength))
      input.pts = BigInt(given)
      given += samples.length / 2
      must(source.buffersrcAddFrameSync(input), 'give audio to the tempo filter')
      input.free()
      return drain()
    },
    finish() {
      source.buffersrcAddFrameSync(null)
      return drain()
    },
    close() {
      output.free()
      graph.free()
    },
  }
}
