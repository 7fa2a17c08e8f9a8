import type { ClipboardData } from '../../sessions/client-message.ts'
import { type ClipboardFormat, maxClipboardBytes } from '../../sessions/clipboard-formats.ts'
import type { NativeDesktopClipboard } from '../desktop-addon.ts'
import { offeredTargets, toTargets } from './clipboard-targets.ts'
import { type ClipboardFault, rejectedMessage, takenMessage } from './clipboard-wire.ts'

/** A format that is on its way. */
interface Incoming {
  readonly bytes: number
  readonly parts: Buffer[]
  received: number
}

interface Offer {
  readonly viewer: number
  readonly number: number
  readonly incoming: Map<ClipboardFormat, Incoming>
}

/**
 * What viewers copied: the last of them owns the display's clipboard. Programs are offered its formats at once, and are given the data when
 * they are here.
 */
export class CopiedByViewers {
  readonly #native: NativeDesktopClipboard
  readonly #send: (viewer: number, parts: readonly Uint8Array[]) => void
  #offer: Offer | undefined

  constructor(native: NativeDesktopClipboard, send: (viewer: number, parts: readonly Uint8Array[]) => void) {
    this.#native = native
    this.#send = send
  }

  offered(viewer: number, number: number, formats: readonly { readonly format: ClipboardFormat; readonly bytes: number }[]): void {
    const offer: Offer = { viewer, number, incoming: new Map() }
    for (const { format, bytes } of formats) {
      if (bytes > maxClipboardBytes[format]) this.#send(viewer, rejectedMessage(number, format, 'too-large'))
      else offer.incoming.set(format, { bytes, parts: [], received: 0 })
    }
    this.#offer = offer
    this.#native.offer([...offer.incoming.keys()].flatMap(offeredTargets))
    for (const format of [...offer.incoming.keys()]) this.#provideWhole(offer, format)
  }

  /** Files that a viewer uploaded, as URIs: the clipboard has them, whoever of the viewers leaves. */
  offerFiles(uris: readonly string[]): void {
    this.#offer = undefined
    this.#native.offer(offeredTargets('files'))
    for (const [targets, data] of toTargets('files', Buffer.from(uris.join('\n')))) this.#native.provide(targets, data)
  }

  /** Every message is acknowledged, also of an offer that another one replaced. */
  take(viewer: number, { offer: number, format, data }: ClipboardData): void {
    this.#send(viewer, takenMessage(number))
    const offer = this.#offer
    const incoming = offer?.viewer === viewer && offer.number === number ? offer.incoming.get(format) : undefined
    if (offer === undefined || incoming === undefined) return
    incoming.received += data.length
    if (incoming.received > incoming.bytes) {
      this.#reject(offer, format, 'too-large')
      return
    }
    incoming.parts.push(Buffer.from(data))
    this.#provideWhole(offer, format)
  }

  /** What has not arrived will not. */
  leave(viewer: number): void {
    if (this.#offer?.viewer !== viewer) return
    this.#offer = undefined
    this.#native.withdraw()
  }

  #provideWhole({ incoming }: Offer, format: ClipboardFormat): void {
    const whole = incoming.get(format)
    if (whole === undefined || whole.received < whole.bytes) return
    incoming.delete(format)
    for (const [targets, data] of toTargets(format, Buffer.concat(whole.parts))) this.#native.provide(targets, data)
  }

  #reject({ viewer, number, incoming }: Offer, format: ClipboardFormat, why: ClipboardFault): void {
    incoming.delete(format)
    this.#send(viewer, rejectedMessage(number, format, why))
    this.#native.withdraw()
  }
}
