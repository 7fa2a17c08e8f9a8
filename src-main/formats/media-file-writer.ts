import type { Packet } from './track.ts'

/** Bytes that take the place of others in a file. */
export interface FilePatch {
  readonly at: number
  readonly data: Uint8Array
}

/** What makes a file whole when nothing more comes: first the bytes behind its end, then, once those are safe, the patches. */
export interface FileEnding {
  readonly append: Uint8Array
  readonly patches: readonly FilePatch[]
}

/** A place in a file that has a name. */
export interface Chapter {
  /** From the file's start, ms. */
  readonly atMs: number
  readonly name: string
}

/** Writes a media file from front to back: whatever is behind the head and any number of fragments plays. */
export interface MediaFileWriter {
  /** The file's start. Called once, first. */
  head(): Uint8Array
  /** Packets in decoding order within each track, as the bytes that follow the last ones. Packets of unknown tracks are left out. */
  fragment(packets: readonly Packet[]): Uint8Array
  /** A chapter starts: written with the ending, in the order of the calls. Containers without chapters leave it out. */
  chapter(chapter: Chapter): void
  finish(): FileEnding
}
