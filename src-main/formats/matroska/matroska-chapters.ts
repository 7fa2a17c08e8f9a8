import type { Chapter } from '../media-file-writer.ts'
import { element, text, unsigned } from './ebml.ts'

/** A Chapters element (RFC 9559, 5.1.7) of one edition: each chapter starts where it says and lasts until the next. */
export function chapters(marks: readonly Chapter[]): Uint8Array {
  const atoms = marks.map(({ atMs, name }, index) =>
    element(
      0xb6,
      unsigned(0x73c4, index + 1),
      unsigned(0x91, Math.round(atMs * 1_000_000)),
      element(0x80, text(0x85, name), text(0x437c, 'und')),
    ),
  )
  return element(0x1043a770, element(0x45b9, unsigned(0x45bc, 1), unsigned(0x45db, 1), ...atoms))
}
