import { type Static, Type } from 'typebox'
import { isRecord } from '../../../../platform/routes/schema-faults.ts'
import { type DocumentReader, readDocument } from '../../../document/files/read-document.ts'
import { openBundle } from './read-bundle.ts'

/** Of each list: enough to judge by, and bounded whatever is sent. */
const maxListed = 200

const Named = Type.Array(Type.Object({ name: Type.String(), kind: Type.String() }))

/** What is in a bundle, for whoever is to say whether it is imported. */
export const BundleSummarySchema = Type.Object({
  name: Type.String({ description: 'of the collection' }),
  scenes: Type.Integer(),
  sources: Type.Integer(),
  outputs: Type.Integer(),
  listed: Named,
  urls: Type.Array(Type.String(), { description: 'that sources and outputs name: they are opened when those are used' }),
  macros: Type.Integer({ description: 'which do something by themselves once somebody uses their keys' }),
  media: Type.Integer(),
  mediaBytes: Type.Integer(),
  missing: Type.Array(Type.String(), { description: 'files that the collection names and the bundle does not have' }),
})
export type BundleSummary = Static<typeof BundleSummarySchema>

/** Reads what is in a bundle; nothing is kept of it. Throws `studio.bundle_invalid` and `studio.collection_*`. */
export async function summariseBundle(path: string, reader: DocumentReader): Promise<BundleSummary> {
  const bundle = await openBundle(path)
  try {
    const { name, scenes, sources, outputs, macros } = readDocument(bundle.document, reader)
    const urls = new Set<string>()
    for (const { settings } of [...sources, ...outputs]) collectUrls(settings, urls)
    return {
      name,
      scenes: scenes.length,
      sources: sources.length,
      outputs: outputs.length,
      listed: sources.slice(0, maxListed).map((source) => ({ name: source.name, kind: source.kind })),
      urls: [...urls].slice(0, maxListed),
      macros: macros.length,
      media: bundle.files.length,
      mediaBytes: bundle.files.reduce((sum, { bytes }) => sum + bytes, 0),
      missing: bundle.missing.slice(0, maxListed).map((each) => each.path),
    }
  } finally {
    await bundle.close()
  }
}

/** URLs in settings, without what may be secret in them. */
function collectUrls(value: unknown, into: Set<string>): void {
  if (into.size >= maxListed) return
  if (typeof value === 'string') {
    const url = /^[a-z][a-z0-9+.-]*:\/\//i.test(value) ? URL.parse(value) : null
    if (url === null) return
    const { protocol, host, pathname } = url
    into.add(`${protocol}//${host}${pathname}`.slice(0, 300))
  } else if (Array.isArray(value)) for (const each of value) collectUrls(each, into)
  else if (isRecord(value)) for (const each of Object.values(value)) collectUrls(each, into)
}
