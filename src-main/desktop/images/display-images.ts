import { AppError } from '../../platform/errors.ts'
import type { Logger } from '../../platform/logger.ts'
import { JobWorker } from '../../platform/workers/job-worker.ts'
import type { RunningDisplay } from '../displays/display-server.ts'
import type { FromDesktopImages, ToDesktopImages } from './messages.ts'

/** An image is shown to everybody who asks within this time, ms. */
const freshMs = 1000
/** Images that are made at a time; who asks for another one then is rejected. */
const maxJobs = 32
/** Images that are kept, some sizes of each display: the oldest one goes for another. */
const maxKept = 64
/** A server that has not answered by then hangs, ms. */
const patienceMs = 5000
/** Pages ask every few seconds: the process waits for them so long, ms. */
const idleMs = 15_000

interface Job {
  readonly message: ToDesktopImages
  readonly settle: (jpeg: Uint8Array | undefined, why: string) => void
}

interface KeptImage {
  readonly madeMs: number
  readonly jpeg: Promise<Uint8Array>
}

/** Has a process of another user make an image of a display of theirs. */
export type ImageOfUser = (running: RunningDisplay & { readonly user: string }, maxWidth: number, maxHeight: number) => Promise<Uint8Array>

/** Small images of displays, made when somebody asks for them and not before: nothing is encoded while nobody looks. */
export class DisplayImages {
  readonly #jobs: JobWorker<Job, FromDesktopImages, ToDesktopImages>
  readonly #log: Logger
  readonly #ofUser: ImageOfUser | undefined
  readonly #kept = new Map<string, KeptImage>()
  #next = 1

  /** @param ofUser for displays of other users; left out: there is no such display */
  constructor(log: Logger, ofUser?: ImageOfUser) {
    this.#log = log
    this.#ofUser = ofUser
    this.#jobs = new JobWorker({
      worker: 'desktop-images',
      env: { UV_THREADPOOL_SIZE: '2', MALLOC_ARENA_MAX: '2' },
      restart: { firstMs: 200, maxMs: 10_000, goodAfterMs: 10_000 },
      log,
      idleMs,
      onMessage: ({ id, jpeg, why }) => this.#jobs.take(id)?.settle(jpeg, why),
      onLost: () => {
        for (const { settle } of this.#jobs.takeAll()) settle(undefined, 'the process that reads displays ended')
      },
    })
  }

  /** What the display shows now, or did a second ago, as a JPEG within that size. Throws `desktop.no_image`, `desktop.busy`. */
  of(running: RunningDisplay, maxWidth: number, maxHeight: number): Promise<Uint8Array> {
    const { protocol = 'x11', server, authority, user } = running
    if (protocol === 'portal') throw new AppError('desktop.no_image', 'The desktop at the machine is read only while somebody looks at it')
    const nowMs = performance.now()
    for (const [key, { madeMs }] of this.#kept) if (nowMs - madeMs > patienceMs) this.#kept.delete(key)
    const key = `${user ?? ''} ${server} ${authority} ${maxWidth} ${maxHeight}`
    const known = this.#kept.get(key)
    if (known !== undefined && nowMs - known.madeMs < freshMs) return known.jpeg
    if (this.#jobs.size >= maxJobs) {
      throw new AppError('desktop.busy', `${maxJobs} images of displays are being made`, { details: { limit: maxJobs } })
    }
    const [oldest] = this.#kept.keys()
    if (oldest !== undefined && this.#kept.size >= maxKept) this.#kept.delete(oldest)
    const jpeg =
      user !== undefined && this.#ofUser !== undefined
        ? this.#ofUser({ ...running, user }, maxWidth, maxHeight)
        : this.#make({ id: this.#next++, protocol, server, authority, maxWidth, maxHeight })
    this.#kept.set(key, { madeMs: nowMs, jpeg })
    // What failed is tried again by the next who asks.
    jpeg.catch(() => this.#kept.get(key)?.jpeg === jpeg && this.#kept.delete(key))
    return jpeg
  }

  async stop(): Promise<void> {
    for (const { settle } of this.#jobs.takeAll()) settle(undefined, 'the host stops')
    await this.#jobs.stop()
  }

  #make(message: ToDesktopImages): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => this.#jobs.take(message.id)?.settle(undefined, 'it does not answer'), patienceMs)
      const settle = (jpeg: Uint8Array | undefined, why: string): void => {
        clearTimeout(late)
        if (jpeg !== undefined) resolve(jpeg)
        else {
          // Where it is, is not for everybody who may see it.
          this.#log.debug({ server: message.server, why }, 'an image of a display could not be made')
          reject(new AppError('desktop.no_image', `The display cannot be read: ${why}`, { details: { why } }))
        }
      }
      this.#jobs.add(message.id, { message, settle })
    })
  }
}
