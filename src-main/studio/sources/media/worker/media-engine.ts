import { AV_LOG_ERROR } from 'node-av/constants'
import { FFmpegError, Log } from 'node-av/lib'

/** What there is to know of FFmpeg beside its answers: what it complains of, and for how long it has not answered. */
export class MediaEngine {
  #said: string | undefined
  #asked = 0
  #askedAt = 0

  /** Listens to FFmpeg from now on. */
  constructor() {
    Log.setLevel(AV_LOG_ERROR)
    Log.setCallback(
      (_, message) => {
        const text = message.trim()
        if (text !== '') this.#said = text.slice(0, 200)
      },
      { maxLevel: AV_LOG_ERROR },
    )
  }

  /** For how long a call has not come back, ms. */
  get silentMs(): number {
    return this.#asked === 0 ? 0 : performance.now() - this.#askedAt
  }

  /** Hands a call's answer on; while it is awaited, `silentMs` counts. */
  async asked<T>(call: Promise<T>): Promise<T> {
    this.#asked++
    this.#askedAt = performance.now()
    try {
      return await call
    } finally {
      this.#asked--
      this.#askedAt = performance.now()
    }
  }

  /** An error code in words, with what was said before it; forgets it. */
  async words(code: number): Promise<string> {
    // FFmpeg's threads hand their words over by the event loop.
    await new Promise((resolve) => setTimeout(resolve, 5))
    const said = this.#said
    this.#said = undefined
    const named = new FFmpegError(code).message
    return said === undefined || named.includes(said) ? named : `${named} (${said})`
  }
}
