import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type DecodedFrame, readFrames } from './decode.ts'
import type { RunningHost } from './host.ts'
import { artifacts } from './paths.ts'
import { until } from './until.ts'

/** URL of the media playlist of a stream's video: of the publisher's own, or of a rendition. */
export async function videoPlaylist(host: RunningHost, name: string, rendition = 'v0'): Promise<string> {
  const playlistUrl = `${host.http}/live/${name}/hls.m3u8`
  return until(async () => {
    const answer = await fetch(playlistUrl)
    const line = answer.ok ? (await answer.text()).split('\n').find((each) => each.includes(`/${rendition}/`)) : undefined
    return line && new URL(line, playlistUrl).href
  }, `playlist of ${name}`)
}

/** Every frame that a media playlist lists, each stretch of one configuration decoded with its own initialization segment. */
export async function readHls(playlistUrl: string, label: string): Promise<DecodedFrame[]> {
  const lines = (await (await fetch(playlistUrl)).text()).split('\n')
  const bytes = async (path: string) => Buffer.from(await (await fetch(new URL(path, playlistUrl))).arrayBuffer())
  const stretches: Buffer[][] = []
  let map = Buffer.alloc(0)
  for (const [index, line] of lines.entries()) {
    // there is no media behind a gap's URL
    if (lines[index - 2] === '#EXT-X-GAP') continue
    const uri = line.match(/^#EXT-X-MAP:URI="([^"]+)"/)?.[1]
    if (uri !== undefined) map = await bytes(uri)
    if (uri !== undefined || line === '#EXT-X-DISCONTINUITY') stretches.push([map])
    else if (line !== '' && !line.startsWith('#')) stretches.at(-1)?.push(await bytes(line))
  }
  const frames: DecodedFrame[] = []
  for (const [index, stretch] of stretches.entries()) {
    if (stretch.length < 2) continue
    const file = join(artifacts, `hls-${label}-${index}.mp4`)
    writeFileSync(file, Buffer.concat(stretch))
    frames.push(...(await readFrames(file)))
  }
  return frames
}

/** Numbers of the frames that are shown for longer than a decoder's blink, in the order shown; how long the last one is, nobody knows. */
export function shownNumbers(frames: readonly DecodedFrame[]): number[] {
  const numbers: number[] = []
  frames.forEach((frame, index) => {
    const next = frames[index + 1]
    if (frame.code !== undefined && next !== undefined && next.time - frame.time > 0.005) numbers.push(frame.code.frame)
  })
  return numbers
}
