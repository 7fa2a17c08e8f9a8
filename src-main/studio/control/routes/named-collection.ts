import type { Collection } from '../../document/collection.ts'
import type { CollectionFolder } from '../../document/files/collection-folder.ts'
import { type DocumentReader, readDocumentText } from '../../document/files/read-document.ts'
import type { Show } from '../show.ts'

/** Where collections are: the one that is open, and the files of the data folder. */
export interface Collections {
  readonly show: Show
  readonly folder: CollectionFolder
  readonly reader: DocumentReader
}

/** The collection of a name as it is now, with its secrets. Rejects with `studio.collection_*`. */
export async function namedCollection({ show, folder, reader }: Collections, name: string): Promise<Collection> {
  const file = await folder.file(name)
  if (show.openFile?.path === file.path) return show.collection
  return readDocumentText(await file.read(), reader, file.path, name).collection
}
