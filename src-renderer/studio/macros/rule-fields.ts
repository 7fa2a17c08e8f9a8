import type { Answer } from '../../../src-main/api/typed-api.ts'

export type RuleSettings = Answer<'GET', '/automation/rules'>['items'][number]['settings']
export type Trigger = RuleSettings['triggers'][number]
export type Condition = NonNullable<RuleSettings['conditions']>[number]
type Where = NonNullable<Extract<Trigger, { on: 'event' }>['where']>[number]

/** How one parameter of a trigger or condition is edited. */
export type RuleField =
  | { readonly name: string; readonly as: 'text' | 'where' | 'flag'; readonly optional?: boolean }
  | { readonly name: string; readonly as: 'number'; readonly minimum: number; readonly maximum: number; readonly optional?: boolean }
  | { readonly name: string; readonly as: 'word'; readonly words: readonly string[] }
  | {
      readonly name: string
      readonly as: 'choice'
      readonly of: 'scenes' | 'sources' | 'outputs' | 'webhooks'
      readonly optional?: boolean
    }

const obs: RuleField = { name: 'obs', as: 'text', optional: true }
const timeZone: RuleField = { name: 'timeZone', as: 'text', optional: true }
const forSeconds: RuleField = { name: 'forSeconds', as: 'number', minimum: 0, maximum: 3600, optional: true }
const source: RuleField = { name: 'source', as: 'choice', of: 'sources', optional: true }
const input: RuleField = { name: 'input', as: 'text', optional: true }
const obsOutput: RuleField = { name: 'output', as: 'word', words: ['stream', 'record', 'replay', 'virtual-camera'] }
const not: RuleField = { name: 'not', as: 'flag' }

export const triggerFields: Readonly<Record<Trigger['on'], readonly RuleField[]>> = {
  'obs-event': [{ name: 'event', as: 'text' }, { name: 'where', as: 'where' }, obs],
  'event': [
    { name: 'topic', as: 'text' },
    { name: 'where', as: 'where' },
  ],
  'time': [{ name: 'at', as: 'text' }, { name: 'days', as: 'word', words: ['all', 'workdays', 'weekend'] }, timeZone],
  'every': [{ name: 'seconds', as: 'number', minimum: 1, maximum: 604_800 }],
  'stream': [
    { name: 'is', as: 'word', words: ['bitrate-below', 'dropped-above', 'publisher-lost', 'viewers-above'] },
    { name: 'value', as: 'number', minimum: 0, maximum: 1_000_000, optional: true },
    forSeconds,
    { name: 'stream', as: 'text', optional: true },
  ],
  'level': [
    source,
    input,
    { name: 'is', as: 'word', words: ['above', 'below'] },
    { name: 'db', as: 'number', minimum: -100, maximum: 20 },
    forSeconds,
  ],
  'hotkey': [{ name: 'chord', as: 'text' }],
  'webhook': [{ name: 'webhook', as: 'choice', of: 'webhooks' }],
}

export const conditionFields: Readonly<Record<Condition['is'], readonly RuleField[]>> = {
  'studio-scene': [{ name: 'scene', as: 'choice', of: 'scenes' }, not],
  'studio-output': [{ name: 'output', as: 'choice', of: 'outputs' }, not],
  'obs-scene': [{ name: 'scene', as: 'text' }, obs, not],
  'obs-output': [obsOutput, obs, not],
  'obs-connected': [obs, not],
  'time': [
    { name: 'from', as: 'text' },
    { name: 'to', as: 'text' },
    { name: 'days', as: 'word', words: ['all', 'workdays', 'weekend'] },
    timeZone,
    not,
  ],
  'variable': [{ name: 'name', as: 'text' }, { name: 'value', as: 'text' }, not],
  'level': [source, input, { name: 'above', as: 'number', minimum: -100, maximum: 20 }, not],
}

/** What a new trigger or condition has first. */
const usual: Readonly<Record<string, unknown>> = {
  event: 'CurrentProgramSceneChanged',
  topic: 'studio.switched',
  at: '20:00',
  from: '20:00',
  to: '23:00',
  seconds: 60,
  value: 1000,
  db: -30,
  above: -30,
  chord: 'F9',
  name: 'name',
  scene: '…',
}

/** A trigger or condition of a kind with all that it needs; `choices` are ids that a field offers. */
export function newEntry(
  kind: Readonly<Record<string, string>>,
  fields: readonly RuleField[],
  choices: (field: RuleField) => readonly string[],
): unknown {
  const entry: Record<string, unknown> = { ...kind }
  for (const field of fields) {
    if (field.as === 'flag' || field.as === 'where' || field.name === 'days') continue
    if (field.as === 'word') entry[field.name] = field.words[0]
    else if (field.as === 'choice') {
      const [first] = choices(field)
      if (first !== undefined) entry[field.name] = first
    } else if (field.optional !== true || field.name === 'value') entry[field.name] = usual[field.name]
  }
  // A level is of a source, or else of an input of OBS.
  if ((kind.on === 'level' || kind.is === 'level') && entry.source === undefined) entry.input = 'Mic/Aux'
  return entry
}

const signs: readonly (readonly [sign: string, is: Where['is']])[] = [
  ['!=', 'not'],
  ['~', 'contains'],
  ['>', 'above'],
  ['<', 'below'],
  ['=', 'equals'],
]

/** What data of an event must be, as people write it: `sceneName = Game; count > 3`. */
export function writeWhere(where: readonly Where[] = []): string {
  return where.map(({ field, is, value }) => `${field} ${signs.find(([, word]) => word === is)?.[0] ?? '='} ${value}`).join('; ')
}

/** Reads what `writeWhere` writes; undefined where it cannot be read. */
export function readWhere(text: string): Where[] | undefined {
  const read: Where[] = []
  for (const part of text.split(';')) {
    if (part.trim() === '') continue
    const found = signs.find(([sign]) => part.includes(sign))
    const at = found === undefined ? -1 : part.indexOf(found[0])
    const [field, value] = [part.slice(0, at).trim(), part.slice(at + (found?.[0].length ?? 0)).trim()]
    if (found === undefined || field === '' || value === '') return undefined
    read.push({ field, is: found[1], value: found[1] === 'above' || found[1] === 'below' ? Number(value) : value })
  }
  return read.every(({ value }) => typeof value === 'string' || Number.isFinite(value)) ? read : undefined
}

const dayLists: Readonly<Record<string, readonly number[]>> = { all: [], workdays: [1, 2, 3, 4, 5], weekend: [0, 6] }

/** The word for a list of days, `custom` for one that has none. */
export function wordOfDays(days: readonly number[] = []): string {
  return Object.entries(dayLists).find(([, list]) => list.join() === [...days].sort((a, b) => a - b).join())?.[0] ?? 'custom'
}

export const daysOfWord = (word: string): readonly number[] => dayLists[word] ?? []
