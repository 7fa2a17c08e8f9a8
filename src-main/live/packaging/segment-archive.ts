/** Bytes of a segment on disk. */
export interface StoredMedia {
  readonly path: string
  /** Where the segment starts in the file, bytes. */
  readonly offset: number
}

/** What a segment's bytes are while they go to disk. */
export interface ArchivedSegment {
  readonly sequence: number
  readonly byteLength: number
  readonly parts: readonly { readonly data: Uint8Array }[]
}

/** Where one rendition's media goes that leaves memory and stays listed. */
export interface RenditionArchive {
  /** Writes a complete segment's parts, in the order of the calls. Undefined: there was no space, or the disk failed. Never rejects. */
  store(segment: ArchivedSegment): Promise<StoredMedia | undefined>
  /** A stored segment has left the list; its file goes when all of its segments have. */
  release(stored: StoredMedia): void
  /** Deletes everything. */
  close(): void
}

/** Where one run of a stream keeps its rewind window. */
export interface RunArchive {
  rendition(id: string): RenditionArchive
  /** Calls back when the disk is full: owners of segments drop the older half of them. Returns a function that stops listening. */
  onShrink(listener: () => void): () => void
  /** Deletes everything that is left of the run. */
  close(): void
}
