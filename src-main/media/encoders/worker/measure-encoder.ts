import { AV_PIX_FMT_YUV420P } from 'node-av/constants'
import { Frame } from 'node-av/lib'
import { must } from '../../worker/ffmpeg/engine.ts'
import { presetFor } from '../choose-encoder.ts'
import type { KnownEncoder } from '../known-encoders.ts'
import { openVideoEncoder } from './video-encoder.ts'

const width = 1280
const height = 720
const frameRate = 30
/** Frames that differ, used in turn. */
const distinctFrames = 6

/** Something that moves and has detail, so that the encoder has work to do. */
function paint(frame: Frame, number: number): void {
  must(frame.makeWritable(), 'frame memory')
  const planes = frame.data as Buffer[]
  const strides = frame.linesize
  for (let plane = 0; plane < 3; plane++) {
    const data = planes[plane] as Buffer
    const stride = strides[plane] as number
    const rows = plane === 0 ? height : height / 2
    const columns = plane === 0 ? width : width / 2
    for (let y = 0; y < rows; y++) {
      for (let x = 0; x < columns; x++) {
        const moved = x + number * 5
        data[y * stride + x] = plane === 0 ? ((moved ^ y) & 0x3f) + ((moved * y) >> 10) : 96 + ((moved + y) & 0x3f)
      }
    }
  }
}

/** Encodes one second of 720p30; how many times faster than real time that was. Throws why it cannot be done. */
export async function measureEncoder(encoder: KnownEncoder): Promise<number> {
  const frames: Frame[] = []
  for (let number = 0; number < distinctFrames; number++) {
    const frame = new Frame()
    frame.alloc()
    frame.width = width
    frame.height = height
    frame.format = AV_PIX_FMT_YUV420P
    must(frame.getBuffer(0), 'frame memory')
    paint(frame, number)
    frames.push(frame)
  }
  const preset = presetFor(encoder.name, 'fastest')
  const opened = openVideoEncoder(
    {
      kind: 'video',
      channel: 0,
      id: 'v0',
      source: 'v0',
      codec: encoder.codec,
      encoder: encoder.name,
      height,
      kbps: 2800,
      preset,
      bFrames: 0,
      realtime: false,
      start: 'keyframe',
    },
    frames[0] as Frame,
    frameRate,
  )
  let packets = 0
  const count = (): void => {
    packets++
  }
  const startedAt = performance.now()
  for (let number = 0; number < frameRate; number++) {
    await opened.encode(frames[number % distinctFrames] as Frame, number * 3000, number === 0, count)
  }
  await opened.finish(count)
  const took = performance.now() - startedAt
  opened.close()
  for (const frame of frames) frame.free()
  if (packets < frameRate) throw new Error(`it gave ${packets} of ${frameRate} frames`)
  return Math.round(100_000 / took) / 100
}
