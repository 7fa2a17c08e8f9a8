import { PendingReplies } from '../../../platform/workers/pending-replies.ts'
import { type ClipboardFormat, clipboardChunkBytes, maxClipboardBytes, maxClipboardChunks } from '../../sessions/clipboard-formats.ts'
import type { CopiedUris } from '../../sessions/messages.ts'
import type { NativeDesktopClipboard } from '../desktop-addon.ts'
import { fromTarget, readableTargets } from './clipboard-targets.ts'
import { type ClipboardFault, copiedMessage, dataMessage, unreadMessage } from './clipboard-wire.ts'

/** The addon gives an owner up who does not answer; this is for a server that hangs, ms. */
const maxReadMs = 40_000

class Unread extends Error {
  readonly why: ClipboardFault

  constructor(why: ClipboardFault) {
    super(why)
    this.why = why
  }
}

interface Transfer {
  readonly format: ClipboardFormat
  readonly data: Buffer
  at: number
}

/** What one viewer is sent. */
interface Receiver {
  readonly transfers: Transfer[]
  /** Formats that it wants and that are being read. */
  readonly wanted: Set<ClipboardFormat>
  /** Messages that it has not acknowledged. */
  onTheWay: number
}

/**
 * What programs of the display copied. Viewers learn which formats there are, and are sent what they ask for, in parts: the next one when
 * they have taken an earlier one. Each format is read once.
 */
export class CopiedByPrograms {
  readonly #native: NativeDesktopClipboard
  readonly #send: (viewer: number, parts: readonly Uint8Array[]) => void
  readonly #receivers = new Map<number, Receiver>()
  readonly #replies = new PendingReplies<Buffer>()
  /** Counts what was copied. */
  #number = 0
  #targets: ReadonlyMap<ClipboardFormat, string> = new Map()
  readonly #read = new Map<ClipboardFormat, Promise<Buffer>>()

  constructor(native: NativeDesktopClipboard, send: (viewer: number, parts: readonly Uint8Array[]) => void) {
    this.#native = native
    this.#send = send
  }

  /** A program copied, or nothing is copied any more. */
  copied(targets: readonly string[]): void {
    this.#number = (this.#number + 1) >>> 0
    this.#targets = readableTargets(targets)
    this.#read.clear()
    for (const [viewer, receiver] of this.#receivers) {
      receiver.transfers.length = 0
      receiver.wanted.clear()
      this.#send(viewer, copiedMessage(this.#number, this.#targets.keys()))
    }
  }

  /** The addon read what it was asked for, or did not. */
  answered(reading: number, data: Buffer | undefined, why: string | undefined): void {
    if (data !== undefined) this.#replies.resolve(reading, data)
    else this.#replies.reject(reading, new Unread(why === 'too-large' || why === 'timed-out' ? why : 'rejected'))
  }

  /** A viewer who may use the clipboard learns what is copied. */
  join(viewer: number): void {
    if (this.#receivers.has(viewer)) return
    this.#receivers.set(viewer, { transfers: [], wanted: new Set(), onTheWay: 0 })
    this.#send(viewer, copiedMessage(this.#number, this.#targets.keys()))
  }

  leave(viewer: number): void {
    this.#receivers.delete(viewer)
  }

  /** A viewer wants a format of what was copied last. */
  async read(viewer: number, copied: number, format: ClipboardFormat): Promise<void> {
    const receiver = this.#receivers.get(viewer)
    const target = this.#targets.get(format)
    if (receiver === undefined || copied !== this.#number || target === undefined) return
    if (receiver.wanted.has(format) || receiver.transfers.some((transfer) => transfer.format === format)) return
    receiver.wanted.add(format)
    try {
      const data = await this.#dataOf(format, target)
      if (copied !== this.#number) return
      receiver.transfers.push({ format, data, at: 0 })
      this.#sendMore(viewer, receiver)
    } catch (error) {
      if (copied === this.#number) this.#send(viewer, unreadMessage(copied, format, error instanceof Unread ? error.why : 'timed-out'))
    } finally {
      if (copied === this.#number) receiver.wanted.delete(format)
    }
  }

  /** A viewer has a message that it was sent. */
  taken(viewer: number): void {
    const receiver = this.#receivers.get(viewer)
    if (receiver === undefined) return
    receiver.onTheWay = Math.max(0, receiver.onTheWay - 1)
    this.#sendMore(viewer, receiver)
  }

  /** The files that were copied last; undefined where none were, and where they cannot be read. */
  async files(): Promise<CopiedUris | undefined> {
    const number = this.#number
    const target = this.#targets.get('files')
    const data = target && (await this.#dataOf('files', target).catch(() => undefined))
    return data && number === this.#number ? { number, uris: data.toString() } : undefined
  }

  #dataOf(format: ClipboardFormat, target: string): Promise<Buffer> {
    const known = this.#read.get(format)
    if (known !== undefined) return known
    const read = this.#replies
      .request(
        (reading) => this.#native.read(reading, target, maxClipboardBytes[format]),
        maxReadMs,
        () => new Unread('timed-out'),
      )
      .then((data) => {
        const readable = fromTarget(format, target, data)
        if (readable === undefined) throw new Unread('rejected')
        if (readable.length > maxClipboardBytes[format]) throw new Unread('too-large')
        return readable
      })
    this.#read.set(format, read)
    // It may be asked for again when it could not be read.
    read.catch(() => this.#read.get(format) === read && this.#read.delete(format))
    return read
  }

  #sendMore(viewer: number, receiver: Receiver): void {
    for (
      let [transfer] = receiver.transfers;
      transfer !== undefined && receiver.onTheWay < maxClipboardChunks;
      [transfer] = receiver.transfers
    ) {
      const { format, data, at } = transfer
      receiver.onTheWay++
      this.#send(viewer, dataMessage(this.#number, format, data.length, data.subarray(at, at + clipboardChunkBytes)))
      transfer.at += clipboardChunkBytes
      if (transfer.at >= data.length) receiver.transfers.shift()
    }
  }
}
