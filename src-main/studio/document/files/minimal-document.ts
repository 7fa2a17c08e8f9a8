import { formatName, formatVersion } from '../collection.ts'

/** The document of a collection with one empty scene; what is left out is completed when it is read. */
export function minimalDocument(name: string): Record<string, unknown> {
  return { format: formatName, version: formatVersion, name, scenes: [{ id: 'scene-1', name: 'Scene 1' }] }
}
