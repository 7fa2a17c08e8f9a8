import sharp from 'sharp'
import { connectToHost } from '../../../../platform/workers/worker-side.ts'
import type { FromImages, ImageFormat, ToImages } from '../image-messages.ts'

/** Resizes images of sites, which strangers may have made: nothing but common formats is read, and not without bounds. */

/** Pixels of an original; one of more is not decoded. */
const maxPixels = 50_000_000
const maxSeconds = 10
/** Of an AVIF, whose encoder takes 20 to 35 bytes of memory for each pixel. */
const maxAvifPixels = 12_000_000
/** Of a WebP, by its format. */
const maxWebpSide = 16_383

sharp.cache(false)
sharp.concurrency(1)
sharp.block({ operation: ['VipsForeignLoad'] })
sharp.unblock({
  operation: ['Jpeg', 'Png', 'Webp', 'Heif', 'Nsgif'].map((each) => `VipsForeignLoad${each}Buffer`),
})

/** AVIF is slow: an effort of 2 takes twice the time of WebP. */
const options = {
  avif: { effort: 2 },
  webp: { effort: 2 },
  jpeg: { mozjpeg: false, progressive: true },
  png: { compressionLevel: 6 },
} as const satisfies Readonly<Record<ImageFormat, object>>

const formatsOf: Readonly<Record<string, ImageFormat>> = { jpeg: 'jpeg', png: 'png', webp: 'webp', heif: 'avif', gif: 'png' }

const host = connectToHost<ToImages, FromImages>((order) => {
  make(order).then(
    (made) => host.send({ id: order.id, ...made }),
    (error: unknown) => host.send({ id: order.id, reason: (error as Error).message.slice(0, 300) }),
  )
})
host.stopping.addEventListener('abort', () => host.end())
host.ready()

type Made = { image: Uint8Array; type: string } | { unchanged: true } | { reason: string }

async function make({ original, width, format, quality }: ToImages): Promise<Made> {
  const read = sharp(original, { limitInputPixels: maxPixels, failOn: 'error', sequentialRead: true })
  const { format: given, pages = 1, autoOrient: upright } = await read.metadata()
  // a still of what moves would be another image
  if (pages > 1) return { unchanged: true }
  const wanted = format ?? formatsOf[given]
  if (wanted === undefined) return { reason: `images of the format ${given} are not read` }
  const scale = width === undefined ? 1 : Math.min(1, width / upright.width)
  if (isTooLarge(wanted, upright.width * scale, upright.height * scale)) return { unchanged: true }
  const turned = read.autoOrient().resize(width === undefined ? {} : { width, withoutEnlargement: true })
  const image = await turned
    .toFormat(wanted, { ...options[wanted], quality })
    .timeout({ seconds: maxSeconds })
    .toBuffer()
  return { image, type: `image/${wanted}` }
}

/** What a format cannot have, or only with much memory. */
function isTooLarge(format: ImageFormat, width: number, height: number): boolean {
  if (format === 'avif') return width * height > maxAvifPixels
  return format === 'webp' && Math.max(width, height) > maxWebpSide
}
