import type { ClipboardFormat } from '../../sessions/clipboard-formats.ts'

/** What X's programs call each format, the best first: as which it is read. */
const readAs: Readonly<Record<ClipboardFormat, readonly string[]>> = {
  text: ['UTF8_STRING', 'text/plain;charset=utf-8', 'text/plain', 'STRING'],
  html: ['text/html'],
  png: ['image/png'],
  files: ['text/uri-list', 'x-special/gnome-copied-files'],
}

const formats = Object.keys(readAs) as readonly ClipboardFormat[]

/** By which name each format is read that a program copied. Those who say nothing of names have text in Latin-1 alone (ICCCM 2.6.2). */
export function readableTargets(targets: readonly string[]): ReadonlyMap<ClipboardFormat, string> {
  return new Map(
    formats.flatMap((format) => {
      const target = readAs[format].find((name) => targets.includes(name))
      return target === undefined ? [] : [[format, target] as const]
    }),
  )
}

const pngSignature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])

/** What a program gave as that target, as it goes to viewers: UTF-8, or a PNG file. Undefined where it is not what its name says. */
export function fromTarget(format: ClipboardFormat, target: string, data: Buffer): Buffer | undefined {
  if (format === 'png') return data.subarray(0, 8).equals(pngSignature) ? data : undefined
  if (target === 'STRING') return Buffer.from(data.toString('latin1'))
  const text = withoutEnd(textOf(data))
  // The first line says whether the files are copied or moved.
  return Buffer.from(target === 'x-special/gnome-copied-files' ? text.replace(/^[^\n]*\n?/, '') : text)
}

/** Some browsers give HTML in UTF-16. */
function textOf(data: Buffer): string {
  const little = data[0] === 0xff && data[1] === 0xfe
  const big = data[0] === 0xfe && data[1] === 0xff
  return new TextDecoder(little ? 'utf-16le' : big ? 'utf-16be' : 'utf-8').decode(data)
}

/** Programs written in C send the zero that ends a string along. */
const withoutEnd = (text: string): string => text.replace(/\0+$/, '')

/** What programs are given of a format that a viewer copied: names with the bytes of each. */
export function toTargets(format: ClipboardFormat, data: Buffer): readonly (readonly [readonly string[], Buffer])[] {
  if (format === 'text') {
    const latin = Buffer.from(data.toString().replace(/[^\0-\xff]/gu, '?'), 'latin1')
    return [
      [readAs.text.filter((name) => name !== 'STRING'), data],
      [['STRING'], latin],
    ]
  }
  if (format === 'files') {
    const lines = data
      .toString()
      .split(/\r?\n/)
      .filter((line) => line !== '')
    return [
      [['text/uri-list'], Buffer.from(lines.map((line) => `${line}\r\n`).join(''))],
      [['x-special/gnome-copied-files'], Buffer.from(['copy', ...lines].join('\n'))],
    ]
  }
  return [[readAs[format], data]]
}

/** The names under which a format is offered. */
export const offeredTargets = (format: ClipboardFormat): readonly string[] => readAs[format]
