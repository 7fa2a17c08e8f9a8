import { describe, expect, it } from 'vitest'
import { type DecodedImage, ImageFault } from './image-messages.ts'
import { ImageStream, writtenImage } from './image-stream.ts'

const image: DecodedImage = {
  width: 3,
  height: 2,
  frames: [0, 1, 2].map((frame) => Uint8Array.from({ length: 24 }, (_, index) => 10 * frame + index)),
  delaysMs: [40, 50, 60],
  loops: 2,
  remark: 'made smaller',
}
const bytesOf = (read: DecodedImage | ImageFault): Buffer => Buffer.concat(writtenImage(read))

describe('an image from the process that reads it', () => {
  it.each([1, 3, 7, 24, 1000])('is whole when it arrives in pieces of %d bytes, and not before', (size) => {
    const stream = new ImageStream()
    const bytes = bytesOf(image)
    for (let from = 0; from < bytes.length; from += size) {
      const taken = stream.take(bytes.subarray(from, from + size))
      if (from + size < bytes.length) expect(taken).toBeUndefined()
      else expect(taken && { ...taken, frames: taken.frames.map((each) => [...each]) }).toEqual(plain(image))
    }
  })

  it('is what was wrong with it, where it could not be read', () => {
    expect(() => new ImageStream().take(bytesOf(new ImageFault('x.png is damaged')))).toThrow('x.png is damaged')
  })

  it.each([
    ['no length', Buffer.alloc(4)],
    ['more than any head has', Buffer.from([255, 255, 255, 255])],
    ['no JSON', Buffer.from([0, 0, 0, 2, 123, 123])],
    ['more pixels than any picture has', bytesOf({ ...image, width: 100_000, height: 100_000 })],
    ['half a pixel', bytesOf({ ...image, width: 0.5 })],
    ['no frame', bytesOf({ ...image, frames: [] })],
  ])('is rejected where the process answers wrongly: %s', (_, bytes) => {
    expect(() => new ImageStream().take(bytes)).toThrow(ImageFault)
  })
})

function plain({ frames, ...rest }: DecodedImage): object {
  return { ...rest, frames: frames.map((each) => [...each]) }
}
