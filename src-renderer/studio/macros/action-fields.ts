import type { Kind } from '../kinds.ts'
import { layersOf, nameOf } from '../places.ts'
import type { Action, Collection } from '../types.ts'

type Field =
  | { readonly name: string; readonly as: 'choice'; readonly optional?: boolean }
  | { readonly name: string; readonly as: 'state' }
  | { readonly name: string; readonly as: 'text' | 'json'; readonly optional?: boolean }
  | { readonly name: string; readonly as: 'word'; readonly words: readonly string[] }
  | { readonly name: string; readonly as: 'number'; readonly minimum: number; readonly maximum: number }

const obsField: Field = { name: 'obs', as: 'text', optional: true }

/** Parameters of each action, in the order in which they are chosen: what a choice offers may depend on those before it. */
export const actionFields: Readonly<Record<Action['do'], readonly Field[]>> = {
  'switch': [
    { name: 'scene', as: 'choice' },
    { name: 'transition', as: 'choice', optional: true },
  ],
  'preview': [{ name: 'scene', as: 'choice' }],
  'transition': [{ name: 'transition', as: 'choice', optional: true }],
  'show': [
    { name: 'scene', as: 'choice' },
    { name: 'item', as: 'choice' },
    { name: 'visible', as: 'state' },
  ],
  'mute': [
    { name: 'source', as: 'choice' },
    { name: 'muted', as: 'state' },
  ],
  'gain': [
    { name: 'source', as: 'choice' },
    { name: 'gainDb', as: 'number', minimum: -100, maximum: 30 },
  ],
  'filter': [
    { name: 'filter', as: 'choice' },
    { name: 'enabled', as: 'state' },
  ],
  'start-output': [{ name: 'output', as: 'choice' }],
  'stop-output': [{ name: 'output', as: 'choice' }],
  'output-command': [
    { name: 'output', as: 'choice' },
    { name: 'command', as: 'choice' },
  ],
  'save-replay': [{ name: 'output', as: 'choice', optional: true }],
  'source-command': [
    { name: 'source', as: 'choice' },
    { name: 'command', as: 'choice' },
  ],
  'obs-scene': [{ name: 'scene', as: 'text' }, obsField],
  'obs-item': [{ name: 'scene', as: 'text' }, { name: 'item', as: 'text' }, { name: 'visible', as: 'state' }, obsField],
  'obs-mute': [{ name: 'input', as: 'text' }, { name: 'muted', as: 'state' }, obsField],
  'obs-volume': [{ name: 'input', as: 'text' }, { name: 'volumeDb', as: 'number', minimum: -100, maximum: 26 }, obsField],
  'obs-filter': [{ name: 'source', as: 'text' }, { name: 'filter', as: 'text' }, { name: 'enabled', as: 'state' }, obsField],
  'obs-output': [
    { name: 'output', as: 'word', words: ['stream', 'record', 'replay', 'virtual-camera'] },
    { name: 'command', as: 'word', words: ['start', 'stop', 'toggle', 'save'] },
    obsField,
  ],
  'obs-request': [{ name: 'request', as: 'text' }, { name: 'data', as: 'json', optional: true }, obsField],
  'set-variable': [
    { name: 'name', as: 'text' },
    { name: 'value', as: 'text' },
  ],
  'wait': [{ name: 'ms', as: 'number', minimum: 0, maximum: 600_000 }],
}

/** What actions, triggers and conditions may be about: the parts of a show. */
export type ActionTargets = Pick<Collection, 'scenes' | 'sources' | 'outputs' | 'transitions'>

/** While no show is open. */
export const noTargets: ActionTargets = { scenes: [], sources: [], outputs: [], transitions: [] }

export interface Choice {
  readonly value: string
  readonly label: string
}

/** Commands of outputs that need nothing else said. */
const outputCommands: Readonly<Record<string, readonly string[]>> = {
  recording: ['pause', 'resume', 'split'],
  replay: ['save'],
}

/** What a field of an action offers; `commandName` says commands in words. */
export function choicesOf(
  field: string,
  action: Readonly<Record<string, unknown>>,
  document: ActionTargets,
  kinds: readonly Kind[],
  commandName: (command: string) => string,
): readonly Choice[] {
  const named = (list: readonly { readonly id: string; readonly name: string }[]): readonly Choice[] =>
    list.map(({ id, name }) => ({ value: id, label: name }))
  const kindOf = (id: unknown): Kind | undefined => {
    const source = document.sources.find((each) => each.id === id)
    return kinds.find(({ kind }) => kind === source?.kind)
  }
  switch (field) {
    case 'scene':
      return named(document.scenes)
    case 'item': {
      const scene = document.scenes.find(({ id }) => id === action.scene)
      return scene === undefined ? [] : layersOf(scene).map(({ item }) => ({ value: item.id, label: nameOf(item, document) }))
    }
    case 'source':
      return named(
        document.sources.filter(({ id, audio }) =>
          action.do === 'source-command' ? (kindOf(id)?.commands ?? []).length > 0 : audio !== undefined,
        ),
      )
    case 'filter':
      return document.sources.flatMap((source) =>
        [...source.filters, ...(source.audio?.filters ?? [])].map(({ id, name }) => ({ value: id, label: `${source.name}: ${name}` })),
      )
    case 'output':
      return named(
        document.outputs.filter(
          ({ kind }) =>
            (action.do !== 'save-replay' || kind === 'replay') && (action.do !== 'output-command' || outputCommands[kind] !== undefined),
        ),
      )
    case 'transition':
      return named(document.transitions)
    case 'command': {
      const output = document.outputs.find(({ id }) => id === action.output)
      const commands = action.do === 'output-command' ? outputCommands[output?.kind ?? ''] : kindOf(action.source)?.commands
      return (commands ?? []).map((command) => ({ value: command, label: commandName(command) }))
    }
    default:
      return []
  }
}

/** What a text has before somebody writes it: an empty one is not valid. */
const usualTexts: Readonly<Record<string, string>> = { name: 'name', value: '1', request: 'GetVersion' }

/**
 * An action whose fields are all valid: those that are given and still offered, else the first that is offered. Undefined where the show
 * has nothing that such an action could be about.
 */
export function completeAction(
  given: Readonly<Record<string, unknown>> & { readonly do: Action['do'] },
  document: ActionTargets,
  kinds: readonly Kind[],
): Action | undefined {
  const action: Record<string, unknown> = { do: given.do }
  for (const field of actionFields[given.do]) {
    const value = given[field.name]
    if (field.as === 'state') action[field.name] = value ?? 'toggle'
    else if (field.as === 'number') action[field.name] = value ?? (field.name === 'ms' ? 1000 : 0)
    else if (field.as === 'word') action[field.name] = value ?? field.words[0]
    else if (field.as === 'text' || field.as === 'json') {
      const isEmpty = value === undefined || value === ''
      if (!isEmpty) action[field.name] = value
      else if (field.optional !== true) action[field.name] = usualTexts[field.name] ?? '…'
    } else {
      const offered = choicesOf(field.name, action, document, kinds, (command) => command)
      const found = offered.find((each) => each.value === value) ?? (field.optional === true ? undefined : offered[0])
      if (found !== undefined) action[field.name] = found.value
      else if (field.optional !== true) return undefined
    }
  }
  return action as unknown as Action
}
