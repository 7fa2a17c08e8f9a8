import type { AudioStore } from '../../../../media/worker/stores/media-stores.ts'

/** Difference of times that is a seam, us. */
const seamUs = 5000

/** An audio store in this process only, with what tests and benches need: the same rules as the shared one, without its addon. */
export function memoryAudioStore(sampleRate: number): AudioStore {
  const capacity = sampleRate * 2
  const samples = new Float32Array(capacity * 2)
  const marks: { readonly frame: number; readonly timeUs: number; readonly seam: boolean }[] = []
  let written = 0
  let endTimeUs = 0
  return {
    address: 'memory',
    sampleRate,
    get written() {
      return written
    },
    get endTimeUs() {
      return endTimeUs
    },
    write(source, timeUs) {
      const frames = source.length / 2
      marks.push({ frame: written, timeUs, seam: written === 0 || Math.abs(timeUs - endTimeUs) > seamUs })
      while (marks.length > 1 && marks[1]!.frame <= written - capacity) marks.shift()
      for (let frame = 0; frame < frames; frame++) {
        const at = ((written + frame) % capacity) * 2
        samples[at] = source[frame * 2]!
        samples[at + 1] = source[frame * 2 + 1]!
      }
      written += frames
      endTimeUs = timeUs + (frames * 1e6) / sampleRate
    },
    read(wanted, into) {
      const from = Math.min(written, Math.max(wanted, written - capacity))
      if (from === written) return { from, frames: 0, timeUs: endTimeUs }
      let index = marks.length - 1
      while (index > 0 && marks[index]!.frame > from) index--
      const mark = marks[index]!
      let end = Math.min(written, from + into.length / 2)
      for (let next = index + 1; next < marks.length && marks[next]!.frame < end; next++) if (marks[next]!.seam) end = marks[next]!.frame
      for (let frame = from; frame < end; frame++) {
        const at = (frame % capacity) * 2
        into[(frame - from) * 2] = samples[at]!
        into[(frame - from) * 2 + 1] = samples[at + 1]!
      }
      return { from, frames: end - from, timeUs: mark.timeUs + ((from - mark.frame) * 1e6) / sampleRate }
    },
    close() {},
  }
}
