import type { CollectionKinds } from '../../document/collection-kinds.ts'
import type { OpenCollection } from '../../document/open-collection.ts'
import { withoutAuthors } from '../../document/references/authorship.ts'
import { hideSecrets } from '../../document/secrets/settings-secrets.ts'
import type { Show } from '../show.ts'

/** The open collection as answers show it. Throws `studio.no_collection`. */
export function openView(show: Show, kinds: CollectionKinds) {
  const { current } = show
  const { saved, conflict, problem, path } = current.fileState
  return {
    ...historyView(current),
    name: show.openFile?.name ?? '',
    file: path,
    saved,
    conflict,
    error: problem && { code: problem.code, message: problem.message, remedy: problem.remedy },
    lostSecrets: current.lostSecrets,
    collection: withoutAuthors(hideSecrets(current.collection, kinds)),
  }
}

/** What an edit answers. */
export function editedView(current: OpenCollection, made: readonly string[]) {
  return { ...historyView(current), made }
}

function historyView({ revision, history }: OpenCollection) {
  return { revision, undo: history.nextUndo?.name ?? null, redo: history.nextRedo?.name ?? null }
}
