import { previewSession } from '../client/store.ts'
import { type ListedSegment, readSegments, segmentAt } from './listed-segments.ts'

/** What is not there yet, or could not be loaded, is tried again after so long, then ever less often, ms. */
const firstRetryMs = 500
const maxRetryMs = 3000

/** Shows single frames of a stream in a video element: the segment of a moment is fetched, and only that. */
export class FrameSource {
  /** Reported when a frame is on screen, with the time at which it starts on the stream's timeline, ms. */
  onShown: (startMs: number) => void = () => undefined
  readonly #video: HTMLVideoElement
  readonly #address: string
  readonly #originTimeMs: number
  readonly #type: string
  readonly #stop = new AbortController()
  #url = ''
  #media: MediaSource | undefined
  #buffer: SourceBuffer | undefined
  /** The init segment in the buffer. */
  #init = ''
  readonly #loaded = new Set<string>()
  #wanted: number | undefined
  #busy = false

  /** @param originTimeMs wall clock of the stream's timeline's 0 */
  constructor(video: HTMLVideoElement, name: string, originTimeMs: number, codec: string) {
    this.#video = video
    this.#originTimeMs = originTimeMs
    this.#address = new URL(`/live/${encodeURIComponent(name)}/index.m3u8?session=${previewSession()}`, location.href).href
    this.#type = `video/mp4; codecs="${codec}"`
    const reported = (_now: number, { mediaTime }: { readonly mediaTime: number }): void => {
      this.onShown(mediaTime * 1000)
      if (!this.#stop.signal.aborted) video.requestVideoFrameCallback?.(reported)
    }
    video.requestVideoFrameCallback?.(reported)
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
    if (this.#busy || !MediaSource.isTypeSupported(this.#type)) return
    this.#busy = true
    let retryMs = firstRetryMs
    for (let done: number | undefined; done !== this.#wanted && !this.#stop.signal.aborted; ) {
      const atMs = this.#wanted as number
      // The times can be moved without a frame too: what fails is tried again for as long as it is wanted.
      if (await this.#load(atMs).catch(() => false)) {
        this.#video.currentTime = atMs / 1000
        done = atMs
        retryMs = firstRetryMs
      } else {
        await new Promise((resolve) => setTimeout(resolve, retryMs))
        retryMs = Math.min(maxRetryMs, retryMs * 1.5)
      }
    }
    this.#busy = false
  }

  /** Brings the segment of a moment into the buffer; false where it is not listed yet. */
  async #load(atMs: number): Promise<boolean> {
    const segment = segmentAt(await this.#list(), this.#originTimeMs + atMs)
    if (segment === undefined) return false
    // What could not be decoded has closed it for good.
    if (this.#media?.readyState !== 'open') await this.#open()
    if (this.#loaded.has(segment.url)) return true
    if (this.#init !== segment.init) {
      await this.#append(segment.init)
      this.#init = segment.init
    }
    await this.#append(segment.url)
    this.#loaded.add(segment.url)
    return true
  }

  /** Gives the element an empty buffer. */
  async #open(): Promise<void> {
    URL.revokeObjectURL(this.#url)
    const media = new MediaSource()
    this.#url = URL.createObjectURL(media)
    this.#loaded.clear()
    this.#init = ''
    const opened = new Promise((resolve) => media.addEventListener('sourceopen', resolve, { once: true }))
    this.#video.src = this.#url
    await opened
    this.#buffer = media.addSourceBuffer(this.#type)
    this.#media = media
  }

  async #get(url: string): Promise<Response> {
    const answer = await fetch(url, { signal: this.#stop.signal })
    if (!answer.ok) throw new Error(`${url} is answered with ${answer.status}`)
    return answer
  }

  async #list(): Promise<ListedSegment[]> {
    const main = await (await this.#get(this.#address)).text()
    const line = main.split('\n').find((each) => each !== '' && !each.startsWith('#'))
    if (line === undefined) return []
    const url = new URL(line, this.#address).href
    return readSegments(await (await this.#get(url)).text(), url)
  }

  async #append(url: string): Promise<void> {
    const buffer = this.#buffer as SourceBuffer
    const bytes = await (await this.#get(url)).arrayBuffer()
    await new Promise<void>((resolve, reject) => {
      buffer.addEventListener('updateend', () => resolve(), { once: true })
      buffer.addEventListener('error', () => reject(new Error(`${url} cannot be shown`)), { once: true })
      buffer.appendBuffer(bytes)
    })
  }
}
