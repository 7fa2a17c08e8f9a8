import { basename } from 'node:path'
import sharp, { type Metadata, type Sharp, type SharpOptions } from 'sharp'
import { FileFault, openRegularFile, readRegularFile } from '../../../../../platform/user-files/regular-file.ts'
import { type DecodedImage, ImageFault, type ImageRequest } from './image-messages.ts'

/** Decoders that read line by line need little memory for any size: their max pixels. */
const maxStreamedPixels = 1_100_000_000
/** The others contain the whole image. */
const maxKeptPixels = 120_000_000
/** Of all frames of an animated image together. */
const maxAnimatedPixels = 256_000_000
/** Frames of an animated image are kept decoded, in this many bytes. */
const maxKeptBytes = 192 << 20
/** Decoded at a time, of animated images: pixels. */
const batchPixels = 64_000_000
/** Delay of frames that have none or too short a one, ms: what browsers do. */
const usualDelayMs = 100

// Decoded images are kept by those who show them: caches would only keep them twice. A process decodes one image at a time.
sharp.cache(false)
sharp.concurrency(2)

/**
 * Decodes an image file, made upright and to sRGB, scaled as requested.
 * @throws ImageFault
 */
export async function readImage(path: string, wish: ImageRequest): Promise<DecodedImage> {
  const name = basename(path)
  try {
    const input = await openable(path)
    const about = await sharp(input, { limitInputPixels: false, failOn: 'truncated' }).metadata()
    return about.format === 'svg' ? await readDrawing(input, about, wish) : await readPixels(input, name, about, wish)
  } catch (error) {
    if (error instanceof ImageFault) throw error
    if (error instanceof FileFault) throw new ImageFault(error.message)
    throw new ImageFault(describe(name, error as Error))
  }
}

/** libvips reads what is in brackets at a name's end as options: such a file goes in as bytes. BMP it does not know at all. */
async function openable(path: string): Promise<string | Buffer> {
  const head = await headOf(path, bmpHeadBytes)
  if (head.length === bmpHeadBytes && head.toString('latin1', 0, 2) === 'BM') return pngOfBmp(path, head)
  return path.endsWith(']') ? readRegularFile(path, maxWholeBytes) : path
}

/** Of files that are read whole instead of piece by piece. */
const maxWholeBytes = 512 << 20
/** Up to the size, which is behind the file's header of 14 bytes and a length (BITMAPINFOHEADER). */
const bmpHeadBytes = 26

async function pngOfBmp(path: string, head: Buffer): Promise<Buffer> {
  const size = { width: Math.abs(head.readInt32LE(18)), height: Math.abs(head.readInt32LE(22)) }
  check(basename(path), size, size.width * size.height, maxKeptPixels)
  const { createCanvas, loadImage } = await import('@napi-rs/canvas')
  const image = await loadImage(await readRegularFile(path, maxWholeBytes))
  const canvas = createCanvas(image.width, image.height)
  canvas.getContext('2d').drawImage(image, 0, 0)
  return canvas.encode('png')
}

/** The first bytes of a file. Pipes and devices are rejected here, before a decoder waits for one. @throws FileFault */
async function headOf(path: string, bytes: number): Promise<Buffer> {
  const { handle } = await openRegularFile(path)
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(bytes), 0, bytes, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await handle.close()
  }
}

function describe(name: string, error: Error): string {
  const text = error.message.split('\n')[0] as string
  if (/file is missing/i.test(text)) return `There is no file ${name}`
  if (/unsupported image format|unable to load|no known loader/i.test(text)) return `${name} is not an image that can be read here`
  if (/premature|truncat|end of|eof|not enough|incomplete/i.test(text)) return `${name} is cut off: ${text}`
  return `${name} is damaged: ${text}`
}

interface Size {
  readonly width: number
  readonly height: number
}

function check(name: string, { width, height }: Size, pixels: number, max: number): void {
  if (pixels <= max) return
  const megapixels = Math.floor(max / 1e6)
  throw new ImageFault(`${name} has ${width} x ${height} pixels, more than can be stored (${megapixels} megapixels): make it smaller`)
}

/** Size that an image of `own` gets, before the limit. */
function wished(own: Size, { width, height, fit }: ImageRequest): Size {
  if (width === 0 && height === 0) return own
  if (width > 0 && height > 0 && fit !== 'inside') return { width, height }
  const scale = Math.min(
    width > 0 ? width / own.width : Number.POSITIVE_INFINITY,
    height > 0 ? height / own.height : Number.POSITIVE_INFINITY,
  )
  return { width: own.width * scale, height: own.height * scale }
}

function whole({ width, height }: Size, scale: number): Size {
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) }
}

async function readDrawing(input: string | Buffer, about: Metadata, wish: ImageRequest): Promise<DecodedImage> {
  const size = wished(about, wish)
  const longest = Math.max(size.width, size.height)
  const scale = Math.min(1, wish.maxSide / longest)
  const target = whole(size, scale)
  // Drawn at the size in which it is wanted: 72 dots are one to one.
  const zoom = Math.max(target.width / about.width, target.height / about.height)
  const density = Math.min(100_000, Math.max(1, (about.density ?? 72) * zoom))
  const remark = scale < 1 ? `Drawn at ${target.width} x ${target.height}, the most that can be shown` : undefined
  return { ...(await decode(input, { density, limitInputPixels: maxKeptPixels }, target, wish)), delaysMs: [0], loops: 1, remark }
}

async function readPixels(input: string | Buffer, name: string, about: Metadata, wish: ImageRequest): Promise<DecodedImage> {
  const height = about.pageHeight ?? about.height
  const pages = about.pages ?? 1
  const turned = (about.orientation ?? 1) >= 5
  const upright = turned ? { width: height, height: about.width } : { width: about.width, height }
  const streamed = (about.format === 'png' || about.format === 'jpeg') && !about.isProgressive
  check(name, upright, about.width * height, streamed ? maxStreamedPixels : maxKeptPixels)
  const size = wished(upright, wish)
  const animated = pages > 1 && !wish.still && (about.format === 'gif' || about.format === 'webp')
  const tooLong = animated && about.width * height * pages > maxAnimatedPixels
  const moves = animated && !tooLong
  const longest = Math.max(size.width, size.height)
  const limit = Math.min(1, wish.maxSide / longest)
  const kept = moves ? Math.min(1, Math.sqrt(maxKeptBytes / (size.width * size.height * 4 * pages))) : 1
  const scale = Math.min(limit, kept)
  const target = whole(size, scale)
  const said: string[] = []
  if (scale < 1) said.push(`${name} has ${upright.width} x ${upright.height} pixels and is shown at ${target.width} x ${target.height}`)
  if (tooLong) said.push(`${name} is too long to be kept decoded (${pages} frames): its first frame is shown. A media source plays it`)
  if (!wish.still && about.format === 'png' && (await isAnimatedPng(input))) {
    said.push(`${name} is animated: its first frame is shown. A media source plays it`)
  }
  const remark = said.length > 0 ? said.join('. ') : undefined
  const options: SharpOptions = { limitInputPixels: false, sequentialRead: true }
  if (!moves) return { ...(await decode(input, options, target, wish)), delaysMs: [0], loops: 1, remark }

  const frames: Uint8Array[] = []
  let shown: Size = target
  const batch = Math.max(1, Math.floor(batchPixels / (about.width * height)))
  for (let page = 0; page < pages; page += batch) {
    const part = await decode(input, { ...options, page, pages: Math.min(batch, pages - page) }, target, wish)
    frames.push(...part.frames)
    shown = part
  }
  const delaysMs = frames.map((_, index) => {
    const delay = about.delay?.[index] ?? usualDelayMs
    return delay < 11 ? usualDelayMs : delay
  })
  return { width: shown.width, height: shown.height, frames, delaysMs, loops: about.loop ?? 0, remark }
}

async function decode(
  input: string | Buffer,
  options: SharpOptions,
  target: Size,
  wish: ImageRequest,
): Promise<Size & { frames: Uint8Array[] }> {
  const pipeline: Sharp = sharp(input, { failOn: 'truncated', ...options })
    .autoOrient()
    .resize({ ...target, fit: wish.fit === 'inside' ? 'fill' : wish.fit, background: wish.background ?? '#00000000' })
    .toColourspace('srgb')
    .ensureAlpha()
  const { data, info } = await pipeline.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true })
  const height = info.pageHeight ?? info.height
  const bytes = info.width * height * 4
  const frames: Uint8Array[] = []
  for (let from = 0; from + bytes <= data.length; from += bytes) frames.push(data.subarray(from, from + bytes))
  return { width: info.width, height, frames }
}

/** Bytes in which an animated PNG tells that it is one: its `acTL` chunk is before the pixels. */
const pngHeadBytes = 4096

async function isAnimatedPng(input: string | Buffer): Promise<boolean> {
  const head = typeof input === 'string' ? await headOf(input, pngHeadBytes) : input.subarray(0, pngHeadBytes)
  return head.includes('acTL')
}
