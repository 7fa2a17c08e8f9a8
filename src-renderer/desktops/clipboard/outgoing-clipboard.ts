import type { ClientMessage } from '../../../src-main/desktop/sessions/client-message.ts'
import {
  type ClipboardFormat,
  clipboardChunkBytes,
  clipboardData,
  maxClipboardBytes,
  maxClipboardChunks,
  type TransferredFormat,
} from './clipboard-messages.ts'

/** What a display's clipboard messages are sent by. */
export interface ClipboardSender {
  send(message: ClientMessage): void
  sendBytes(bytes: Uint8Array<ArrayBuffer>): void
}

/** Brings what is copied here to the display: it is offered at once, so that a key that is pressed then finds it; its data follow. */
export class OutgoingClipboard {
  readonly #sender: ClipboardSender
  #offer = 0
  #onTheWay = 0
  #waiting: { readonly format: TransferredFormat; readonly data: Blob; at: number }[] = []
  #sending = false

  constructor(sender: ClipboardSender) {
    this.#sender = sender
  }

  /** The formats that are too large for it; they are left out. */
  offer(formats: ReadonlyMap<TransferredFormat, Blob>): readonly TransferredFormat[] {
    this.reset()
    const tooLarge = [...formats].filter(([format, { size }]) => size > maxClipboardBytes[format]).map(([format]) => format)
    this.#waiting = [...formats].flatMap(([format, data]) => (tooLarge.includes(format) ? [] : [{ format, data, at: 0 }]))
    if (this.#waiting.length === 0) return tooLarge
    this.#sender.send({
      kind: 'clipboard',
      offer: this.#offer,
      formats: this.#waiting.map(({ format, data }) => ({ format, bytes: data.size })),
    })
    void this.#sendMore()
    return tooLarge
  }

  /** A message has arrived: another one may follow. */
  taken(offer: number): void {
    if (offer !== this.#offer) return
    this.#onTheWay--
    void this.#sendMore()
  }

  rejected(offer: number, format: ClipboardFormat): void {
    if (offer === this.#offer) this.#waiting = this.#waiting.filter((each) => each.format !== format)
  }

  /** Nothing of the last offer is sent any more. */
  reset(): void {
    this.#offer = (this.#offer + 1) >>> 0
    this.#waiting = []
    this.#onTheWay = 0
  }

  async #sendMore(): Promise<void> {
    if (this.#sending) return
    this.#sending = true
    try {
      for (let [next] = this.#waiting; next !== undefined && this.#onTheWay < maxClipboardChunks; [next] = this.#waiting) {
        const { format, data, at } = next
        const offer = this.#offer
        const part = new Uint8Array(await data.slice(at, at + clipboardChunkBytes).arrayBuffer())
        if (offer !== this.#offer) continue
        next.at += clipboardChunkBytes
        if (next.at >= data.size) this.#waiting = this.#waiting.filter((each) => each !== next)
        if (part.length === 0) continue
        this.#onTheWay++
        this.#sender.sendBytes(clipboardData(offer, format, part))
      }
    } finally {
      this.#sending = false
    }
  }
}
