/** Formats that cross between a display's clipboard and a viewer's, in the order of their numbers on the wire, from 0. */
export const clipboardFormats = ['text', 'html', 'png', 'files'] as const
export type ClipboardFormat = (typeof clipboardFormats)[number]

/** Those whose data cross the connection of a viewer. Files are up- and downloaded by routes of their own. */
export type TransferredFormat = Exclude<ClipboardFormat, 'files'>
export const isTransferred = (format: ClipboardFormat): format is TransferredFormat => format !== 'files'

const mebibyte = 1024 * 1024

/** More than this of a format is not transferred, bytes. `files` is the list of their paths. */
export const maxClipboardBytes: Readonly<Record<ClipboardFormat, number>> = {
  text: 4 * mebibyte,
  html: 4 * mebibyte,
  png: 32 * mebibyte,
  files: mebibyte,
}

/** Of one message, bytes: what is behind it on the connection, keys and pixels, waits no longer than for this. */
export const clipboardChunkBytes = 64 * 1024

/** Messages with data that may be sent in one direction before the first of them is acknowledged. */
export const maxClipboardChunks = 2
