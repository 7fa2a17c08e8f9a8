import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { artifacts } from './paths.ts'
import { testClip } from './publish.ts'

/** Runs ffmpeg to its end; rejects with what it said. */
export function ffmpeg(args: readonly string[], timeoutMs = 120_000): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn('ffmpeg', ['-hide_banner', '-nostdin', '-y', ...args], { stdio: ['ignore', 'ignore', 'pipe'] })
    let said = ''
    child.stderr.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-20_000)
    })
    const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs)
    child.on('error', reject)
    child.on('close', (code) => {
      clearTimeout(timer)
      if (code === 0) resolve(said)
      else reject(new Error(`ffmpeg ${args.join(' ')} ended with ${code}: ${said.slice(-1500)}`))
    })
  })
}

/** Frames of `baseClip`: 12 s at 30 fps. */
export const clipFrames = 360

/** 12 s of the test card at 640x360 with beep and flash each second: H.264 without B-frames, AAC stereo at 48 kHz. */
export function baseClip(): Promise<string> {
  return testClip('small-h264-aac', { width: 640, height: 360, frames: clipFrames, videoKbps: 700 })
}

/** Frames of `longClip`: 50 s at 30 fps. */
export const longClipFrames = 1500

/** 50 s of the test card at 640x360: for what must go on for as long as a delayed machine takes. */
export const longClip = (): Promise<string> =>
  testClip('clips-long-source', { width: 640, height: 360, frames: longClipFrames, videoKbps: 500 })

/** A variant of the base clip, made by ffmpeg once in each run: `args` are between input and output. */
export async function madeClip(file: string, args: readonly string[], input?: string): Promise<string> {
  mkdirSync(artifacts, { recursive: true })
  const path = join(artifacts, file)
  if (existsSync(path)) return path
  // The name's ending tells ffmpeg the container, so the half-made file has it too.
  const half = join(artifacts, `${process.pid}-${file}`)
  await ffmpeg(['-loglevel', 'error', '-i', input ?? (await baseClip()), ...args, half])
  renameSync(half, path)
  return path
}
