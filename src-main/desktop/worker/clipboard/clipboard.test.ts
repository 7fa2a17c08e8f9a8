import { expect, it } from 'vitest'
import { maxClipboardBytes } from '../../sessions/clipboard-formats.ts'
import type { ClipboardEvent, NativeDesktopClipboard } from '../desktop-addon.ts'
import { DisplayClipboard } from './display-clipboard.ts'

/** A clipboard without a server: `happen` is what programs do; what was asked of it is in `asked`. */
function clipboardOf() {
  const asked: unknown[][] = []
  const sent: { readonly viewer: number; readonly head: number[]; readonly data: string }[] = []
  let happen: (event: ClipboardEvent) => void = () => undefined
  class Native implements NativeDesktopClipboard {
    constructor(_server: string, listener: (event: ClipboardEvent) => void) {
      happen = listener
    }
    read(...args: unknown[]) {
      asked.push(['read', ...args])
    }
    offer(targets: readonly string[]) {
      asked.push(['offer', ...targets])
    }
    provide(targets: readonly string[], data: Buffer) {
      asked.push(['provide', targets[0], data.toString()])
    }
    withdraw() {
      asked.push(['withdraw'])
    }
    close() {}
  }
  const clipboard = new DisplayClipboard(Native, (viewer, parts) => {
    const bytes = Buffer.concat(parts)
    sent.push({ viewer, head: [...bytes.subarray(1, 8)], data: bytes.subarray(12).toString() })
  })
  return { clipboard, asked, sent, happen: (event: ClipboardEvent) => happen(event) }
}

const settled = () => new Promise((resolve) => setImmediate(resolve))

it('reads each format once, whoever asks, and sends the next part when an earlier one was taken', async () => {
  const { clipboard, asked, sent, happen } = clipboardOf()
  for (const viewer of [1, 2]) clipboard.join(viewer)
  happen({ kind: 'copied', targets: ['TARGETS', 'STRING', 'UTF8_STRING', 'image/bmp'] })
  expect(sent.slice(-2).map(({ head }) => head)).toEqual([
    [1, 1, 0, 1, 0, 0, 0],
    [1, 1, 0, 1, 0, 0, 0],
  ])
  for (const viewer of [1, 2, 2]) clipboard.hear(viewer, { kind: 'clipboard-read', copied: 1, format: 'text' })
  clipboard.hear(1, { kind: 'clipboard-read', copied: 0, format: 'text' })
  clipboard.hear(1, { kind: 'clipboard-read', copied: 1, format: 'png' })
  expect(asked).toEqual([['read', 1, 'UTF8_STRING', maxClipboardBytes.text]])
  sent.length = 0
  happen({ kind: 'read', reading: 1, data: Buffer.alloc(150_000, 'a') })
  await settled()
  expect(sent.map(({ viewer, data }) => [viewer, data.length])).toEqual([
    [1, 65_536],
    [1, 65_536],
    [2, 65_536],
    [2, 65_536],
  ])
  clipboard.hear(1, { kind: 'clipboard-taken' })
  clipboard.hear(1, { kind: 'clipboard-taken' })
  expect(sent.slice(4).map(({ viewer, data }) => [viewer, data.length])).toEqual([[1, 18_928]])
})

it('says why a format does not come, and reads it again when it is asked for again', async () => {
  const { clipboard, asked, sent, happen } = clipboardOf()
  clipboard.join(1)
  happen({ kind: 'copied', targets: ['image/png'] })
  for (const [reading, answer, reason] of [
    [1, { why: 'too-large' }, 1],
    [2, { why: 'timed-out' }, 2],
    [3, { data: Buffer.from('<html>') }, 3],
  ] as const) {
    clipboard.hear(1, { kind: 'clipboard-read', copied: 1, format: 'png' })
    happen({ kind: 'read', reading, ...answer })
    await settled()
    expect(sent.at(-1)?.head).toEqual([3, 2, reason, 1, 0, 0, 0])
  }
  expect(asked).toHaveLength(3)
})

it('reads Latin-1, UTF-16 and what ends with a zero', async () => {
  for (const [target, data, text] of [
    ['STRING', Buffer.from('Gr\xfc\xdfe', 'latin1'), 'Grüße'],
    ['text/html', Buffer.from('\ufeff<b>ß</b>\0', 'utf16le'), '<b>ß</b>'],
    ['UTF8_STRING', Buffer.from('漢字\0'), '漢字'],
  ] as const) {
    const { clipboard, sent, happen } = clipboardOf()
    clipboard.join(1)
    happen({ kind: 'copied', targets: [target] })
    const format = target === 'text/html' ? 'html' : 'text'
    clipboard.hear(1, { kind: 'clipboard-read', copied: 1, format })
    happen({ kind: 'read', reading: 1, data })
    await settled()
    expect(sent.at(-1)?.data).toBe(text)
  }
})

it('says which files a program copied, and gives up one that does not answer', async () => {
  for (const [target, data] of [
    ['x-special/gnome-copied-files', 'cut\nfile:///a\nfile:///b'],
    ['text/uri-list', 'file:///a\nfile:///b\0'],
  ] as const) {
    const { clipboard, sent, happen } = clipboardOf()
    expect(await clipboard.files()).toBeUndefined()
    clipboard.join(1)
    happen({ kind: 'copied', targets: ['text/html', target] })
    expect(sent.at(-1)?.head).toEqual([1, 10, 0, 1, 0, 0, 0])
    const unread = clipboard.files()
    happen({ kind: 'read', reading: 1, why: 'timed-out' })
    expect(await unread).toBeUndefined()
    const files = clipboard.files()
    happen({ kind: 'read', reading: 2, data: Buffer.from(data) })
    expect(await files).toEqual({ number: 1, uris: 'file:///a\nfile:///b' })
    // Something else was copied while it was read.
    happen({ kind: 'copied', targets: [target] })
    const late = clipboard.files()
    happen({ kind: 'copied', targets: [target] })
    happen({ kind: 'read', reading: 3, data: Buffer.from(data) })
    expect(await late).toBeUndefined()
  }
})

it('offers files as programs that paste want them, and keeps them when a viewer leaves', () => {
  const { clipboard, asked, sent } = clipboardOf()
  clipboard.join(1)
  clipboard.hear(1, { kind: 'clipboard', offer: 1, formats: [{ format: 'text', bytes: 3 }] })
  asked.length = 0
  clipboard.offerFiles(['file:///a%20b', 'file:///c'])
  expect(asked).toEqual([
    ['offer', 'text/uri-list', 'x-special/gnome-copied-files'],
    ['provide', 'text/uri-list', 'file:///a%20b\r\nfile:///c\r\n'],
    ['provide', 'x-special/gnome-copied-files', 'copy\nfile:///a%20b\nfile:///c'],
  ])
  expect(sent.at(-1)?.head.slice(0, 2)).toEqual([1, 0])
  clipboard.leave(1)
  expect(asked).toHaveLength(3)
})

it('offers what a viewer copied at once, and provides what has arrived whole', () => {
  const { clipboard, asked, sent } = clipboardOf()
  for (const viewer of [1, 2]) clipboard.join(viewer)
  clipboard.hear(1, {
    kind: 'clipboard',
    offer: 5,
    formats: [
      { format: 'text', bytes: 6 },
      { format: 'png', bytes: maxClipboardBytes.png + 1 },
    ],
  })
  expect(asked).toEqual([['offer', 'UTF8_STRING', 'text/plain;charset=utf-8', 'text/plain', 'STRING']])
  expect(sent.some(({ head }) => head[0] === 5 && head[1] === 2 && head[2] === 1)).toBe(true)
  clipboard.hear(1, { kind: 'clipboard-data', offer: 5, format: 'text', data: Buffer.from('Gr') })
  clipboard.hear(2, { kind: 'clipboard-data', offer: 5, format: 'text', data: Buffer.from('never') })
  expect(asked).toHaveLength(1)
  clipboard.hear(1, { kind: 'clipboard-data', offer: 5, format: 'text', data: Buffer.from('漢x') })
  expect(asked.slice(1)).toEqual([
    ['provide', 'UTF8_STRING', 'Gr漢x'],
    ['provide', 'STRING', 'Gr?x'],
  ])
})

it('ends a transfer of more than was announced, and one whose viewer left', () => {
  const { clipboard, asked, sent } = clipboardOf()
  clipboard.join(1)
  const offer = (number: number) => clipboard.hear(1, { kind: 'clipboard', offer: number, formats: [{ format: 'text', bytes: 3 }] })
  offer(1)
  clipboard.hear(1, { kind: 'clipboard-data', offer: 1, format: 'text', data: Buffer.from('four') })
  expect(sent.at(-1)?.head).toEqual([5, 0, 1, 1, 0, 0, 0])
  expect(asked.at(-1)).toEqual(['withdraw'])
  offer(2)
  clipboard.leave(1)
  expect(asked.at(-1)).toEqual(['withdraw'])
  expect(asked.some(([what]) => what === 'provide')).toBe(false)
})
