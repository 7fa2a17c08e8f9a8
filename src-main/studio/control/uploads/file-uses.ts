import { readFile } from 'node:fs/promises'
import { normalize } from 'node:path'
import type { Collection } from '../../document/collection.ts'
import type { CollectionKinds } from '../../document/collection-kinds.ts'
import type { CollectionFolder } from '../../document/files/collection-folder.ts'
import { eachReference } from '../../document/references/references.ts'

export interface FileUsesDependencies {
  readonly kinds: CollectionKinds
  /** The open collection, and the name that it goes by. */
  readonly open: () => { readonly name: string; readonly collection: Collection } | undefined
  readonly folder: CollectionFolder
}

/** Which sources and filters name a file. */
export class FileUses {
  readonly #dependencies: FileUsesDependencies

  constructor(dependencies: FileUsesDependencies) {
    this.#dependencies = dependencies
  }

  /** Names of the sources, scenes and outputs of the open collection that name a path, by path. */
  open(): ReadonlyMap<string, readonly string[]> {
    const uses = new Map<string, string[]>()
    const { kinds, open } = this.#dependencies
    const collection = open()?.collection
    if (collection === undefined) return uses
    eachReference(collection, kinds, ({ kind, value }, part) => {
      if (kind !== 'path' && kind !== 'path-or-url') return
      const [list, id] = part.split('/') as ['sources' | 'scenes' | 'outputs', string]
      const name = collection[list].find((each) => each.id === id)?.name ?? id
      const path = normalize(value)
      const names = uses.get(path) ?? []
      if (!names.includes(name)) uses.set(path, [...names, name])
    })
    return uses
  }

  /** Names of the collections that are not open and name a path. */
  async stored(path: string): Promise<readonly string[]> {
    const { folder, open } = this.#dependencies
    const names: string[] = []
    const quoted = JSON.stringify(path)
    for (const { name } of await folder.list()) {
      if (name === open()?.name) continue
      const text = await readFile(folder.pathOf(name), 'utf8').catch(() => '')
      if (text.includes(quoted)) names.push(name)
    }
    return names
  }
}
