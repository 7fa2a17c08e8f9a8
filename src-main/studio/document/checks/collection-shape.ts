import { isRecord } from '../../../platform/routes/schema-faults.ts'
import type { Collection, Item } from '../collection.ts'
import type { CollectionKinds } from '../collection-kinds.ts'
import { mapSecrets } from '../secrets/settings-secrets.ts'

/** Settings that choose among a few words say so as they are; whatever a person wrote is counted. */
const shownWords = /^[a-z0-9][a-z0-9-]{0,15}$/
/** Settings whose values people write, however short. */
const written = /name|text|key|url|file|path|folder|pass|token|user|title|device|font|host|room|stream/i

/**
 * A collection without anything that was written in it: how many of what there is, their kinds, numbers and choices. For reports that
 * are sent to strangers.
 */
export function shapeOf(collection: Collection): unknown {
  const { frameRate, canvases, scenes, sources, transitions, outputs, macros, tracks } = collection
  return {
    frameRate,
    canvases: canvases.map(({ width, height }) => ({ width, height })),
    scenes: scenes.map(({ items, filters }) => ({ items: items.map(shapeOfItem), filters: filters.map(({ kind }) => kind) })),
    sources: sources.map(({ kind, settings, filters, audio }) => ({
      kind,
      settings: shapeOfValue(settings, ''),
      filters: filters.map((each) => ({ kind: each.kind, settings: shapeOfValue(each.settings, '') })),
      audio: audio && { ...audio, filters: audio.filters.map((each) => each.kind) },
    })),
    transitions: transitions.map(({ kind, durationMs }) => ({ kind, durationMs })),
    outputs: outputs.map(({ kind, video, audio, autostart, settings }) => ({
      kind,
      autostart,
      video,
      audio,
      settings: shapeOfValue(settings, ''),
    })),
    macros: macros.map(({ actions }) => ({ actions: actions.map((each) => (typeof each.do === 'string' ? each.do : '')) })),
    tracks: tracks.map(({ filters }) => ({ filters: filters.map(({ kind }) => kind) })),
  }
}

function shapeOfItem(item: Item): unknown {
  if ('group' in item) return { group: item.group.map(shapeOfItem) }
  const { visible, scale, rotation, blend, opacity } = item
  return { shows: 'source' in item ? 'source' : 'scene', visible, scale, rotation, blend, opacity }
}

function shapeOfValue(value: unknown, name: string): unknown {
  if (typeof value === 'string') return shownWords.test(value) && !written.test(name) ? value : `(${value.length} characters)`
  if (Array.isArray(value)) return `(${value.length} entries)`
  if (!isRecord(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shapeOfValue(inner, key)]))
}

/** Shorter texts are in any text. */
const minLength = 4

/** The texts of a collection that no report may contain: its secrets, its URLs and what they lead to, and its paths. */
export function privateTextsOf(collection: Collection, kinds: CollectionKinds): readonly string[] {
  const found = new Set<string>()
  mapSecrets(collection, kinds, ({ secret }) => {
    found.add(secret)
    return undefined
  })
  const look = (value: unknown): void => {
    if (typeof value === 'string') {
      if (/:\/\/|^[/\\]|^[a-z]:\\/i.test(value)) found.add(value)
      const host = URL.parse(value)?.hostname
      if (host) found.add(host)
    } else if (Array.isArray(value)) for (const each of value) look(each)
    else if (isRecord(value)) for (const each of Object.values(value)) look(each)
  }
  for (const { settings } of [...collection.outputs, ...collection.sources]) look(settings)
  return [...found].filter((text) => text.length >= minLength)
}
