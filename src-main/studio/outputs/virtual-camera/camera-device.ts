import { AV_CODEC_ID_RAWVIDEO, AV_PIX_FMT_YUV420P, AVMEDIA_TYPE_VIDEO } from 'node-av/constants'
import { FormatContext, type Frame, Packet, Rational } from 'node-av/lib'
import { must } from '../../../platform/ffmpeg/engine.ts'
import type { ToCamera } from './messages.ts'

/** A device that takes pictures of one size. */
export interface CameraDevice {
  readonly width: number
  readonly height: number
  write(frame: Frame): Promise<void>
  close(): Promise<void>
}

/** Opens the device for pictures of that size; throws FFmpeg's words where it refuses. */
export async function openCameraDevice({ device, muxer }: ToCamera, width: number, height: number): Promise<CameraDevice> {
  const output = new FormatContext()
  must(output.allocOutputContext2(null, muxer, device), 'make output')
  const stream = output.newStream(null)
  const { codecpar } = stream
  codecpar.codecType = AVMEDIA_TYPE_VIDEO
  codecpar.codecId = AV_CODEC_ID_RAWVIDEO
  codecpar.format = AV_PIX_FMT_YUV420P
  codecpar.width = width
  codecpar.height = height
  stream.timeBase = new Rational(1, 90_000)
  must(await output.openOutput(), `open ${device}`)
  must(await output.writeHeader(null), `set ${device} up`)
  const packet = new Packet()
  packet.alloc()
  const picture = Buffer.alloc(width * height + 2 * ((width + 1) >> 1) * ((height + 1) >> 1))
  return {
    width,
    height,
    async write(frame) {
      copyPlanes(frame, picture)
      packet.unref()
      packet.data = picture
      packet.pts = frame.bestEffortTimestamp
      packet.dts = frame.bestEffortTimestamp
      must(await output.writeFrame(packet), `write to ${device}`)
    },
    async close() {
      await output.writeTrailer().catch(() => undefined)
      await output.closeOutput().catch(() => undefined)
      packet.free()
    },
  }
}

/** Rows of a decoder's picture have room behind them, those of a camera's have none. */
function copyPlanes(frame: Frame, out: Buffer): void {
  let at = 0
  for (let plane = 0; plane < 3; plane++) {
    const width = plane === 0 ? frame.width : (frame.width + 1) >> 1
    const height = plane === 0 ? frame.height : (frame.height + 1) >> 1
    const data = frame.data?.[plane]
    const stride = frame.linesize[plane] ?? width
    if (data === undefined) return
    for (let row = 0; row < height; row++) at += data.copy(out, at, row * stride, row * stride + width)
  }
}
