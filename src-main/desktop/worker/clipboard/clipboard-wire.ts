import { type ClipboardFormat, clipboardFormats } from '../../sessions/clipboard-formats.ts'
import { clipboardKind, clipboardParts } from '../../sessions/clipboard-kinds.ts'

/** Why a format does not arrive, as its number on the wire. */
const reasons = { 'too-large': 1, 'timed-out': 2, rejected: 3 } as const
export type ClipboardFault = keyof typeof reasons

function head(bytes: number, part: number, second: number, third: number, number: number): Buffer {
  const message = Buffer.alloc(bytes)
  message[0] = clipboardKind
  message[1] = part
  message[2] = second
  message[3] = third
  message.writeUInt32LE(number, 4)
  return message
}

const numberOf = (format: ClipboardFormat): number => clipboardFormats.indexOf(format)

/** What is copied on the display: `u8 8, u8 1, u8 formats, a bit each, u8 0, u32 number`. */
export function copiedMessage(copied: number, formats: Iterable<ClipboardFormat>): readonly Uint8Array[] {
  let bits = 0
  for (const format of formats) bits |= 1 << numberOf(format)
  return [head(8, clipboardParts.copied, bits, 0, copied)]
}

/** A part of it: `u8 8, u8 2, u8 format, u8 0, u32 number, u32 bytes in all`, then the bytes. */
export function dataMessage(copied: number, format: ClipboardFormat, bytes: number, part: Uint8Array): readonly Uint8Array[] {
  const message = head(12, clipboardParts.data, numberOf(format), 0, copied)
  message.writeUInt32LE(bytes, 8)
  return [message, part]
}

/** A format of it does not come: `u8 8, u8 3, u8 format, u8 reason, u32 number`. */
export function unreadMessage(copied: number, format: ClipboardFormat, why: ClipboardFault): readonly Uint8Array[] {
  return [head(8, clipboardParts.unread, numberOf(format), reasons[why], copied)]
}

/** A message with data of the viewer's offer has arrived: `u8 8, u8 4, u16 0, u32 offer`. */
export function takenMessage(offer: number): readonly Uint8Array[] {
  return [head(8, clipboardParts.taken, 0, 0, offer)]
}

/** A format of the viewer's offer is not taken: `u8 8, u8 5, u8 format, u8 reason, u32 offer`. */
export function rejectedMessage(offer: number, format: ClipboardFormat, why: ClipboardFault): readonly Uint8Array[] {
  return [head(8, clipboardParts.rejected, numberOf(format), reasons[why], offer)]
}
