import { AppError } from '../../../platform/errors.ts'
import { isRecord } from '../../../platform/routes/schema-faults.ts'
import { invalidCollection } from '../checks/collection-check.ts'
import { formatName, formatVersion } from '../collection.ts'

/** Makes of a document of one version a document of the next. Given a copy that it may change. */
export type DocumentUpgrade = (document: Record<string, unknown>) => Record<string, unknown>

/** By the version that they start with. Documents of every released version are in `fixtures/` and must open for ever. */
const documentUpgrades: Readonly<Record<number, DocumentUpgrade>> = {}

/**
 * Brings a document of an older version up to date. Throws `studio.collection_newer`, and `studio.collection_invalid` where it is no
 * collection at all.
 */
export function upgradeDocument(document: unknown, file?: string, known = { version: formatVersion, upgrades: documentUpgrades }): unknown {
  if (!isRecord(document)) throw invalidCollection([{ place: '', problem: 'must be an object' }], file)
  if (document.format !== formatName) {
    throw invalidCollection([{ place: 'format', problem: `must be "${formatName}"` }], file)
  }
  const { version } = document
  if (typeof version !== 'number' || !Number.isInteger(version) || version < 1) {
    throw invalidCollection([{ place: 'version', problem: `must be a whole number up to ${known.version}` }], file)
  }
  if (version > known.version) {
    throw new AppError(
      'studio.collection_newer',
      `${file ?? 'The document'} is of version ${version}; this program knows versions up to ${known.version}`,
      { details: { version, known: known.version } },
    )
  }
  let current: Record<string, unknown> = document
  for (let at = version; at < known.version; at++) current = { ...current, ...known.upgrades[at]?.({ ...current }), version: at + 1 }
  return current
}
