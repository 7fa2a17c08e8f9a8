import {
  type ClipboardFault,
  type ClipboardFormat,
  type ClipboardMessage,
  readClipboardMessage,
  type TransferredFormat,
} from './clipboard-messages.ts'
import { type Copied, copiedOf, pasted, pastedFiles, readLocal, writeLocal } from './local-clipboard.ts'
import { type ClipboardSender, OutgoingClipboard } from './outgoing-clipboard.ts'

/** What is copied on a display this soon after a key or a button there is what this person copied, ms. */
const ownCopyMs = 10_000

export interface DisplayClipboardOptions extends ClipboardSender {
  readonly onProblem: (why: ClipboardFault) => void
  /** This person may send files to the display. */
  readonly takesFiles: () => boolean
  /** Files were pasted: they are brought to the display and put into its clipboard. Resolves with false where that failed. */
  readonly onFiles: (files: readonly File[]) => Promise<boolean>
  /** This person copied files on the display, or the display's clipboard has something else now. */
  readonly onCopiedFiles: (copied: boolean) => void
}

interface Incoming {
  readonly parts: Uint8Array<ArrayBuffer>[]
  received: number
  /** Nothing more comes of it. */
  done: boolean
}

/** Keeps the clipboard of a display and that of this browser the same, as far as the browser allows it. */
export class DisplayClipboard {
  readonly #options: DisplayClipboardOptions
  readonly #outgoing: OutgoingClipboard
  /** Number of what was copied on the display last; undefined before the host says so. */
  #copied: number | undefined
  #incoming = new Map<ClipboardFormat, Incoming>()
  /** What came from the display and could not be written: the page had not the focus. */
  #unwritten: Copied | undefined
  /** Text of what both have. */
  #shared: string | undefined
  /** What was written here is what is here: nobody left the page since. */
  #untouched = false
  /** Files that were pasted last, and whether the display has them already. */
  #pasted: { readonly mark: string; done: boolean } | undefined
  #usedMs = Number.NEGATIVE_INFINITY

  constructor(options: DisplayClipboardOptions) {
    this.#options = options
    this.#outgoing = new OutgoingClipboard(options)
  }

  /** Follows the window and what is pressed on the display. Returns the way to stop. */
  bind(surface: HTMLElement): () => void {
    const stop = new AbortController()
    const { signal } = stop
    const used = (): void => {
      this.#usedMs = performance.now()
      void this.#write()
    }
    for (const name of ['keydown', 'pointerdown'] as const) surface.addEventListener(name, used, { signal, capture: true })
    window.addEventListener(
      'blur',
      () => {
        this.#untouched = false
      },
      { signal },
    )
    window.addEventListener('focus', () => void this.#write().then(() => this.#offerLocal()), { signal })
    return () => stop.abort()
  }

  /** The connection is another one. */
  reset(): void {
    this.#copied = undefined
    this.#incoming.clear()
    this.#outgoing.reset()
  }

  /**
   * Somebody pressed the keys that paste: what is copied here is offered to the display before they are. False where they are not to be
   * passed on: files are on their way to the display first.
   */
  paste(data: DataTransfer): boolean {
    const files = pastedFiles(data)
    if (files.length > 0 && this.#options.takesFiles()) return this.#pasteFiles(files)
    this.#offer(pasted(data))
    return true
  }

  #pasteFiles(files: readonly File[]): boolean {
    // What is copied on the display is newer.
    if (this.#untouched) return true
    const mark = JSON.stringify(files.map(({ name, size, lastModified }) => [name, size, lastModified]))
    if (this.#pasted?.mark === mark) return this.#pasted.done
    const pasted = { mark, done: false }
    this.#pasted = pasted
    void this.#options.onFiles(files).then((done) => {
      pasted.done = done
      if (!done && this.#pasted === pasted) this.#pasted = undefined
    })
    return false
  }

  /** True where the message was of a clipboard. */
  take(message: ArrayBuffer): boolean {
    const known = readClipboardMessage(message)
    if (known === undefined) return false
    this.#take(known)
    return true
  }

  #take(message: ClipboardMessage): void {
    if (message.kind === 'taken') this.#outgoing.taken(message.offer)
    else if (message.kind === 'rejected') {
      this.#outgoing.rejected(message.offer, message.format)
      this.#options.onProblem(message.why)
    } else if (message.kind === 'copied') this.#start(message.copied, message.formats)
    else if (message.copied !== this.#copied) this.#options.send({ kind: 'clipboard-taken' })
    else this.#receive(message)
  }

  #start(copied: number, formats: readonly ClipboardFormat[]): void {
    const first = this.#copied === undefined
    this.#copied = copied
    this.#incoming.clear()
    // What was copied before this page came stays there: it would replace what this person copied elsewhere.
    if (first) void this.#offerLocal()
    if (first) return
    const own = document.hasFocus() || performance.now() - this.#usedMs < ownCopyMs
    const hasFiles = own && formats.includes('files') && this.#options.takesFiles()
    this.#options.onCopiedFiles(hasFiles)
    // Browsers take no files from a page: what is here is older, and stays.
    if (hasFiles) this.#untouched = document.hasFocus()
    if (!own) return
    for (const format of formats) {
      // With files comes their list as text, and an icon.
      if (hasFiles || format === 'files') continue
      this.#incoming.set(format, { parts: [], received: 0, done: false })
      this.#options.send({ kind: 'clipboard-read', copied, format })
    }
  }

  #receive(message: Extract<ClipboardMessage, { kind: 'data' | 'unread' }>): void {
    const incoming = this.#incoming.get(message.format)
    if (message.kind === 'data') {
      this.#options.send({ kind: 'clipboard-taken' })
      if (incoming === undefined || incoming.done) return
      incoming.parts.push(message.part)
      incoming.received += message.part.length
      incoming.done = incoming.received >= message.bytes
    } else if (incoming !== undefined) {
      this.#incoming.delete(message.format)
      this.#options.onProblem(message.why)
    }
    const all = [...this.#incoming.values()]
    if (all.length === 0 || !all.every(({ done }) => done)) return
    const blobs = new Map(
      [...this.#incoming].map(([format, { parts }]) => [format, new Blob(parts, { type: format === 'png' ? 'image/png' : '' })]),
    )
    this.#incoming.clear()
    void this.#keep(blobs)
  }

  async #keep(blobs: ReadonlyMap<ClipboardFormat, Blob>): Promise<void> {
    const copied = this.#copied
    const [text, html] = await Promise.all([blobs.get('text')?.text(), blobs.get('html')?.text()])
    if (copied !== this.#copied) return
    this.#unwritten = copiedOf(text, html, blobs.get('png'))
    await this.#write()
  }

  async #write(): Promise<void> {
    const copied = this.#unwritten
    if (copied === undefined) return
    try {
      await writeLocal(copied)
      if (this.#unwritten === copied) this.#unwritten = undefined
      this.#shared = copied.text
      this.#untouched = document.hasFocus()
    } catch {
      // With the next key, or when the page has the focus again.
    }
  }

  async #offerLocal(): Promise<void> {
    const copied = await readLocal()
    if (copied !== undefined) this.#offer(copied)
  }

  #offer({ text, html, png }: Copied): void {
    // What is here came from there: the program that copied it gives it to others better than this page can.
    if (this.#untouched || this.#unwritten !== undefined || (text !== undefined && text === this.#shared)) return
    const formats = new Map<TransferredFormat, Blob>()
    if (text !== undefined) formats.set('text', new Blob([text]))
    if (html !== undefined) formats.set('html', new Blob([html]))
    if (png !== undefined) formats.set('png', png)
    if (formats.size === 0) return
    this.#shared = text
    if (this.#outgoing.offer(formats).length > 0) this.#options.onProblem('too-large')
  }
}
