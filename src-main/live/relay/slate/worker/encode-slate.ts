import { Decoder, Demuxer, FilterAPI } from 'node-av/api'
import { AV_LOG_ERROR, AV_PICTURE_TYPE_NONE } from 'node-av/constants'
import { type CodecContext, type Frame, Log } from 'node-av/lib'
import {
  allocAudio,
  allocDrawnFrame,
  type DrawnLane,
  DrawnOutput,
  openDrawnAudio,
  openDrawnVideo,
  planesOf,
} from '../../../../media/worker/ffmpeg/drawn-output.ts'
import { must } from '../../../../media/worker/ffmpeg/engine.ts'
import type { SlateJob } from '../messages.ts'
import { drawSlate } from './draw-slate.ts'

/** An image is encoded for this long and repeated; a video is cut after `longestS`. */
const loopS = 2
const maxS = 10
const silenceS = 0.5
const maxPoints = 8192 * 4608

/** Encodes a slate in the settings of its stream into an FLV file: one closed group of pictures, then silence. */
export async function encodeSlate(job: SlateJob): Promise<void> {
  Log.setLevel(AV_LOG_ERROR)
  const frames = await framesOf(job)
  const output = new DrawnOutput('flv', job.output)
  const video = output.lane(openVideo(job, frames.count))
  const audio = job.audio === undefined ? undefined : output.lane(openDrawnAudio({ ...job.audio, bitRate: 64_000 }))
  must(await output.format.openOutput(), 'open output')
  must(await output.format.writeHeader(null), 'write head')
  for (let index = 0; index < frames.count; index++) {
    const frame = frames.at(index)
    frame.pictType = AV_PICTURE_TYPE_NONE
    frame.pts = BigInt(index)
    await output.encode(video, frame, 'encode video')
  }
  await output.encode(video, null, 'end video')
  if (audio !== undefined) await encodeSilence(output, audio)
  must(await output.format.writeTrailer(), 'write end')
  await output.format.closeOutput()
}

async function encodeSilence(output: DrawnOutput, lane: DrawnLane): Promise<void> {
  const { sampleRate } = lane.context
  const { frame: silence, samples } = allocAudio(lane.context)
  for (let at = 0; at < sampleRate * silenceS; at += samples) {
    must(silence.makeWritable(), 'audio memory')
    for (const plane of silence.data ?? []) plane?.fill(0)
    silence.pts = BigInt(at)
    await output.encode(lane, silence, 'encode audio')
  }
  await output.encode(lane, null, 'end audio')
  silence.free()
}

function openVideo({ video }: SlateJob, count: number): CodecContext {
  const { codec, width, height, rate } = video
  const gop = `keyint=${count + 1}:min-keyint=${count}`
  const settings: Record<string, string> =
    codec === 'h264'
      ? {
          'preset': 'veryfast',
          'tune': 'zerolatency',
          'crf': '24',
          'x264-params': `${gop}:scenecut=0`,
          ...(video.profile ? { profile: video.profile } : {}),
        }
      : codec === 'hevc'
        ? { 'preset': 'ultrafast', 'tune': 'zerolatency', 'crf': '26', 'x265-params': `${gop}:scenecut=0:bframes=0:log-level=error` }
        : { 'preset': '12', 'svtav1-params': `keyint=${count + 1}:pred-struct=1:scd=0` }
  return openDrawnVideo({ codec, width, height, rate, gop: count, settings })
}

/** The frames to encode: one repeatedly, or those of a short video. */
async function framesOf({ file, title, video }: SlateJob): Promise<{ count: number; at: (index: number) => Frame }> {
  const { width, height, rate } = video
  const stillCount = Math.max(1, Math.round((loopS * rate[0]) / rate[1]))
  if (file === undefined) {
    const frame = allocDrawnFrame(width, height)
    drawSlate(planesOf(frame), width, height, title)
    return { count: stillCount, at: () => frame }
  }
  const input = await Demuxer.open(file)
  const stream = input.video()
  if (stream === undefined) throw new Error('The file contains no image')
  if (stream.codecpar.width * stream.codecpar.height > maxPoints) throw new Error('The video has more points than 8K')
  const decoder = await Decoder.create(stream)
  const filter = FilterAPI.create(
    `fps=${rate[0]}/${rate[1]},scale=${width}:${height}:force_original_aspect_ratio=decrease:out_range=tv,pad=${width}:${height}:(ow-iw)/2:(oh-ih)/2,setsar=1,format=yuv420p`,
  )
  const frames: Frame[] = []
  const max = Math.floor((maxS * rate[0]) / rate[1])
  for await (const frame of filter.frames(decoder.frames(input.packets(stream.index)))) {
    if (frame === null) break
    const kept = frame.clone()
    if (kept !== null) frames.push(kept)
    if (frames.length >= max) break
  }
  const first = frames[0]
  if (first === undefined) throw new Error('The file contains no image that can be decoded')
  return frames.length === 1 ? { count: stillCount, at: () => first } : { count: frames.length, at: (index) => frames[index] as Frame }
}
