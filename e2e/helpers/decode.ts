import { spawn } from 'node:child_process'
import { type Barcode, readBarcode } from './barcode.ts'

export interface DecodedFrame {
  /** Undefined if the frame's checksum is wrong. */
  readonly code: Barcode | undefined
  /** Presentation time from the first decoded frame, seconds. */
  readonly time: number
  readonly flash: boolean
}

function collect(args: readonly string[], timeoutMs: number): Promise<{ data: Buffer; errors: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn('ffmpeg', ['-hide_banner', '-nostdin', ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
    const chunks: Buffer[] = []
    let errors = ''
    const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs)
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => {
      errors += chunk.toString()
    })
    child.on('close', (code) => {
      clearTimeout(timer)
      if (code === 0) resolve({ data: Buffer.concat(chunks), errors })
      else reject(new Error(`ffmpeg ended with ${code}: ${errors.slice(-2000)}`))
    })
  })
}

/** Records some seconds of a URL as it is, to decode them afterwards. */
export async function recordStream(url: string, file: string, seconds: number): Promise<void> {
  await collect(['-y', '-loglevel', 'error', '-i', url, '-t', String(seconds), '-c', 'copy', '-f', 'matroska', file], (seconds + 90) * 1000)
}

/** Records this many frames of a URL as they are, however long a machine that drops some takes for them. */
export async function recordFrames(url: string, file: string, count: number): Promise<void> {
  const output = ['-map', '0:v', '-frames:v', String(count), '-c', 'copy', '-f', 'matroska', file]
  await collect(['-y', '-loglevel', 'error', '-i', url, ...output], 90_000)
}

/** What ffmpeg complains about when it decodes a whole file, every track of it; empty where nothing is wrong. */
export async function complaintsOf(file: string): Promise<string> {
  const { errors } = await collect(['-loglevel', 'repeat+error', '-i', file, '-map', '0', '-f', 'null', '-'], 120_000)
  // What ffmpeg's own output says of its guess at a frame rate is no complaint about the file.
  return errors
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('[null @'))
    .join('\n')
}

const width = 640
const height = 360

/** Where a test card is in a larger frame, px. */
export interface FramePart {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** Decodes every frame of a file and reads barcode and flash out of it, or out of a part of it. */
export async function readFrames(file: string, part?: FramePart): Promise<DecodedFrame[]> {
  const crop = part === undefined ? '' : `crop=${part.width}:${part.height}:${part.x}:${part.y}:exact=1,`
  const filter = `${crop}scale=${width}:${height}:flags=area,format=gray,showinfo`
  const { data, errors } = await collect(['-copyts', '-i', file, '-an', '-vf', filter, '-vsync', '0', '-f', 'rawvideo', '-'], 120_000)
  const times = [...errors.matchAll(/pts_time:\s*(-?[\d.]+)/g)].map((match) => Number(match[1]))
  const size = width * height
  const frames: DecodedFrame[] = []
  for (let index = 0; (index + 1) * size <= data.length; index++) {
    const pixels = data.subarray(index * size, (index + 1) * size)
    const luma = (x: number, y: number): number => pixels[y * width + x]!
    frames.push({
      code: readBarcode(width, height, luma),
      time: times[index]!,
      flash: luma(Math.floor(width * 0.89), Math.floor(height * 0.86)) > 126,
    })
  }
  return frames
}

/** Times in seconds at which the 1 kHz beep of a file sets in, on the clock of `readFrames`. */
export async function readBeeps(file: string): Promise<number[]> {
  const rate = 48_000
  const { data, errors } = await collect(
    ['-copyts', '-i', file, '-vn', '-af', `aresample=${rate},pan=mono|c0=c0,ashowinfo`, '-f', 'f32le', '-'],
    120_000,
  )
  const first = Number(errors.match(/pts_time:\s*(-?[\d.]+)/)?.[1] ?? 0)
  const samples = new Float32Array(data.buffer.slice(data.byteOffset, data.byteOffset + (data.length & ~3)))
  const window = 240
  const beeps: number[] = []
  let quiet = 0
  for (let start = 0; start + window <= samples.length; start += 48) {
    let real = 0
    let imaginary = 0
    for (let index = 0; index < window; index++) {
      const angle = (2 * Math.PI * 1000 * index) / rate
      real += samples[start + index]! * Math.cos(angle)
      imaginary += samples[start + index]! * Math.sin(angle)
    }
    const level = (2 * Math.hypot(real, imaginary)) / window
    if (level < 0.08) quiet += 48
    else {
      // Half of a 5 ms window full of beep: its onset is in the middle.
      if (level > 0.12 && quiet > rate / 4) beeps.push(first + (start + window / 2) / rate)
      if (level > 0.12) quiet = 0
    }
  }
  return beeps
}

/**
 * Times at which the flash lights up, for holding against `readBeeps`. Where a frame is missing just before, nobody knows when it lit
 * up: that one is left out.
 */
export function flashTimes(frames: readonly DecodedFrame[]): number[] {
  const steps = frames.slice(1).map((frame, index) => frame.time - frames[index]!.time)
  const usual = steps.toSorted((a, b) => a - b)[steps.length >> 1] ?? 0
  return frames
    .filter((frame, index) => index > 0 && frame.flash && !frames[index - 1]!.flash && steps[index - 1]! < 1.5 * usual)
    .map((frame) => frame.time)
}

/** Numbers of the frames that can be read, in order. */
export const frameNumbers = (frames: readonly DecodedFrame[]): number[] =>
  frames.flatMap(({ code }) => (code === undefined ? [] : [code.frame]))

/** How many numbers are left out between the first and the last. */
export const missingNumbers = (numbers: readonly number[]): number =>
  numbers.slice(1).reduce((missing, number, index) => missing + Math.max(0, number - (numbers[index] as number) - 1), 0)
