import { section } from '../../messages/language.ts'

const sorts: Readonly<Record<string, string>> = {
  canvas: 'canvas',
  scene: 'scene',
  source: 'source',
  transition: 'transition',
  output: 'output',
  macro: 'macro',
  track: 'track',
  item: 'item',
  filter: 'filter',
}

const verbs: Readonly<Record<string, (name: string, sort: string) => string>> = {
  Add: (name, sort) => `Add ${sort} "${name}"`,
  Remove: (name, sort) => `Remove ${sort} "${name}"`,
  Move: (name) => `Move "${name}"`,
  Crop: (name) => `Crop "${name}"`,
  Reorder: (name) => `Reorder "${name}"`,
  Ungroup: (name) => `Ungroup "${name}"`,
  Duplicate: (name) => `Duplicate "${name}"`,
}

const counts: Readonly<Record<string, (count: string) => string>> = {
  Group: (count) => `Group ${count} items`,
  Paste: (count) => (count === 'an' ? 'Paste an item' : `Paste ${count} items`),
}

const transforms: Readonly<Record<string, (name: string) => string>> = {
  Paste: (name) => `Paste transform to "${name}"`,
  Reset: (name) => `Reset transform of "${name}"`,
}

/** Every text of the history. */
export const t = section('studioHistory', {
  open: 'History',
  empty: 'Nothing was changed yet.',
  start: 'As it was opened',
  further: 'Further back',
  sorts,
  verbs,
  counts,
  transforms,
  change: (what: string, name: string) => `Change ${what} of "${name}"`,
  changeShow: (what: string) => `Change ${what} of the collection`,
  more: (step: string, count: string) => `${step} and ${count} more`,
} as const)
