import type { ActionKind, AutomationKinds, AutomationRule } from '../../../media/automation/automation-kinds.ts'
import { AppError } from '../../../platform/errors.ts'
import type { Collection } from '../../document/collection.ts'
import { findEntity } from '../../document/edits/places.ts'
import { keysByEditors } from '../../document/references/authorship.ts'
import { obsRequestKey } from '../../document/references/references.ts'
import { type StudioAction, StudioActionSchema, studioActionWords } from '../../document/schemas/action-schemas.ts'
import { type ActionDependencies, doAction } from '../actions.ts'
import type { Macros } from '../program/macros.ts'

/** Registers what rules and macros can do with the studio: its actions, its conditions, and the macros of the open show that have a rule. */
export function registerStudio(kinds: AutomationKinds, acting: ActionDependencies, macros: Macros): void {
  const { show, outputs } = acting
  const collection = (): Collection | undefined => show.openFile?.collection.collection
  const kind: ActionKind = {
    schema: StudioActionSchema,
    perform: (action, context) => doAction(action as StudioAction, context, acting),
    problem: (action) => problemOf(action as StudioAction, collection()),
    causes: (action) => eventsOf(action as StudioAction),
  }
  for (const word of studioActionWords) kinds.addAction(word, kind)
  kinds.addCondition('studio-scene', ({ scene }) => {
    const found = collection()?.scenes.find(({ id, name }) => id === scene || name === scene)
    if (found === undefined) return { met: false, because: `the open show has no scene "${scene}"` }
    const program = show.control.state.canvases.find(({ canvas }) => canvas === found.canvas)?.program
    return { met: program === found.id, because: `the program is "${program ?? ''}"` }
  })
  kinds.addCondition('studio-output', ({ output }) => {
    const found = outputs.list().find(({ id, name }) => id === output || name === output)
    if (found === undefined) return { met: false, because: `the open show has no output "${output}"` }
    return { met: found.state !== 'off' && found.state !== 'failed', because: `the output "${found.name}" is ${found.state}` }
  })
  kinds.addSource({
    rules: () => {
      const open = collection()
      return (open?.macros ?? []).flatMap((macro): AutomationRule[] => {
        const { id, name, actions, rule } = macro
        if (rule === undefined || open === undefined) return []
        return [
          {
            key: `macro:${id}`,
            name,
            settings: rule,
            actions: actions as unknown as AutomationRule['actions'],
            roleOf: (action) => roleInCollection(open, action),
            run: (actor, signal, follow) => macros.runToEnd(macro, actor, signal, follow),
          },
        ]
      })
    },
  })
}

/** By whose authority an action of a macro is done: requests to OBS by that of who wrote them, everything else as any editor may. */
export function roleInCollection(
  collection: Pick<Collection, 'byEditors'> | undefined,
  action: { readonly do?: unknown },
): 'admin' | 'editor' {
  if (action.do !== 'obs-request' || collection === undefined) return 'editor'
  return keysByEditors(collection).has(obsRequestKey(action)) ? 'editor' : 'admin'
}

/** Why an action could not be done with this show, for people. */
function problemOf(action: StudioAction, collection: Collection | undefined): string | undefined {
  if (action.do === 'wait') return undefined
  if (collection === undefined) return new AppError('studio.no_collection').message
  try {
    if (action.do === 'show') findEntity(collection, `scenes/${action.scene}/items/${action.item}`)
    else if ('scene' in action) findEntity(collection, `scenes/${action.scene}`)
    if ('source' in action) findEntity(collection, `sources/${action.source}`)
    if ('output' in action && action.output !== undefined) findEntity(collection, `outputs/${action.output}`)
    if ('transition' in action && action.transition !== undefined) findEntity(collection, `transitions/${action.transition}`)
    return undefined
  } catch (error) {
    if (error instanceof AppError) return error.message
    throw error
  }
}

/** Starts of the topics of events that follow from an action. */
function eventsOf(action: StudioAction): readonly string[] {
  switch (action.do) {
    case 'switch':
    case 'transition':
    case 'preview':
      return ['studio.program', 'studio.switched', 'health.mark']
    case 'show':
    case 'mute':
    case 'gain':
    case 'filter':
      return ['studio.changed', 'studio.collection_file']
    case 'start-output':
    case 'stop-output':
    case 'output-command':
    case 'save-replay':
      return ['studio.output.', 'studio.file', 'studio.replay', 'stream.', 'recording.']
    case 'source-command':
      return ['studio.source']
    case 'wait':
      return []
  }
}
