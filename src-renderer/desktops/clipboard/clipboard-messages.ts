/** Formats by their numbers on the wire: see docs/desktop.md. */
export const clipboardFormats = ['text', 'html', 'png', 'files'] as const
export type ClipboardFormat = (typeof clipboardFormats)[number]
/** Files are up- and downloaded: their data come by no message. */
export type TransferredFormat = Exclude<ClipboardFormat, 'files'>

/** What the host takes of each, bytes. */
export const maxClipboardBytes: Readonly<Record<ClipboardFormat, number>> = { text: 4 << 20, html: 4 << 20, png: 32 << 20, files: 1 << 20 }
/** Of one message, and how many may be on their way. */
export const clipboardChunkBytes = 64 * 1024
export const maxClipboardChunks = 2

/** Why a format does not arrive. */
export type ClipboardFault = 'too-large' | 'timed-out' | 'rejected'
const faults = [undefined, 'too-large', 'timed-out', 'rejected'] as const

export type ClipboardMessage =
  | { readonly kind: 'copied'; readonly copied: number; readonly formats: readonly ClipboardFormat[] }
  | {
      readonly kind: 'data'
      readonly copied: number
      readonly format: ClipboardFormat
      /** In all. */
      readonly bytes: number
      readonly part: Uint8Array<ArrayBuffer>
    }
  | { readonly kind: 'unread'; readonly copied: number; readonly format: ClipboardFormat; readonly why: ClipboardFault }
  | { readonly kind: 'taken'; readonly offer: number }
  | { readonly kind: 'rejected'; readonly offer: number; readonly format: ClipboardFormat; readonly why: ClipboardFault }

/** Reads what the host sends of a display's clipboard; undefined for every other message. */
export function readClipboardMessage(message: ArrayBuffer): ClipboardMessage | undefined {
  const view = new DataView(message)
  if (message.byteLength < 8 || view.getUint8(0) !== 8) return undefined
  const part = view.getUint8(1)
  const number = view.getUint32(4, true)
  const format = clipboardFormats[view.getUint8(2)]
  const why = faults[view.getUint8(3)] ?? 'rejected'
  if (part === 1) return { kind: 'copied', copied: number, formats: clipboardFormats.filter((_, bit) => (view.getUint8(2) >> bit) & 1) }
  if (part === 4) return { kind: 'taken', offer: number }
  if (format === undefined) return undefined
  if (part === 2) return { kind: 'data', copied: number, format, bytes: view.getUint32(8, true), part: new Uint8Array(message, 12) }
  if (part === 3) return { kind: 'unread', copied: number, format, why }
  return part === 5 ? { kind: 'rejected', offer: number, format, why } : undefined
}

/** A part of what this browser copied. */
export function clipboardData(offer: number, format: ClipboardFormat, part: Uint8Array): Uint8Array<ArrayBuffer> {
  const message = new Uint8Array(8 + part.length)
  const view = new DataView(message.buffer)
  view.setUint8(0, 1)
  view.setUint8(1, clipboardFormats.indexOf(format))
  view.setUint32(4, offer, true)
  message.set(part, 8)
  return message
}
