import { type FileHandle, open } from 'node:fs/promises'
import { isFault } from '../../../../formats/fault.ts'
import { ticks } from '../../../../formats/media-time.ts'
import { buildMovieHead, type MovieSample, type MovieTrack } from '../../../../formats/mp4/mp4-movie.ts'
import type { AudioTrack, Packet, VideoTrack } from '../../../../formats/track.ts'
import { openVideoDecoder } from '../../../../media/worker/ffmpeg/video-decoder.ts'
import type { ClipMade, ClipOrder } from '../messages.ts'
import { type CutEncoder, canEncode, type EncodedFrame, openCutEncoder } from './cut-encoder.ts'
import { type CutPiece, type CutPlan, planCut } from './cut-plan.ts'
import { freeSetId, joinConfigurations } from './parameter-sets.ts'
import { type IndexedFrame, indexSource, readBytes } from './source-index.ts'

/** A frame of the clip: bytes of the source, or encoded again. */
interface ClipSample extends MovieSample {
  readonly from: { readonly file: FileHandle; readonly at: number } | Uint8Array
}

interface ClipTrack extends MovieTrack {
  readonly samples: readonly ClipSample[]
}

/** Audio before the start that a decoder needs for priming, s; it is not played. */
const preRollS = { opus: 0.08, other: 0.03 }
const largestRead = 4 * 1024 * 1024

/** Writes a clip as an MP4 file. Undefined if nothing is in the range. Throws what the disk or FFmpeg says. */
export async function makeClip(order: ClipOrder, onProgress: (fraction: number) => void): Promise<ClipMade | undefined> {
  const files: FileHandle[] = []
  const openSource = async (path: string): Promise<FileHandle> => {
    const file = await open(path)
    files.push(file)
    return file
  }
  try {
    let { fromS, toS } = order
    const tracks: ClipTrack[] = []
    let frames = 0
    let encodedFrames = 0
    let exact = true
    let note = ''
    if (order.video) {
      const file = await openSource(order.video.path)
      const cut = await cutVideo(file, order.video.track, await indexSource(file, order.video.segments, true), order)
      if (cut === undefined) return undefined
      const { timescale } = cut.movie.track
      fromS = cut.movie.startTicks / timescale
      toS = cut.movie.endTicks / timescale
      frames = cut.movie.samples.length
      ;({ encodedFrames, exact, note } = cut)
      tracks.push(cut.movie)
    }
    onProgress(0.3)
    if (order.audio) {
      const file = await openSource(order.audio.path)
      const audioPart = cutAudio(file, order.audio.track, await indexSource(file, order.audio.segments, false), fromS, toS)
      if (audioPart) tracks.push(audioPart)
    }
    if (tracks.length === 0) return undefined
    onProgress(0.4)
    const bytes = await writeMovie(order.path, tracks, order.originTimeMs + fromS * 1000, (done) => onProgress(0.4 + 0.6 * done))
    return { fromS, toS, bytes, frames, encodedFrames, exact, note }
  } finally {
    for (const file of files) await file.close().catch(() => undefined)
  }
}

interface VideoCut {
  readonly movie: ClipTrack
  readonly encodedFrames: number
  readonly exact: boolean
  readonly note: string
}

async function cutVideo(
  file: FileHandle,
  track: VideoTrack,
  frames: readonly IndexedFrame[],
  { fromS, toS }: ClipOrder,
): Promise<VideoCut | undefined> {
  const { timescale } = track
  let endTicks = 0
  for (const { pts, duration } of frames) endTicks = Math.max(endTicks, pts + duration)
  const range = { fromTicks: fromS * timescale, toTicks: toS * timescale, endTicks, timescale }
  let note = ''
  if (canEncode(track)) {
    const plan = planCut(frames, range, true)
    if (plan === undefined) return undefined
    try {
      return await follow(file, track, frames, plan, note)
    } catch (error) {
      note = `the cut could not be encoded: ${(error as Error).message}`
    }
  } else note = `${track.codec} is not encoded here: the clip starts with a keyframe`
  const plan = planCut(frames, range, false)
  return plan && follow(file, track, frames, plan, plan.exact ? '' : note)
}

async function follow(
  file: FileHandle,
  track: VideoTrack,
  frames: readonly IndexedFrame[],
  plan: CutPlan,
  note: string,
): Promise<VideoCut> {
  const samples: ClipSample[] = []
  let { config } = track
  let sets: Uint8Array | undefined
  let encodedFrames = 0
  for (const piece of plan.pieces) {
    if (piece.kind === 'copy') {
      for (const { at, size, pts, key, duration } of frames.slice(piece.from, piece.to))
        samples.push({ from: { file, at }, size, pts, duration, key })
      continue
    }
    const made = await encodeGroup(file, track, frames, piece, plan)
    if (sets === undefined) {
      const joined = joinConfigurations(track.config, made.config)
      if (isFault(joined)) throw new Error(joined.fault)
      config = joined
      sets = made.config
    } else if (Buffer.compare(sets, made.config) !== 0) throw new Error('the ends need different parameter sets')
    encodedFrames += made.encoded.length
    for (const { data, pts, key } of made.encoded) samples.push({ from: data, size: data.length, pts, duration: 1, key })
  }
  let last = plan.startTicks
  for (const { pts } of samples) if (pts > last) last = pts
  // the last in decoding order lasts as long as the last that is shown
  const final = samples.at(-1) as ClipSample
  samples[samples.length - 1] = { ...final, duration: plan.endTicks - last }
  const { startTicks, endTicks, exact } = plan
  return { movie: { track: { ...track, config }, samples, startTicks, endTicks }, encodedFrames, exact, note }
}

/** Decodes a group of pictures and encodes those of it that the clip shows. */
async function encodeGroup(
  file: FileHandle,
  track: VideoTrack,
  frames: readonly IndexedFrame[],
  { from, to }: CutPiece,
  { startTicks, endTicks }: CutPlan,
): Promise<{ readonly config: Uint8Array; readonly encoded: readonly EncodedFrame[] }> {
  const setId = freeSetId(track.config)
  if (setId === 0) throw new Error('no number is free for its parameter sets')
  const group = frames.slice(from, to)
  const wanted = group.filter(({ pts }) => pts >= startTicks && pts < endTicks).length
  const decoder = openVideoDecoder(track)
  const encoded: EncodedFrame[] = []
  let encoder: CutEncoder | undefined
  const drain = async (): Promise<void> => {
    for (let decoded = await decoder.next(); decoded !== undefined; decoded = await decoder.next()) {
      if (decoded.pts < startTicks || decoded.pts >= endTicks) continue
      encoder ??= openCutEncoder(track, decoded.frame, setId)
      encoded.push(...(await encoder.encode(decoded.frame, decoded.pts)))
    }
  }
  try {
    for (const { at, size, pts, dts, duration, key } of group) {
      const packet: Packet = {
        track,
        pts: ticks(pts),
        dts: ticks(dts),
        duration: ticks(duration),
        key,
        data: await readBytes(file, at, size),
      }
      await decoder.push(packet)
      await drain()
    }
    await decoder.finish()
    await drain()
    if (encoder === undefined) throw new Error('no frame could be decoded')
    encoded.push(...(await encoder.finish()))
    if (encoded.length !== wanted) throw new Error(`${encoded.length} of ${wanted} frames could be decoded`)
    return { config: encoder.config, encoded }
  } finally {
    encoder?.close()
    decoder.close()
  }
}

function cutAudio(file: FileHandle, track: AudioTrack, frames: readonly IndexedFrame[], fromS: number, toS: number): ClipTrack | undefined {
  const startTicks = Math.round(fromS * track.timescale)
  const wantedEnd = Math.round(toS * track.timescale)
  const rollTicks = (track.codec === 'opus' ? preRollS.opus : preRollS.other) * track.timescale
  const kept = frames.filter(({ pts, duration }) => pts + duration > startTicks - rollTicks && pts < wantedEnd)
  const last = kept.at(-1)
  if (last === undefined || last.pts + last.duration <= startTicks) return undefined
  const samples = kept.map(({ at, size, pts, duration }): ClipSample => ({ from: { file, at }, size, pts, duration, key: true }))
  return { track, samples, startTicks, endTicks: Math.min(wantedEnd, last.pts + last.duration) }
}

/** Writes the file; contiguous samples of the source are read at once. */
async function writeMovie(
  path: string,
  tracks: readonly ClipTrack[],
  createdMs: number,
  onProgress: (done: number) => void,
): Promise<number> {
  const head = buildMovieHead(tracks, createdMs)
  const out = await open(path, 'w', 0o640)
  try {
    let at = await writeAll(out, head.bytes, 0)
    for (const { track, from, to } of head.runs) {
      const { samples } = tracks[track] as ClipTrack
      let index = from
      while (index < to) {
        const first = samples[index] as ClipSample
        let bytes = first.size
        index++
        if (first.from instanceof Uint8Array) {
          at = await writeAll(out, first.from, at)
          continue
        }
        while (index < to && bytes < largestRead) {
          const next = samples[index] as ClipSample
          if (next.from instanceof Uint8Array || next.from.at !== first.from.at + bytes) break
          bytes += next.size
          index++
        }
        at = await writeAll(out, await readBytes(first.from.file, first.from.at, bytes), at)
      }
      onProgress(at / head.fileBytes)
    }
    await out.datasync()
    return at
  } finally {
    await out.close()
  }
}

async function writeAll(file: FileHandle, data: Uint8Array, at: number): Promise<number> {
  let done = 0
  while (done < data.length) done += (await file.write(data, done, data.length - done, at + done)).bytesWritten
  return at + data.length
}
