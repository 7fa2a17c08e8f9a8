import { basename, normalize } from 'node:path'
import { tarEnd, tarHeader, tarPadding } from '../../../../formats/archives/tar.ts'
import type { FilePolicy } from '../../../../platform/user-files/file-policy.ts'
import { judgeFile } from '../../../../platform/user-files/file-policy.ts'
import { openRegularFile } from '../../../../platform/user-files/regular-file.ts'
import type { Collection } from '../../../document/collection.ts'
import type { CollectionKinds } from '../../../document/collection-kinds.ts'
import { isHttp } from '../../../document/references/reference-rejection.ts'
import { eachReference } from '../../../document/references/references.ts'
import { signatureOf } from '../uploads-folder.ts'
import { type BundleManifest, collectionEntry, manifestEntry } from './bundle-format.ts'

/** Files that a bundle has, and those that the collection names and it has not. */
export type BundleMedia = Pick<BundleManifest, 'media' | 'missing' | 'overlays'>

/** Files of a collection at most. */
const maxMedia = 5000

/** Looks at every file that a collection names, with the rights of the user. */
export async function findMedia(
  collection: Collection,
  kinds: CollectionKinds,
  policy: FilePolicy,
  limited: boolean,
): Promise<BundleMedia> {
  const paths = new Set<string>()
  eachReference(collection, kinds, ({ kind, value }) => {
    if (kind === 'path' || (kind === 'path-or-url' && !isHttp(value))) paths.add(value)
  })
  const media: BundleManifest['media'] = []
  const missing: BundleManifest['missing'] = []
  for (const path of [...paths].slice(0, maxMedia)) {
    try {
      const real = await judgeFile(path, policy, limited)
      const { handle, bytes } = await openRegularFile(real)
      await handle.close()
      if ((await signatureOf(real)) === undefined) throw new Error('It is no image, video, audio, font or LUT file')
      media.push({ entry: `media/${media.length + 1}`, path, name: basename(normalize(path)).slice(0, 255) || 'file', bytes })
    } catch (error) {
      missing.push({ path, reason: (error as Error).message })
    }
  }
  return { media, missing }
}

/** Bytes of the archive of a document with its media. */
export function bundleBytes(document: Uint8Array, found: BundleMedia): number {
  const entry = (bytes: number): number => 512 + bytes + tarPadding(bytes)
  return entry(manifestOf(found).length) + entry(document.length) + found.media.reduce((sum, { bytes }) => sum + entry(bytes), 0) + 1024
}

const manifestOf = (found: BundleMedia): Buffer =>
  Buffer.from(`${JSON.stringify({ format: 'ami-streams/bundle', version: 1, ...found } satisfies BundleManifest, null, 2)}\n`)

/** The archive, piece by piece. Throws where a file has become shorter meanwhile: the reader sees that it is cut off. */
export async function* writeBundle(
  document: Uint8Array,
  found: BundleMedia,
  { policy, limited, nowMs }: { readonly policy: FilePolicy; readonly limited: boolean; readonly nowMs: number },
): AsyncGenerator<Uint8Array> {
  for (const [name, data] of [
    [manifestEntry, manifestOf(found)],
    [collectionEntry, document],
  ] as const) {
    yield tarHeader({ name, bytes: data.length }, nowMs)
    yield data
    yield Buffer.alloc(tarPadding(data.length))
  }
  for (const { entry, path, bytes } of found.media) {
    yield tarHeader({ name: entry, bytes }, nowMs)
    const { handle } = await openRegularFile(await judgeFile(path, policy, limited))
    try {
      for (let at = 0; at < bytes; ) {
        const piece = Buffer.allocUnsafe(Math.min(256 * 1024, bytes - at))
        const { bytesRead } = await handle.read(piece, 0, piece.length, at)
        if (bytesRead === 0) throw new Error(`${path} has become shorter while it was read`)
        yield piece.subarray(0, bytesRead)
        at += bytesRead
      }
    } finally {
      await handle.close()
    }
    yield Buffer.alloc(tarPadding(bytes))
  }
  yield tarEnd()
}
