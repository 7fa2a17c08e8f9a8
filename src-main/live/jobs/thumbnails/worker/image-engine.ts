import {
  AV_PIX_FMT_YUVJ420P,
  AVCOL_RANGE_JPEG,
  AVMEDIA_TYPE_VIDEO,
  type AVPixelFormat,
  AVSEEK_FLAG_BACKWARD,
  FF_ENCODER_MJPEG,
  SWS_BILINEAR,
} from 'node-av/constants'
import { Codec, CodecContext, Packet as EnginePacket, FormatContext, Frame, Rational, SoftwareScaleContext } from 'node-av/lib'
import { ticks } from '../../../../formats/media-time.ts'
import { must } from '../../../../media/worker/ffmpeg/engine.ts'
import { openVideoDecoder } from '../../../../media/worker/ffmpeg/video-decoder.ts'
import type { SheetRequest, TileSize, ToImageEngine } from '../messages.ts'

/** Width of a poster, pixels. */
const posterWidth = 640

interface Answer {
  readonly jpeg: Uint8Array
  readonly tile?: Uint8Array
  readonly sheet?: Uint8Array
}

/** Handles a request. Throws with FFmpeg's own message. */
export async function answer(message: ToImageEngine): Promise<Answer> {
  if (message.type === 'sheet') return { jpeg: await sheetOf(message) }
  return message.type === 'frame' ? frameOf(message) : fileOf(message)
}

async function frameOf({ track, data, size }: Extract<ToImageEngine, { type: 'frame' }>): Promise<Answer> {
  const decoder = openVideoDecoder(track)
  try {
    await decoder.push({ track, pts: ticks(0), dts: ticks(0), duration: ticks(1), key: true, data: Buffer.from(data) })
    await decoder.finish()
    const image = await decoder.next()
    if (image === undefined) throw new Error('The keyframe gave no image')
    return { jpeg: await poster(image.frame), tile: await raw(image.frame, size) }
  } finally {
    decoder.close()
  }
}

async function fileOf({ path, count, intervalS, size, columns }: Extract<ToImageEngine, { type: 'file' }>): Promise<Answer> {
  const input = new FormatContext()
  must(await input.openInput(path), 'open the recording')
  const packet = new EnginePacket()
  packet.alloc()
  const frame = new Frame()
  frame.alloc()
  let decoder: CodecContext | undefined
  try {
    must(await input.findStreamInfo(), 'read the recording')
    const index = input.findBestStream(AVMEDIA_TYPE_VIDEO)
    const stream = input.streams[index]
    if (stream === undefined) throw new Error('The recording has no video')
    const codec = Codec.findDecoder(stream.codecpar.codecId)
    if (!codec) throw new Error('The media engine cannot decode the recording')
    const { num, den } = stream.timeBase
    const start = stream.startTime > 0n && stream.startTime < 2n ** 62n ? stream.startTime : 0n
    const tiles: Uint8Array[] = []
    let jpeg: Uint8Array | undefined
    for (let place = 0; place < count; place++) {
      const at = start + BigInt(Math.round((place * intervalS * den) / num))
      if ((await input.seekFrame(index, at, AVSEEK_FLAG_BACKWARD)) < 0 && place > 0) break
      decoder = new CodecContext()
      decoder.allocContext3(codec)
      must(decoder.parametersToContext(stream.codecpar), 'set the decoder up')
      decoder.threadCount = 1
      must(await decoder.open2(codec, null), 'open the decoder')
      let found = false
      for (let tries = 0; tries < 500 && (await input.readFrame(packet)) >= 0; tries++) {
        const wanted = packet.streamIndex === index && packet.isKeyframe
        if (wanted) await decoder.sendPacket(packet)
        packet.unref()
        if (!wanted) continue
        await decoder.sendPacket(null)
        found = (await decoder.receiveFrame(frame)) >= 0
        break
      }
      decoder.freeContext()
      decoder = undefined
      if (!found) break
      if (jpeg === undefined || place === Math.floor(count / 4)) jpeg = await poster(frame)
      tiles.push(await raw(frame, size))
      frame.unref()
    }
    if (jpeg === undefined) throw new Error('The recording has no keyframe that can be decoded')
    return { jpeg, sheet: await sheetOf({ tiles, size, columns }) }
  } finally {
    decoder?.freeContext()
    frame.free()
    packet.free()
    await input.closeInput()
  }
}

/** Square pixels, at most `posterWidth` wide. */
function poster(frame: Frame): Promise<Uint8Array> {
  const { num, den } = frame.sampleAspectRatio
  const shownWidth = num > 0 && den > 0 ? (frame.width * num) / den : frame.width
  const scale = Math.min(1, posterWidth / shownWidth)
  const size = { width: 2 * Math.round((shownWidth * scale) / 2), height: 2 * Math.round((frame.height * scale) / 2) }
  return withScaled(frame, size, encode)
}

/** The bytes of a frame in that size, planes one after the other. */
function raw(frame: Frame, size: TileSize): Promise<Uint8Array> {
  return withScaled(frame, size, async (image) => new Uint8Array(image.toBuffer()))
}

async function withScaled<T>(frame: Frame, { width, height }: TileSize, use: (image: Frame) => Promise<T>): Promise<T> {
  const image = tileFrameOf(width, height)
  const scaler = new SoftwareScaleContext()
  try {
    must(image.getBuffer(1), 'frame memory')
    scaler.getContext(frame.width, frame.height, frame.format as AVPixelFormat, width, height, AV_PIX_FMT_YUVJ420P, SWS_BILINEAR)
    must(await scaler.scaleFrame(image, frame), 'scale')
    return await use(image)
  } finally {
    scaler.freeContext()
    image.free()
  }
}

function tileFrameOf(width: number, height: number): Frame {
  const image = new Frame()
  image.alloc()
  image.width = width
  image.height = height
  image.format = AV_PIX_FMT_YUVJ420P
  image.colorRange = AVCOL_RANGE_JPEG
  return image
}

async function sheetOf({ tiles, size, columns }: SheetRequest): Promise<Uint8Array> {
  const rows = Math.max(1, Math.ceil(tiles.length / columns))
  const image = tileFrameOf(size.width * columns, size.height * rows)
  try {
    // Drawn into FFmpeg's own memory: it does not hold a buffer of JavaScript, which may be collected while another thread encodes.
    must(image.getBuffer(0), 'frame memory')
    for (const plane of [0, 1, 2]) drawPlane(image, plane, tiles, size, columns)
    return await encode(image)
  } finally {
    image.free()
  }
}

/** One plane of a sheet: black, and in it that plane of each tile. */
function drawPlane(sheet: Frame, plane: number, tiles: readonly Uint8Array[], size: TileSize, columns: number): void {
  const into = sheet.data?.[plane]
  const stride = sheet.linesize[plane]
  if (into === undefined || stride === undefined) throw new Error('The media engine gave a frame without memory')
  const isLuma = plane === 0
  const [width, height] = isLuma ? [size.width, size.height] : [size.width / 2, size.height / 2]
  const luma = size.width * size.height
  const from = isLuma ? 0 : luma + ((plane - 1) * luma) / 4
  into.fill(isLuma ? 0 : 128)
  for (const [index, tile] of tiles.entries()) {
    const at = Math.floor(index / columns) * height * stride + (index % columns) * width
    for (let line = 0; line < height; line++) into.set(tile.subarray(from + line * width, from + (line + 1) * width), at + line * stride)
  }
}

async function encode(image: Frame): Promise<Uint8Array> {
  const codec = Codec.findEncoderByName(FF_ENCODER_MJPEG)
  if (!codec) throw new Error('The media engine has no JPEG encoder')
  const context = new CodecContext()
  context.allocContext3(codec)
  const packet = new EnginePacket()
  packet.alloc()
  try {
    context.width = image.width
    context.height = image.height
    context.pixelFormat = AV_PIX_FMT_YUVJ420P
    context.colorRange = AVCOL_RANGE_JPEG
    context.timeBase = new Rational(1, 25)
    context.threadCount = 1
    must(await context.open2(codec, null), 'open the JPEG encoder')
    image.pts = 0n
    must(await context.sendFrame(image), 'encode')
    must(await context.receivePacket(packet), 'encode')
    return new Uint8Array(packet.data ?? new Uint8Array(0))
  } finally {
    packet.free()
    context.freeContext()
  }
}
