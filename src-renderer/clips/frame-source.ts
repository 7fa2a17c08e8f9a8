import { previewSession } from '../client/store.ts'
import { clips as t } from '../messages/page.ts'

interface ListedSegment {
  readonly startMs: number
  readonly endMs: number
  readonly url: string
  readonly init: string
}

/** The complete segments of an HLS media playlist by wall clock, ms since 1970. */
export function readSegments(text: string, base: string): ListedSegment[] {
  const segments: ListedSegment[] = []
  let init = ''
  let atMs = Number.NaN
  let lengthMs = 0
  for (const line of text.split('\n')) {
    if (line.startsWith('#EXT-X-MAP:')) init = new URL(/URI="([^"]+)"/.exec(line)?.[1] ?? '', base).href
    else if (line.startsWith('#EXT-X-PROGRAM-DATE-TIME:')) atMs = Date.parse(line.slice(25))
    else if (line.startsWith('#EXTINF:')) lengthMs = Number.parseFloat(line.slice(8)) * 1000
    else if (line !== '' && !line.startsWith('#')) {
      if (!Number.isNaN(atMs)) segments.push({ startMs: atMs, endMs: atMs + lengthMs, url: new URL(line, base).href, init })
      atMs += lengthMs
    }
  }
  return segments
}

/** How long a moment at the live edge is waited for, ms. */
const patienceMs = 15_000

/** Shows single frames of a stream in a video element: the segment of a moment is fetched, and only that. */
export class FrameSource {
  /** Told when a frame is on screen, with the time at which it starts on the stream's timeline, ms. */
  onShown: (startMs: number) => void = () => undefined
  readonly #video: HTMLVideoElement
  readonly #address: string
  readonly #originTimeMs: number
  readonly #stop = new AbortController()
  readonly #media = new MediaSource()
  readonly #url: string
  #buffer: SourceBuffer | undefined
  #init = ''
  readonly #loaded = new Set<string>()
  #wanted = 0
  #busy = false

  /** @param originTimeMs wall clock of the stream's timeline's 0 */
  constructor(video: HTMLVideoElement, name: string, originTimeMs: number, codec: string) {
    this.#video = video
    this.#originTimeMs = originTimeMs
    this.#address = new URL(`/live/${encodeURIComponent(name)}/index.m3u8?session=${previewSession()}`, location.href).href
    this.#url = URL.createObjectURL(this.#media)
    video.src = this.#url
    const told = (_now: number, { mediaTime }: { readonly mediaTime: number }): void => {
      this.onShown(mediaTime * 1000)
      if (!this.#stop.signal.aborted) video.requestVideoFrameCallback?.(told)
    }
    video.requestVideoFrameCallback?.(told)
    this.#media.addEventListener(
      'sourceopen',
      () => {
        const type = `video/mp4; codecs="${codec}"`
        if (!MediaSource.isTypeSupported(type)) return
        this.#buffer = this.#media.addSourceBuffer(type)
        void this.#work()
      },
      { once: true },
    )
  }

  /** Shows the frame that is on screen at a time on the stream's timeline, ms. */
  show(atMs: number): void {
    this.#wanted = atMs
    void this.#work()
  }

  stop(): void {
    this.#stop.abort()
    this.#video.removeAttribute('src')
    this.#video.load()
    URL.revokeObjectURL(this.#url)
  }

  async #work(): Promise<void> {
    if (this.#busy || !this.#buffer) return
    this.#busy = true
    try {
      let done = Number.NaN
      while (done !== this.#wanted && !this.#stop.signal.aborted) {
        done = this.#wanted
        await this.#load(done)
        this.#video.currentTime = done / 1000
      }
    } catch {
      // the times can be moved without a picture too
    } finally {
      this.#busy = false
    }
  }

  async #load(atMs: number): Promise<void> {
    const wallMs = this.#originTimeMs + atMs
    const end = performance.now() + patienceMs
    while (!this.#stop.signal.aborted && performance.now() < end && this.#wanted === atMs) {
      const segment = (await this.#list()).find((each) => each.startMs <= wallMs && wallMs < each.endMs)
      if (segment === undefined) {
        await new Promise((resolve) => setTimeout(resolve, 700))
        continue
      }
      if (this.#loaded.has(segment.url)) return
      if (this.#init !== segment.init) {
        this.#init = segment.init
        await this.#append(segment.init)
      }
      await this.#append(segment.url)
      this.#loaded.add(segment.url)
      return
    }
  }

  async #list(): Promise<ListedSegment[]> {
    const { signal } = this.#stop
    const main = await (await fetch(this.#address, { signal })).text()
    const line = main.split('\n').find((each) => each !== '' && !each.startsWith('#'))
    if (line === undefined) return []
    const url = new URL(line, this.#address).href
    return readSegments(await (await fetch(url, { signal })).text(), url)
  }

  async #append(url: string): Promise<void> {
    const buffer = this.#buffer as SourceBuffer
    const bytes = await (await fetch(url, { signal: this.#stop.signal })).arrayBuffer()
    await new Promise<void>((resolve, reject) => {
      buffer.addEventListener('updateend', () => resolve(), { once: true })
      buffer.addEventListener('error', () => reject(new Error(t.theSegmentCannotBeShown)), { once: true })
      buffer.appendBuffer(bytes)
    })
  }
}
