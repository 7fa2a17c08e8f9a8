import type { FileStamp } from './file-stamp.ts'

export interface FileWatchEvents {
  /** Another file is there than the one that was watched, or one where there was none that can be played. */
  readonly onChanged: () => void
  /** The watched file was taken away. */
  readonly onGone: (path: string) => void
  /** It is back as it was. */
  readonly onBack: () => void
}

/** Looks at one file every now and then: what is played from it may be replaced, removed or come back. */
export class FileWatch {
  readonly #events: FileWatchEvents
  readonly #timer: NodeJS.Timeout
  #find: (() => Promise<FileStamp>) | undefined
  /** What was there when the watch started. */
  #known: FileStamp | undefined
  #isPlayed = false
  #isGone = false
  #isLooking = false
  /** What is there by now, at the last look. */
  #other: FileStamp | undefined

  constructor(everyMs: number, events: FileWatchEvents) {
    this.#events = events
    this.#timer = setInterval(() => void this.#lookAlone(), everyMs)
  }

  /** Watches a file that is played, found again by `find`: it may grow, and is left until its successor is whole. */
  watch(stamp: FileStamp, find: () => Promise<FileStamp>): void {
    this.#begin(find, stamp, true)
  }

  /** Waits for something else than what could not be played, `stamp` if there was anything. `find` rejects while there is nothing. */
  await(find: () => Promise<FileStamp>, stamp: FileStamp | undefined): void {
    this.#begin(find, stamp, false)
  }

  /** Watches nothing. */
  rest(): void {
    this.#find = undefined
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#find = undefined
  }

  #begin(find: () => Promise<FileStamp>, known: FileStamp | undefined, isPlayed: boolean): void {
    this.#find = find
    this.#known = known
    this.#isPlayed = isPlayed
    this.#isGone = false
    this.#other = undefined
  }

  /** A check that a slow disk delays is not overtaken: what it saw would be reported after what the next one saw. */
  async #lookAlone(): Promise<void> {
    if (this.#isLooking) return
    this.#isLooking = true
    await this.#look().finally(() => {
      this.#isLooking = false
    })
  }

  async #look(): Promise<void> {
    const find = this.#find
    if (find === undefined) return
    const found = await find().catch(() => undefined)
    if (find !== this.#find) return
    if (found === undefined) {
      if (this.#isPlayed && !this.#isGone) this.#events.onGone(this.#known?.path ?? '')
      this.#isGone = true
      return
    }
    const known = this.#known
    const isKnown = known !== undefined && (isSame(known, found) || (this.#isPlayed && hasGrown(known, found)))
    if (isKnown) {
      if (this.#isGone && this.#isPlayed) this.#events.onBack()
      this.#isGone = false
      return
    }
    // One that is still being written over a running one is left in peace for a look.
    const isWhole = !this.#isPlayed || (this.#other !== undefined && isSame(this.#other, found))
    this.#other = found
    if (!isWhole) return
    this.#known = found
    this.#isGone = false
    this.#events.onChanged()
  }
}

function isSame(a: FileStamp, b: FileStamp): boolean {
  return a.inode === b.inode && a.size === b.size && a.modifiedMs === b.modifiedMs
}

/** The same file with more in it. */
export function hasGrown(before: FileStamp, now: FileStamp): boolean {
  return before.inode === now.inode && now.size > before.size
}
