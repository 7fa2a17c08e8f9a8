import { type FileHandle, open } from 'node:fs/promises'
import Value from 'typebox/value'
import { readTarHeader, type TarEntry, tarBlock, tarPadding } from '../../../../formats/archives/tar.ts'
import { isFault } from '../../../../formats/fault.ts'
import { AppError } from '../../../../platform/errors.ts'
import type { SharedOverlay } from '../../pages/overlays/shared-overlay.ts'
import { type BundleManifest, BundleManifestSchema, collectionEntry, manifestEntry, maxDocumentBytes } from './bundle-format.ts'

/** A file of a bundle: where its bytes are in the archive. */
export interface BundledFile {
  readonly path: string
  readonly name: string
  readonly bytes: number
  /** As they are read from the archive. */
  body(): AsyncIterable<Uint8Array>
}

export interface OpenedBundle {
  /** The JSON of the collection, not judged. */
  readonly document: unknown
  readonly files: readonly BundledFile[]
  readonly missing: BundleManifest['missing']
  readonly overlays: readonly SharedOverlay[]
  close(): Promise<void>
}

const pieceBytes = 256 * 1024

/**
 * Opens an archive that somebody sent. Nothing is written, and no name in it is used as a path: entries have the names that the manifest
 * gives them, in its order. Links, folders and anything else is rejected. Throws `studio.bundle_invalid`.
 */
export async function openBundle(file: string): Promise<OpenedBundle> {
  const handle = await open(file, 'r')
  try {
    const reader = new Archive(handle)
    const manifest = await reader.json(manifestEntry)
    if (!Value.Check(BundleManifestSchema, manifest)) throw invalid('its manifest is not one of a show')
    const document = await reader.json(collectionEntry)
    const files: BundledFile[] = []
    for (const { entry, path, name, bytes } of manifest.media) {
      const start = await reader.entry(entry, bytes)
      files.push({ path, name, bytes, body: () => piecesOf(handle, start, bytes) })
    }
    await reader.end()
    return { document, files, missing: manifest.missing, overlays: manifest.overlays ?? [], close: () => handle.close() }
  } catch (error) {
    await handle.close()
    throw error
  }
}

const invalid = (why: string): AppError => new AppError('studio.bundle_invalid', `The file cannot be imported: ${why}`)

/** Entries one behind the other. */
class Archive {
  readonly #handle: FileHandle
  #at = 0

  constructor(handle: FileHandle) {
    this.#handle = handle
  }

  /** Where the bytes of the next entry start, which has to have this name and size. */
  async entry(name: string, bytes: number): Promise<number> {
    const found = await this.#next()
    if (found === undefined) throw invalid(`${name} is missing in it`)
    if (found.name !== name) throw invalid(`it has ${JSON.stringify(found.name)} where ${name} is expected`)
    if (found.kind !== 'file') throw invalid(`${name} is no file in it`)
    if (found.bytes !== bytes) throw invalid(`${name} has another size than its manifest says`)
    return this.#skip(bytes)
  }

  async json(name: string): Promise<unknown> {
    const found = await this.#next()
    if (found === undefined || found.name !== name || found.kind !== 'file') throw invalid(`it does not have ${name} at its place`)
    if (found.bytes > maxDocumentBytes) throw invalid(`${name} is too large`)
    const start = await this.#skip(found.bytes)
    const text = Buffer.alloc(found.bytes)
    await this.#handle.read(text, 0, found.bytes, start)
    try {
      return JSON.parse(text.toString('utf8'))
    } catch {
      throw invalid(`${name} is not JSON`)
    }
  }

  async end(): Promise<void> {
    const found = await this.#next()
    if (found !== undefined) throw invalid(`it has ${JSON.stringify(found.name)}, which its manifest does not name`)
  }

  async #next(): Promise<TarEntry | undefined> {
    const { buffer, bytesRead } = await this.#handle.read(Buffer.alloc(tarBlock), 0, tarBlock, this.#at)
    const entry = readTarHeader(buffer.subarray(0, bytesRead))
    if (isFault(entry)) throw invalid(entry.fault)
    this.#at += tarBlock
    return entry
  }

  /** Goes behind the bytes of an entry; answers where they start. */
  async #skip(bytes: number): Promise<number> {
    const start = this.#at
    const { size } = await this.#handle.stat()
    if (start + bytes > size) throw invalid('it is cut off')
    this.#at += bytes + tarPadding(bytes)
    return start
  }
}

async function* piecesOf(handle: FileHandle, start: number, bytes: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes; ) {
    const piece = Buffer.allocUnsafe(Math.min(pieceBytes, bytes - at))
    const { bytesRead } = await handle.read(piece, 0, piece.length, start + at)
    if (bytesRead === 0) throw invalid('it is cut off')
    yield piece.subarray(0, bytesRead)
    at += bytesRead
  }
}
