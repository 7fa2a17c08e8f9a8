/** First byte of what viewers are sent of the clipboard. */
export const clipboardKind = 8

/** Its second byte: see docs/desktop.md. */
export const clipboardParts = { copied: 1, data: 2, unread: 3, taken: 4, rejected: 5 } as const
