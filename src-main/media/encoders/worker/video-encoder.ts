import { type AV_PIX_FMT_YUV420P, SWS_BILINEAR } from 'node-av/constants'
import { Frame, SoftwareScaleContext } from 'node-av/lib'
import type { Packet, Track } from '../../../formats/track.ts'
import { must } from '../../worker/ffmpeg/engine.ts'
import { openFrameEncoder, pixelFormatOf } from '../../worker/ffmpeg/frame-encoder.ts'
import { outputSize } from '../output-size.ts'
import type { VideoOutput } from '../video-output.ts'

/** Scales frames and encodes them. One call at a time. */
export interface VideoEncoder {
  readonly track: Track
  /** Size and format of the frames that it takes: others need another encoder. */
  readonly takes: { readonly width: number; readonly height: number; readonly format: number }
  /** Encodes a frame; `key` makes it a keyframe that a decoder can start at. */
  encode(frame: Frame, pts: number, key: boolean, emit: (packet: Packet) => void): Promise<void>
  /** Gives what still is inside. */
  finish(emit: (packet: Packet) => void): Promise<void>
  close(): void
}

/** Opens scaler and encoder for frames like this one; throws FFmpeg's message if it cannot. */
export function openVideoEncoder(spec: VideoOutput, like: Frame, frameRate: number): VideoEncoder {
  const takes = { width: like.width, height: like.height, format: like.format as number }
  const { width, height } = outputSize(takes.width, takes.height, spec.height)
  const format = pixelFormatOf(spec.encoder)
  const encoder = openFrameEncoder({
    id: spec.id,
    codec: spec.codec,
    encoder: spec.encoder,
    preset: spec.preset,
    lowLatency: spec.realtime,
    profile: spec.realtime ? 'baseline' : spec.height <= 360 ? 'main' : 'high',
    bFrames: spec.bFrames,
    width,
    height,
    frameRate,
    kbps: spec.kbps,
    threads: 2,
    colors: like,
    pixelAspect: like.sampleAspectRatio,
  })
  const scales = width !== takes.width || height !== takes.height || takes.format !== format
  const scaled = new Frame()
  scaled.alloc()
  let scaler: SoftwareScaleContext | undefined
  if (scales) {
    scaled.width = width
    scaled.height = height
    scaled.format = format
    must(scaled.getBuffer(0), 'frame memory')
    scaler = new SoftwareScaleContext()
    scaler.getContext(takes.width, takes.height, like.format as typeof AV_PIX_FMT_YUV420P, width, height, format, SWS_BILINEAR)
  }

  return {
    track: encoder.track,
    takes,
    async encode(frame, pts, key, emit) {
      if (scaler) {
        must(scaled.makeWritable(), 'frame memory')
        must(await scaler.scaleFrame(scaled, frame), 'scale')
        scaled.sampleAspectRatio = frame.sampleAspectRatio
      } else {
        scaled.unref()
        must(scaled.ref(frame), 'frame memory')
      }
      await encoder.encode(scaled, pts, key, emit)
    },
    finish: (emit) => encoder.finish(emit),
    close() {
      scaled.free()
      scaler?.freeContext()
      encoder.close()
    },
  }
}
