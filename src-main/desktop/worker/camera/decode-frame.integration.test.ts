import sharp from 'sharp'
import { expect, it } from 'vitest'
import { cameraSize } from '../../sessions/camera-frames.ts'
import { decodeFrame } from './decode-frame.ts'

const image = (width: number, height: number) => sharp({ create: { width, height, channels: 3, background: '#f00' } })
const bytes = 4 * cameraSize.width * cameraSize.height

it('makes every image the size of the camera, with black beside it', async () => {
  const pixels = await decodeFrame(await image(360, 360).jpeg().toBuffer())
  expect(pixels?.length).toBe(bytes)
  const at = (x: number) => [...pixels!.subarray(4 * (180 * cameraSize.width + x), 4 * (180 * cameraSize.width + x) + 4)]
  expect(at(2)).toEqual([0, 0, 0, 255])
  expect(at(320)[0]).toBeGreaterThan(250)
  expect((await decodeFrame(await image(64, 36).grayscale().jpeg().toBuffer()))?.length).toBe(bytes)
})

it('decodes nothing of other formats, of what is cut off, and of huge images', async () => {
  const jpeg = await image(640, 360).jpeg().toBuffer()
  for (const wrong of [
    await image(640, 360).png().toBuffer(),
    Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"/>'),
    jpeg.subarray(0, 200),
    Buffer.from([0xff, 0xd8, 0xff]),
    Buffer.alloc(0),
    await image(8000, 8000).jpeg().toBuffer(),
  ])
    expect(await decodeFrame(wrong)).toBeUndefined()
})
