import { section } from '../../messages/language.ts'
import type { Action, HotkeysReport, MacroRun } from '../types.ts'

const actions: Readonly<Record<Action['do'], string>> = {
  'switch': 'Switch to scene',
  'preview': 'Prepare scene in the preview',
  'transition': 'Bring the preview on air',
  'show': 'Show or hide item',
  'mute': 'Mute or unmute',
  'gain': 'Set level',
  'filter': 'Switch filter on or off',
  'start-output': 'Start output',
  'stop-output': 'Stop output',
  'output-command': 'Command to output',
  'save-replay': 'Save replay',
  'source-command': 'Command to source',
  'obs-scene': 'OBS: switch to scene',
  'obs-item': 'OBS: show or hide item',
  'obs-mute': 'OBS: mute or unmute',
  'obs-volume': 'OBS: set volume',
  'obs-filter': 'OBS: switch filter on or off',
  'obs-output': 'OBS: start or stop output',
  'obs-request': 'OBS: any request',
  'set-variable': 'Set variable',
  'wait': 'Wait',
}

const fields: Readonly<Record<string, string>> = {
  scene: 'Scene',
  item: 'Item',
  source: 'Source',
  filter: 'Filter',
  output: 'Output',
  transition: 'Transition',
  command: 'Command',
  visible: 'Visibility',
  muted: 'Audio',
  enabled: 'Filter state',
  gainDb: 'Level, dB',
  ms: 'Time, ms',
  obs: 'OBS (empty: the only one)',
  input: 'Input',
  volumeDb: 'Volume, dB',
  request: 'Request',
  data: 'Data of the request, JSON',
  name: 'Name',
  value: 'Value',
}

const states: Readonly<Record<string, readonly [on: string, off: string, toggle: string]>> = {
  visible: ['Show', 'Hide', 'Toggle'],
  muted: ['Mute', 'Unmute', 'Toggle'],
  enabled: ['On', 'Off', 'Toggle'],
}

const words: Readonly<Record<string, string>> = {
  'stream': 'Stream',
  'record': 'Recording',
  'replay': 'Replay buffer',
  'virtual-camera': 'Virtual camera',
  'start': 'Start',
  'stop': 'Stop',
  'toggle': 'Start or stop',
  'save': 'Save',
  'all': 'every day',
  'workdays': 'Monday to Friday',
  'weekend': 'Saturday and Sunday',
  'bitrate-below': 'bitrate is below, kbit/s',
  'dropped-above': 'dropped frames in a second are above',
  'publisher-lost': 'publisher left',
  'viewers-above': 'viewers are above',
  'above': 'above',
  'below': 'below',
}

const triggerNames: Readonly<Record<string, string>> = {
  'obs-event': 'Event of OBS',
  'event': 'Event of AMI Streams',
  'time': 'At a time',
  'every': 'Every so often',
  'stream': 'A stream of this host',
  'level': 'Audio level',
  'hotkey': 'Hotkey',
  'webhook': 'Webhook',
}

const conditionNames: Readonly<Record<string, string>> = {
  'studio-scene': 'Scene is on air',
  'studio-output': 'Output is active',
  'obs-scene': 'OBS: scene is on air',
  'obs-output': 'OBS: output is active',
  'obs-connected': 'OBS is connected',
  'time': 'Time between',
  'variable': 'Variable has value',
  'level': 'Audio level is above',
}

const ruleFields: Readonly<Record<string, string>> = {
  event: 'Event',
  topic: 'Topic',
  where: 'Where, e.g. sceneName = Game; count > 3',
  at: 'Time, e.g. 20:15',
  from: 'From',
  to: 'To',
  days: 'Days',
  timeZone: 'Time zone (empty: that of the host)',
  seconds: 'Seconds',
  is: 'When',
  stream: 'Stream (empty: any)',
  forSeconds: 'For so long, s',
  db: 'Level, dBFS',
  above: 'Level, dBFS',
  input: 'Input of OBS',
  obs: 'OBS (empty: any)',
  chord: 'Keys, e.g. Ctrl+Shift+1',
  webhook: 'Webhook',
  not: 'Not so',
}

/** What becomes of a hotkey in other windows. */
const keyStates: Readonly<Record<Exclude<HotkeysReport['items'][number]['state'], 'active'>, string>> = {
  'starting': 'Works on this page; asking the desktop for it…',
  'taken': 'Works on this page alone: another program has these keys. Close that program, or record other keys.',
  'unknown-key': 'Works on this page alone: the keyboard of the host has no such key.',
  'unassigned': 'Works on this page alone: your desktop gave it no keys. Choose some in its settings for shortcuts.',
  'typed': 'Works on this page alone: in every window, it would take this key from people who write.',
  'off': 'Works on this page alone: global hotkeys are off.',
  'no-display': 'Works on this page alone: the host runs without a desktop.',
  'unsupported': 'Works on this page alone: global hotkeys are made for Linux so far.',
}

/** What is wrong with all of them. */
const keyProblems: Readonly<Record<NonNullable<HotkeysReport['problem']>, string>> = {
  'no-display': 'The host finds no desktop: start it in the session of a desktop.',
  'display-lost': 'The desktop has ended. The host tries to reach it again.',
  'rejected': 'The desktop does not let the host connect: start the host in its session.',
  'only-x11': 'This Wayland desktop has no portal for global hotkeys: they work while programs of X11 have the focus.',
  'dismissed': 'You closed the question of the desktop. Change a hotkey to be asked again.',
  'not-built': 'A native part of the host is missing: `streams doctor` says what to install.',
}

/** Every text of the macros. */
export const t = section('studioMacros', {
  title: 'Macros and hotkeys',
  open: 'Macros and hotkeys',
  empty: 'No macros yet. A macro does several actions, one after the other, when you press its keys or its button.',
  add: 'Add macro',
  newName: (number: number) => `Macro ${number}`,
  list: 'Macros',
  name: 'Name',
  run: 'Run now',
  runOf: (name: string) => `Run macro: ${name}`,
  stop: 'Stop',
  duplicate: 'Duplicate macro',
  remove: 'Delete macro',
  deleted: (name: string) => `Macro "${name}" deleted`,
  keys: 'Keys',
  keysHelp:
    'They work on this page while no text is written, and in programs that send them over the API. Global hotkeys work in every window of the machine that runs AMI Streams, too.',
  globalSetting: 'Global hotkeys',
  globalSettings: { off: 'Off: on this page alone', safe: 'On, except for keys used for typing', all: 'On for all keys' },
  globalAdmin: 'An admin sets this.',
  keyStates,
  keyActive: (trigger: string | null) =>
    trigger === null ? 'Works in every window.' : `Works in every window. Your desktop gave it ${trigger}.`,
  keySwallowed: 'Works in every window: no other program gets this key, so that nobody can write with it.',
  keyProblems,
  record: 'Record keys',
  recording: 'Press the keys… (Escape cancels)',
  removeKeys: (chord: string) => `Remove ${chord}`,
  usedBy: (chord: string, name: string) => `${chord} also runs "${name}".`,
  usedByPage: (chord: string) => `${chord} has another use on this page, which the macro takes away.`,
  actions: 'Actions',
  noActions: 'This macro does nothing yet.',
  noRuleActions: 'This rule does nothing yet.',
  released: 'When the keys are released',
  noReleased: 'Nothing. Push-to-talk unmutes above, and mutes here.',
  addAction: 'Add action…',
  actionName: (action: Action['do']): string => actions[action] ?? action,
  action: (number: number) => `Action ${number}`,
  field: (name: string) => fields[name] ?? name,
  fieldOf: (name: string, number: number) => `${fields[name] ?? name} of action ${number}`,
  stateName: (field: string, value: boolean | 'toggle') => states[field]?.[value === 'toggle' ? 2 : value ? 0 : 1] ?? String(value),
  word: (word: string) => words[word] ?? word,
  unreadable: 'This cannot be read: it is not saved.',
  rule: 'Runs by itself',
  ruleModes: { 'off': 'No', 'on': 'Yes', 'dry-run': 'Dry run: only says in the log what it would do' },
  triggers: 'Triggers',
  noTriggers: 'No triggers yet. Any of them runs the macro.',
  addTrigger: 'Add trigger…',
  conditions: 'Conditions',
  noConditions: 'No conditions: every trigger runs the macro.',
  addCondition: 'Add condition…',
  ruleKind: (word: 'on' | 'is', kind: string) => (word === 'on' ? triggerNames : conditionNames)[kind] ?? kind,
  ruleEntry: (list: 'trigger' | 'condition', number: number) => `${list === 'trigger' ? 'Trigger' : 'Condition'} ${number}`,
  removeEntry: (list: 'trigger' | 'condition', number: number) => `Delete ${list === 'trigger' ? 'trigger' : 'condition'} ${number}`,
  ruleField: (name: string) => ruleFields[name] ?? fields[name] ?? name,
  none: 'none',
  cooldown: 'Cooldown, ms',
  maxRuns: 'Runs at most (0: any number)',
  addWebhook: 'Create webhook',
  webhookUrl: 'Other programs POST to this URL. It is shown this once.',
  dryRun: 'Try without doing anything',
  wouldRun: (actions: number) => `It would run now: ${actions} ${actions === 1 ? 'action' : 'actions'}.`,
  wouldNotRun: 'It would not run now:',
  log: 'What fired and why',
  noLog: 'Nothing yet.',
  results: { 'ran': 'ran', 'failed': 'failed', 'cancelled': 'cancelled', 'skipped': 'skipped', 'cut': 'cut', 'dry-run': 'dry run' },
  usual: 'as usual',
  gone: (id: string) => `${id} (deleted)`,
  up: (number: number) => `Move action ${number} up`,
  down: (number: number) => `Move action ${number} down`,
  removeAction: (number: number) => `Delete action ${number}`,
  runState: ({ state, done, actions: all, error }: MacroRun) =>
    state === 'running'
      ? `Running: ${done} of ${all} actions done`
      : state === 'done'
        ? `Done: ${all} ${all === 1 ? 'action' : 'actions'}`
        : state === 'stopped'
          ? `Stopped after ${done} of ${all} actions`
          : `Action ${done + 1} failed: ${error?.message ?? ''}. ${error?.remedy ?? ''}`,
} as const)
