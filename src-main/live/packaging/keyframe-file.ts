import { buildChunk, ChunkSamples } from '../../formats/mp4/cmaf-chunk.ts'
import type { Rendition } from './rendition.ts'

/** A one-frame MP4; `id` changes with the frame. */
export interface NewestKeyframe {
  readonly id: string
  readonly data: Uint8Array
}

/** The newest keyframe of a stream as a file of its own, made when asked for and kept until there is a newer one. */
export class KeyframeFile {
  #newest: NewestKeyframe | undefined

  /** The newest keyframe of the first rendition that has one. */
  of(renditions: readonly Rendition[]): NewestKeyframe | undefined {
    for (const rendition of renditions) {
      const newest = rendition.newestKeyPart
      const init = newest === undefined ? undefined : rendition.inits.get(newest.initId)
      if (newest === undefined || init === undefined) continue
      const id = `${rendition.id}-${newest.sequence}-${newest.part.index}`
      if (this.#newest?.id === id) return this.#newest
      const { firstSampleOffset, firstSampleBytes, data } = newest.part
      const sample = new ChunkSamples()
      sample.push(data.subarray(firstSampleOffset, firstSampleOffset + firstSampleBytes), init.track.timescale, 0, true)
      const chunk = buildChunk('video', 1, 0, sample, false)
      const file = new Uint8Array(init.data.length + chunk.length)
      file.set(init.data)
      file.set(chunk, init.data.length)
      this.#newest = { id, data: file }
      return this.#newest
    }
    return undefined
  }

  /** Releases the frame. */
  clear(): void {
    this.#newest = undefined
  }
}
