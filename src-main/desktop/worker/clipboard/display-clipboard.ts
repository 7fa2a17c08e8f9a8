import type { ClientMessage, ClipboardMessage } from '../../sessions/client-message.ts'
import type { CopiedUris } from '../../sessions/messages.ts'
import type { DesktopAddon } from '../desktop-addon.ts'
import { CopiedByPrograms } from './copied-by-programs.ts'
import { CopiedByViewers } from './copied-by-viewers.ts'

/** True for what `DisplayClipboard` handles. */
export const isOfClipboard = (message: ClientMessage): message is ClipboardMessage => message.kind.startsWith('clipboard')

/** The clipboard of a display and its viewers. Who of them may use it is decided before messages come here, and after they leave. */
export class DisplayClipboard {
  readonly #fromPrograms: CopiedByPrograms
  readonly #fromViewers: CopiedByViewers
  readonly #close: () => void

  constructor(Native: DesktopAddon['DesktopClipboard'], send: (viewer: number, parts: readonly Uint8Array[]) => void) {
    const native = new Native('', (event) => {
      if (event.kind === 'copied') this.#fromPrograms.copied(event.targets)
      else if (event.kind === 'read') this.#fromPrograms.answered(event.reading, event.data, event.why)
      else this.#fromPrograms.copied([])
    })
    this.#fromPrograms = new CopiedByPrograms(native, send)
    this.#fromViewers = new CopiedByViewers(native, send)
    this.#close = () => native.close()
  }

  /** Somebody new learns what is copied. */
  join(viewer: number): void {
    this.#fromPrograms.join(viewer)
  }

  hear(viewer: number, message: ClipboardMessage): void {
    if (message.kind === 'clipboard-read') void this.#fromPrograms.read(viewer, message.copied, message.format)
    else if (message.kind === 'clipboard-taken') this.#fromPrograms.taken(viewer)
    else if (message.kind === 'clipboard') {
      this.#fromViewers.offered(viewer, message.offer, message.formats)
      // It is theirs alone: other viewers are not sent it.
      this.#fromPrograms.copied([])
    } else this.#fromViewers.take(viewer, message)
  }

  /** Which files programs of the display have copied. */
  files(): Promise<CopiedUris | undefined> {
    return this.#fromPrograms.files()
  }

  /** Gives programs that paste these files, as URIs. */
  offerFiles(uris: readonly string[]): void {
    this.#fromViewers.offerFiles(uris)
    this.#fromPrograms.copied([])
  }

  leave(viewer: number): void {
    this.#fromPrograms.leave(viewer)
    this.#fromViewers.leave(viewer)
  }

  stop(): void {
    this.#close()
  }
}
