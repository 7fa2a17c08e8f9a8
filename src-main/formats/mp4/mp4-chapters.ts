import type { Chapter } from '../media-file-writer.ts'
import { box, fullBox, writeUint32 } from './mp4-boxes.ts'

/** What the list can count. */
const maxChapters = 255
const maxName = 255

/**
 * `udta` with a chapter list (`chpl`, as Nero made it and FFmpeg, VLC and MP4Box read it): times in 100 ns, names in UTF-8. Of more than
 * 255 chapters the first 255 are kept.
 */
export function chapterList(marks: readonly Chapter[]): Uint8Array {
  const kept = marks.slice(0, maxChapters)
  const head = new Uint8Array(5)
  head[4] = kept.length
  const entries = kept.map(({ atMs, name }) => {
    let title = new TextEncoder().encode(name)
    // A name that is too long loses whole characters.
    for (let letters = [...name]; title.length > maxName; title = new TextEncoder().encode(letters.join(''))) letters = letters.slice(0, -1)
    const entry = new Uint8Array(9 + title.length)
    const ticks = Math.round(atMs * 10_000)
    writeUint32(entry, 0, Math.floor(ticks / 2 ** 32))
    writeUint32(entry, 4, ticks % 2 ** 32)
    entry[8] = title.length
    entry.set(title, 9)
    return entry
  })
  return box('udta', fullBox('chpl', 1, 0, head, ...entries))
}
