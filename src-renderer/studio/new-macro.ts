import { tryEdit } from './commands.ts'
import { freeId, freeName } from './places.ts'
import type { Action, Collection, Edit } from './types.ts'
import { openMacro } from './view-store.ts'

interface NewMacro {
  readonly name: string
  readonly actions: readonly Action[]
  readonly released?: readonly Action[]
}

/**
 * Makes a macro and opens it, so that its keys are recorded; one that does the same already is opened instead.
 * @param more edits that belong to the same step
 */
export async function addMacro({ name, actions, released }: NewMacro, { macros }: Collection, more: readonly Edit[] = []): Promise<void> {
  const same = macros.find(
    (each) =>
      JSON.stringify(each.actions) === JSON.stringify(actions) && JSON.stringify(each.released ?? []) === JSON.stringify(released ?? []),
  )
  if (same !== undefined) {
    openMacro(same.id)
    return
  }
  const title = freeName(name, macros)
  const value = { id: freeId(title, macros), name: title, actions, ...(released === undefined ? {} : { released }) }
  const made = await tryEdit([{ do: 'add', to: 'macros', value }, ...more])
  if (made?.[0] !== undefined) openMacro(made[0])
}
