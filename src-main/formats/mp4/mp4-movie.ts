import { rescale } from '../media-time.ts'
import type { Track } from '../track.ts'
import { movieHeader, plainLabels, type TrackLabels, trackBox } from './cmaf-init.ts'
import { box, fourCharacters, fullBox, uint32s, writeUint32 } from './mp4-boxes.ts'
import { SampleTables } from './mp4-sample-tables.ts'

/** One coded frame of a movie; times in ticks of its track. */
export interface MovieSample {
  readonly size: number
  /** Presentation time. */
  readonly pts: number
  /** How long it is shown or heard. */
  readonly duration: number
  readonly key: boolean
}

/** A track of a movie, all of its samples known. */
export interface MovieTrack {
  readonly track: Track
  /** In decoding order; never empty. */
  readonly samples: readonly MovieSample[]
  /** What is presented, ticks: the movie starts at `startTicks`, samples outside are decoded and not presented. */
  readonly startTicks: number
  readonly endTicks: number
  /** Those of a track that is alone where left out. */
  readonly labels?: TrackLabels
}

/** Samples of one track that follow each other in the file: `from` up to, without, `to`. */
export interface MovieRun {
  /** Index of the track. */
  readonly track: number
  readonly from: number
  readonly to: number
}

export interface MovieHead {
  /** `ftyp`, `moov`, and the header of `mdat`. */
  readonly bytes: Uint8Array
  /** In which order samples follow. */
  readonly runs: readonly MovieRun[]
  /** Bytes of the whole file. */
  readonly fileBytes: number
}

/** Ticks per second of the movie's own times. */
const movieTimescale = 90_000
/** Seconds from 1904, where the format's clock starts, to 1970. */
const epochS = 2_082_844_800
/** Tracks take turns at this interval, s. */
const turnS = 1

/**
 * Decoding times for samples in decoding order: the presentation times in rising order, moved back as far as B-frames ask. They rise
 * steadily over joints of streams that reorder differently, and last as long as the frames are shown.
 */
export function decodingTimes(samples: readonly MovieSample[]): Float64Array {
  const times = Float64Array.from(samples, (sample) => sample.pts).sort()
  let delay = 0
  for (const [index, { pts }] of samples.entries()) delay = Math.max(delay, (times[index] as number) - pts)
  for (let index = 0; index < times.length; index++) times[index] = (times[index] as number) - delay
  return times
}

/** The head of a plain MP4 file (ISO/IEC 14496-12) whose `moov` is first. `createdMs` is ms since 1970. */
export function buildMovieHead(tracks: readonly MovieTrack[], createdMs: number): MovieHead {
  const times = tracks.map(({ samples, track }) =>
    track.kind === 'video' ? decodingTimes(samples) : Float64Array.from(samples, (each) => each.pts),
  )
  const runs = interleave(tracks, times)
  let mediaBytes = 0
  for (const { samples } of tracks) for (const { size } of samples) mediaBytes += size
  const brands = ['isom', 'iso6', 'mp41'].map(fourCharacters)
  const fileType = box('ftyp', uint32s(fourCharacters('isom'), 0x200, ...brands))
  const movieAt = (base: number): Uint8Array => movieBox(tracks, times, runs, base, Math.round(createdMs / 1000) + epochS)
  const headBytes = fileType.length + movieAt(0).length + 16
  const movie = movieAt(headBytes)
  const bytes = new Uint8Array(headBytes)
  bytes.set(fileType)
  bytes.set(movie, fileType.length)
  bytes.set(uint32s(1, fourCharacters('mdat')), headBytes - 16)
  writeUint32(bytes, headBytes - 8, Math.floor((mediaBytes + 16) / 2 ** 32))
  writeUint32(bytes, headBytes - 4, (mediaBytes + 16) % 2 ** 32)
  return { bytes, runs, fileBytes: headBytes + mediaBytes }
}

function interleave(tracks: readonly MovieTrack[], times: readonly Float64Array[]): MovieRun[] {
  const runs: MovieRun[] = []
  const next = tracks.map(() => 0)
  const firstS = tracks.map(({ track }, index) => ((times[index] as Float64Array)[0] as number) / track.timescale)
  for (let untilS = Math.min(...firstS) + turnS; next.some((at, index) => at < (times[index] as Float64Array).length); untilS += turnS) {
    for (const [index, { track }] of tracks.entries()) {
      const list = times[index] as Float64Array
      const from = next[index] as number
      let to = from
      while (to < list.length && (list[to] as number) < untilS * track.timescale) to++
      if (to > from) runs.push({ track: index, from, to })
      next[index] = to
    }
  }
  return runs
}

function movieBox(
  tracks: readonly MovieTrack[],
  times: readonly Float64Array[],
  runs: readonly MovieRun[],
  base: number,
  createdS: number,
): Uint8Array {
  const tables = tracks.map(({ track }) => new SampleTables(track.kind === 'video'))
  let at = base
  for (const { track, from, to } of runs) {
    const table = tables[track] as SampleTables
    const { samples } = tracks[track] as MovieTrack
    const list = times[track] as Float64Array
    const first = list[0] as number
    table.chunk(at, to - from)
    for (let index = from; index < to; index++) {
      const { size, pts, duration, key } = samples[index] as MovieSample
      const dts = list[index] as number
      table.sample(size, Math.round(dts - first), Math.max(1, Math.round(duration)), Math.round(pts - dts), key)
      at += size
    }
  }
  let movieTicks = 0
  const boxes = tracks.map(({ track, startTicks, endTicks, samples, labels = plainLabels }, index) => {
    const toMovie = (ticks: number): number => rescale(ticks, track.timescale, movieTimescale)
    const first = (times[index] as Float64Array)[0] as number
    let firstShown = samples[0]?.pts ?? 0
    for (const { pts } of samples) if (pts < firstShown) firstShown = pts
    const late = Math.max(0, firstShown - startTicks)
    const length = toMovie(endTicks - startTicks - late)
    const wait = toMovie(late)
    movieTicks = Math.max(movieTicks, wait + length)
    const entries = [...(wait > 0 ? [wait, -1, 0x10000] : []), length, Math.round(Math.max(startTicks, firstShown) - first), 0x10000]
    const edits = box('edts', fullBox('elst', 0, 0, uint32s(entries.length / 3, ...entries)))
    const table = tables[index] as SampleTables
    const trackTables = table.boxes()
    return { track, labels, edits, movieTicks: wait + length, mediaTicks: table.ticks, tables: trackTables }
  })
  return box(
    'moov',
    movieHeader(movieTimescale, tracks.length + 1, movieTicks, createdS),
    ...boxes.map(({ track, labels, ...indexed }, index) => trackBox(track, index + 1, labels, indexed)),
  )
}
