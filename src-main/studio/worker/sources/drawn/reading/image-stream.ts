import { type DecodedImage, ImageFault } from './image-messages.ts'

/** What precedes the pixels of an image: its length in 4 bytes, and itself as JSON. */
type Head = ImageHead | { readonly problem: string }
type ImageHead = Omit<DecodedImage, 'frames'> & { readonly frames: number }

const maxHeadBytes = 64 * 1024 * 1024
/** Of all frames together: more than any image that is read here has. */
const maxPixelBytes = 1024 * 1024 * 1024

/** An image, or why it cannot be read, as pieces to be written one after the other. */
export function writtenImage(read: DecodedImage | ImageFault): readonly Uint8Array[] {
  const head: Head = read instanceof ImageFault ? { problem: read.message } : { ...read, frames: read.frames.length }
  const json = Buffer.from(JSON.stringify(head))
  const length = Buffer.alloc(4)
  length.writeUInt32BE(json.length)
  return [length, json, ...(read instanceof ImageFault ? [] : read.frames)]
}

/** Reads one image from the pieces in which it arrives, each copied once into its frame. */
export class ImageStream {
  #length = Buffer.alloc(4)
  #json: Buffer | undefined
  #head: ImageHead | undefined
  #frames: Buffer[] = []
  /** Bytes of what is being filled. */
  #filled = 0

  /** Takes what arrived. Answers the image when it is whole. @throws ImageFault what the other side says, or that its data is malformed */
  take(piece: Uint8Array): DecodedImage | undefined {
    let from = 0
    while (from < piece.length) {
      const into = this.#target()
      const bytes = Math.min(into.length - this.#filled, piece.length - from)
      into.set(piece.subarray(from, from + bytes), this.#filled)
      this.#filled += bytes
      from += bytes
      if (this.#filled === into.length) {
        this.#filled = 0
        const image = this.#complete(into)
        if (image !== undefined) return image
      }
    }
    return undefined
  }

  #target(): Buffer {
    return this.#frames.at(-1) ?? this.#json ?? this.#length
  }

  /** One part is whole: starts the next, or answers the image. */
  #complete(part: Buffer): DecodedImage | undefined {
    if (part === this.#length) {
      const bytes = part.readUInt32BE()
      if (bytes === 0 || bytes > maxHeadBytes) throw nonsense()
      this.#json = Buffer.alloc(bytes)
      return undefined
    }
    if (part === this.#json) this.#head = headOf(part)
    const head = this.#head as ImageHead
    if (this.#frames.length < head.frames) {
      this.#frames.push(Buffer.allocUnsafeSlow(head.width * head.height * 4))
      return undefined
    }
    return { ...head, frames: this.#frames }
  }
}

function headOf(json: Buffer): ImageHead {
  let head: Head
  try {
    head = JSON.parse(json.toString())
  } catch {
    throw nonsense()
  }
  if ('problem' in head) throw new ImageFault(head.problem)
  const { width, height, frames } = head
  const isCount = (value: number): boolean => Number.isInteger(value) && value > 0
  if (!isCount(width) || !isCount(height) || !isCount(frames) || width * height * 4 * frames > maxPixelBytes) throw nonsense()
  return head
}

function nonsense(): ImageFault {
  return new ImageFault('The answer of the process that reads images is invalid')
}
