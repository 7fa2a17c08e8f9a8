import { AV_LOG_ERROR } from 'node-av/constants'
import { FFmpegError, Log } from 'node-av/lib'
import { maskUrlsIn } from '../../../../../platform/outbound/url-secrets.ts'

/** FFmpeg may take so long for one call, ms. */
const maxCallMs = 12_000

/** What there is to know of FFmpeg beside its answers: what it complains of, and whether it answers at all. */
export class MediaEngine {
  #said: string | undefined
  readonly #asked = new Set<{ readonly untilMs: number }>()

  /** Listens to FFmpeg from now on. */
  constructor() {
    Log.setLevel(AV_LOG_ERROR)
    Log.setCallback(
      (_, message) => {
        const text = message.trim()
        // masked before it is cut: half of a URL would not be known for one
        if (text !== '') this.#said = maskUrlsIn(text).slice(0, 200)
      },
      { maxLevel: AV_LOG_ERROR },
    )
  }

  /** A call takes longer than any may. */
  get isHung(): boolean {
    const now = performance.now()
    for (const { untilMs } of this.#asked) if (now > untilMs) return true
    return false
  }

  /** Hands a call's answer on; while it is expected it is watched. */
  async asked<T>(call: Promise<T>, maxMs = maxCallMs): Promise<T> {
    const asked = { untilMs: performance.now() + maxMs }
    this.#asked.add(asked)
    try {
      return await call
    } finally {
      this.#asked.delete(asked)
    }
  }

  /** An error code in words, with what was said before it; drops it. */
  async words(code: number): Promise<string> {
    // FFmpeg's threads hand their words over by the event loop.
    await new Promise((resolve) => setTimeout(resolve, 5))
    const said = this.#said
    this.#said = undefined
    const named = new FFmpegError(code).message
    return said === undefined || named.includes(said) ? named : `${named} (${said})`
  }
}
