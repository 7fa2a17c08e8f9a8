import type { FileHandle } from 'node:fs/promises'
import { isFault } from '../../../../formats/fault.ts'
import { readCmafSamples } from '../../../../formats/mp4/cmaf-reader.ts'

/** A coded frame and where its bytes are in the file; times in ticks of its track. */
export interface IndexedFrame {
  readonly at: number
  readonly size: number
  readonly pts: number
  readonly dts: number
  readonly duration: number
  readonly key: boolean
}

/** Reads where the frames are in a file of CMAF segments, one segment in memory at a time. Throws where it is not what it should be. */
export async function indexSource(file: FileHandle, segments: readonly number[], video: boolean): Promise<IndexedFrame[]> {
  const frames: IndexedFrame[] = []
  let at = 0
  for (const bytes of segments) {
    const segment = await readBytes(file, at, bytes)
    const samples = readCmafSamples(segment, !video)
    if (isFault(samples)) throw new Error(`The stream's media cannot be read: ${samples.fault}`)
    for (const { data, pts, dts, duration, key } of samples) {
      frames.push({ at: at + data.byteOffset - segment.byteOffset, size: data.length, pts, dts, duration, key })
    }
    at += bytes
  }
  return frames
}

/** Bytes out of a file; throws where it ends too early. */
export async function readBytes(file: FileHandle, at: number, bytes: number): Promise<Uint8Array> {
  const data = Buffer.allocUnsafe(bytes)
  const { bytesRead } = await file.read(data, 0, bytes, at)
  if (bytesRead !== bytes) throw new Error('The media that was gathered is cut off')
  return data
}
