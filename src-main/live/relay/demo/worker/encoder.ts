import { AV_LOG_ERROR, AVCOL_PRI_BT709, AVCOL_TRC_BT709, AVFMT_FLAG_FLUSH_PACKETS } from 'node-av/constants'
import { type CodecContext, Log } from 'node-av/lib'
import {
  allocAudio,
  allocDrawnFrame,
  DrawnOutput,
  openDrawnAudio,
  openDrawnVideo,
  planesOf,
} from '../../../../media/worker/ffmpeg/drawn-output.ts'
import { must, setOption } from '../../../../media/worker/ffmpeg/engine.ts'
import type { Planes } from '../../../../media/worker/test-card/test-card.ts'
import { toneSampleRate } from '../../../../media/worker/test-card/test-tone.ts'
import type { TestStreamOptions } from '../messages.ts'

/** Encoder settings for the lowest delay: no B-frames, no look-ahead, a keyframe exactly every two seconds. */
function videoSettings(options: TestStreamOptions): Record<string, string> {
  const gop = options.fps * 2
  switch (options.video) {
    case 'h264':
      return { preset: 'veryfast', tune: 'zerolatency', profile: 'high', 'x264-params': `keyint=${gop}:min-keyint=${gop}:scenecut=0` }
    case 'hevc':
      return {
        preset: 'ultrafast',
        tune: 'zerolatency',
        'x265-params': `keyint=${gop}:min-keyint=${gop}:scenecut=0:bframes=0:log-level=error`,
      }
    case 'av1':
      return { preset: '12', 'svtav1-params': `keyint=${gop}:pred-struct=1:rc=2:scd=0` }
  }
}

/** Encodes drawn frames and audio and publishes them to a URL. Not re-entrant: one call at a time. */
export interface TestStreamEncoder {
  /** Samples of one audio packet. */
  readonly samplesPerPacket: number
  /** Planes of the one frame that is encoded again and again; ask again for each frame, the bytes may have moved. */
  planes(): Planes
  writeFrame(frame: number): Promise<void>
  /** `fill` draws one channel's samples, `samplesPerPacket` of them starting at `firstSample`. */
  writeAudio(firstSample: number, fill: (into: Float32Array, firstSample: number) => void): Promise<void>
  close(): Promise<void>
}

function openVideo(options: TestStreamOptions): CodecContext {
  const { video: codec, width, height, fps, videoKbps } = options
  return openDrawnVideo({ codec, width, height, rate: [fps, 1], gop: fps * 2, settings: videoSettings(options) }, (context) => {
    context.bitRate = BigInt(videoKbps) * 1000n
    if (codec !== 'av1') {
      context.rcMaxRate = BigInt(videoKbps) * 1000n
      context.rcBufferSize = videoKbps * 1000
    }
    context.colorPrimaries = AVCOL_PRI_BT709
    context.colorTrc = AVCOL_TRC_BT709
  })
}

/** Opens encoders and the output; rejects when the URL cannot be opened or the server rejects. */
export async function openTestStreamEncoder(options: TestStreamOptions): Promise<TestStreamEncoder> {
  Log.setLevel(AV_LOG_ERROR)
  const isFile = options.url.endsWith('.mp4')
  const output = new DrawnOutput(isFile ? 'mp4' : 'flv', options.url)
  const { format } = output
  const video = output.lane(openVideo(options))
  const audio = output.lane(openDrawnAudio({ codec: options.audio, sampleRate: toneSampleRate, channels: 2, bitRate: 128_000 }))
  must(await format.openOutput(), 'connect')
  format.setFlags(AVFMT_FLAG_FLUSH_PACKETS)
  if (!isFile) setOption(format, 'flvflags', 'no_duration_filesize')
  must(await format.writeHeader(null), 'publish')

  const planar = options.audio === 'aac'
  const videoFrame = allocDrawnFrame(options.width, options.height)
  const { frame: audioFrame, samples } = allocAudio(audio.context)
  const mono = new Float32Array(samples)

  let closed = false
  return {
    samplesPerPacket: samples,
    planes: () => planesOf(videoFrame),

    async writeFrame(frame) {
      videoFrame.pts = BigInt(frame)
      await output.encode(video, videoFrame, 'encode video')
    },

    async writeAudio(firstSample, fill) {
      must(audioFrame.makeWritable(), 'audio memory')
      const data = audioFrame.data
      if (!data) throw new Error('The media engine gave no audio memory')
      fill(mono, firstSample)
      for (let plane = 0; plane < (planar ? 2 : 1); plane++) {
        const bytes = data[plane]!
        const into = new Float32Array(bytes.buffer, bytes.byteOffset, planar ? samples : samples * 2)
        if (planar) into.set(mono)
        else for (let index = 0; index < samples; index++) into[index * 2] = into[index * 2 + 1] = mono[index]!
      }
      audioFrame.pts = BigInt(firstSample)
      await output.encode(audio, audioFrame, 'encode audio')
    },

    async close() {
      if (closed) return
      closed = true
      // Flushing can fail only because the connection is gone, which the caller knows by now.
      await output.encode(video, null, 'end').catch(() => undefined)
      await format.writeTrailer().catch(() => undefined)
      await format.closeOutput().catch(() => undefined)
      videoFrame.free()
      audioFrame.free()
      output.free()
      video.context.freeContext()
      audio.context.freeContext()
    },
  }
}
