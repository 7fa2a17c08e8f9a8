import { isRecord } from '../../../platform/routes/schema-faults.ts'
import type { CollectionKinds } from '../collection-kinds.ts'
import { trackCount } from '../schemas/mixer-schemas.ts'
import { plainLayout } from './plain-layout.ts'

type Loose = Record<string, unknown>

/**
 * Fills in what a document written by hand may leave out: names, ids, places, everything that has a usual value. What is there stays as
 * it is, right or wrong; the check tells about it. The input is not changed.
 */
export function completeCollection(input: unknown, kinds: CollectionKinds, name = 'Untitled'): unknown {
  if (!isRecord(input)) return input
  const title = typeof input.name === 'string' ? input.name : name
  const scenes = list(input.scenes)
  const canvases = input.canvases === undefined ? [{ id: 'main', name: 'Main' }] : input.canvases
  const mainCanvas = idOf(list(canvases)[0]) ?? 'main'
  const ids = new Completion(kinds)
  const completedScenes = mapList(input.scenes, (scene, index) => ids.scene(scene, index, mainCanvas))
  const completedCanvases = mapList(canvases, (canvas, index) => ids.canvas(canvas, index, list(completedScenes)))
  const withoutScene = scenes.length === 0 ? [] : list(completedCanvases).filter((each) => isRecord(each) && each.scene === undefined)
  const emptyScenes = (withoutScene as Loose[]).map((canvas) => {
    const scene = ids.sceneFor(canvas, list(completedScenes))
    canvas.scene = scene.id
    return scene
  })
  const transitions = input.transitions === undefined ? usualTransitions : input.transitions
  const completedTransitions = mapList(transitions, (one, index) => ids.transition(one, index))
  return inOrder({
    ...input,
    id: input.id ?? slug(title) ?? 'collection',
    name: title,
    frameRate: frameRate(input.frameRate),
    canvases: completedCanvases,
    scenes: scenes.length === 0 ? input.scenes : [...list(completedScenes), ...emptyScenes],
    sources: mapList(input.sources ?? [], (source, index) => ids.source(source, index)),
    transitions: completedTransitions,
    transition: input.transition ?? idOf(list(completedTransitions)[0]) ?? 'cut',
    outputs: mapList(input.outputs ?? [], (output, index) => ids.output(output, index, mainCanvas)),
    macros: mapList(input.macros ?? [], (macro, index) => ids.macro(macro, index)),
    tracks: ids.tracks(input.tracks ?? []),
  })
}

const usualTransitions = [
  { id: 'cut', name: 'Cut', kind: 'cut', durationMs: 0 },
  { id: 'fade', name: 'Fade', kind: 'fade', durationMs: 300 },
]

/** Completes the parts of one document; ids that it gives are given once. */
export class Completion {
  readonly #kinds: CollectionKinds
  readonly #items = new Set<string>()
  readonly #filters = new Set<string>()
  /** Thousands of items of one source ask for the same id: each search starts where the last one ended. */
  readonly #itemNumbers = new Map<string, number>()
  readonly #filterNumbers = new Map<string, number>()

  /** `taken`: ids of items and filters that are in use already. */
  constructor(kinds: CollectionKinds, taken?: { readonly items: Iterable<string>; readonly filters: Iterable<string> }) {
    this.#kinds = kinds
    for (const id of taken?.items ?? []) this.#items.add(id)
    for (const id of taken?.filters ?? []) this.#filters.add(id)
  }

  canvas(given: Loose, index: number, scenes: readonly unknown[]): Loose {
    const named = withNames(given, index === 0 ? 'main' : `canvas-${index + 1}`)
    const first = scenes.find((scene) => isRecord(scene) && scene.canvas === named.id)
    return inOrder({ width: 1920, height: 1080, background: '#000000', ...(first === undefined ? {} : { scene: idOf(first) }), ...named })
  }

  /** An empty scene for a canvas that has none: something is on air from its start on. */
  sceneFor(canvas: { readonly id?: unknown; readonly name?: unknown }, scenes: readonly unknown[]): Loose & { readonly id: string } {
    const id = freeId(`${canvas.id}-scene`, (taken) => scenes.some((scene) => idOf(scene) === taken))
    return { ...this.scene({ id, name: canvas.name ?? id }, 0, String(canvas.id)), id }
  }

  scene(given: Loose, index: number, canvas: string): Loose {
    const named = withNames(given, `scene-${index + 1}`)
    const scene: Loose = { canvas, items: [], filters: [], ...named }
    scene.items = this.#itemList(scene.items, String(named.id))
    scene.filters = this.#filterList(scene.filters, String(named.id))
    return inOrder(scene)
  }

  item(given: Loose, owner: string): Loose {
    const wanted = given.id ?? this.#free(`${owner}-${given.source ?? given.scene ?? 'group'}`, this.#items, this.#itemNumbers)
    if (typeof wanted === 'string') this.#items.add(wanted)
    const item: Loose = {
      ...plainLayout,
      ...given,
      id: wanted,
      position: filled(plainLayout.position, given.position),
      scale: typeof given.scale === 'number' ? { x: given.scale, y: given.scale } : filled(plainLayout.scale, given.scale),
      alignment: filled(plainLayout.alignment, given.alignment),
      crop: filled(plainLayout.crop, given.crop),
      bounds: isRecord(given.bounds) ? completeBounds(given.bounds) : (given.bounds ?? null),
    }
    if (Array.isArray(given.group)) item.group = this.#itemList(given.group, owner)
    return inOrder(item)
  }

  source(given: Loose, index: number): Loose {
    const named = withNames(given, typeof given.kind === 'string' ? `${given.kind}-${index + 1}` : `source-${index + 1}`)
    const source: Loose = { settings: {}, filters: [], ...named }
    source.filters = this.#filterList(source.filters, String(named.id))
    const kind = typeof given.kind === 'string' ? this.#kinds.source(given.kind) : undefined
    if (kind?.sound || given.audio !== undefined) source.audio = this.audio(given.audio ?? {}, String(named.id), kind?.pictures ?? false)
    return inOrder(source)
  }

  /** `hasVideo`: the source is heard while it is seen. */
  audio(given: unknown, owner: string, hasVideo: boolean): unknown {
    const audio = filled({ ...usualAudio, followsVideo: hasVideo }, given)
    if (!isRecord(audio)) return audio
    return { ...audio, filters: this.#filterList(audio.filters, owner) }
  }

  filter(given: Loose, owner: string): Loose {
    const id = given.id ?? this.#free(`${owner}-${given.kind ?? 'filter'}`, this.#filters, this.#filterNumbers)
    if (typeof id === 'string') this.#filters.add(id)
    return inOrder({ name: given.kind ?? 'Filter', enabled: true, settings: {}, ...given, id })
  }

  transition(given: Loose, index: number): Loose {
    const durationMs = given.kind === 'cut' || given.kind === 'stinger' ? 0 : 300
    return inOrder({
      durationMs,
      settings: {},
      ...withNames(given, typeof given.kind === 'string' ? given.kind : `transition-${index + 1}`),
    })
  }

  output(given: Loose, index: number, canvas: string): Loose {
    const named = withNames(given, typeof given.kind === 'string' ? `${given.kind}-${index + 1}` : `output-${index + 1}`)
    const kind = typeof given.kind === 'string' ? this.#kinds.output(given.kind) : undefined
    const audio = given.audio ?? (kind?.sound === false ? [] : [{}])
    const encodes = given.video !== null && (given.video !== undefined || kind?.encodes !== false)
    const codec = given.kind === 'whip' ? 'opus' : 'aac'
    return inOrder({
      autostart: false,
      canvas,
      settings: {},
      ...named,
      video: encodes ? filled(usualVideo, given.video) : null,
      audio: mapList(audio, (one) => ({ codec, bitrateKbps: 160, track: 1, ...one })),
    })
  }

  macro(given: Loose, index: number): Loose {
    return inOrder({ hotkeys: [], actions: [], ...withNames(given, `macro-${index + 1}`) })
  }

  /** All tracks in their order, whichever are given; one without an id is the one whose place it has. */
  tracks(given: unknown): unknown {
    if (!Array.isArray(given)) return given
    const left = given.map((one, index) => (isRecord(one) && one.id === undefined ? { ...one, id: String(index + 1) } : one))
    const all: unknown[] = []
    for (let number = 1; number <= trackCount; number++) {
      const id = String(number)
      const at = left.findIndex((one) => idOf(one) === id)
      all.push(at < 0 ? { id } : left.splice(at, 1)[0])
    }
    return mapList([...all, ...left], (track) => this.track(track))
  }

  track(given: Loose): Loose {
    const { id, filters = [] } = given
    return inOrder({ name: `Track ${id}`, ...given, filters: this.#filterList(filters, `track-${id}`) })
  }

  #itemList(value: unknown, owner: string): unknown {
    reserve(this.#items, value)
    return mapList(value, (item) => this.item(item, owner))
  }

  #filterList(value: unknown, owner: string): unknown {
    reserve(this.#filters, value)
    return mapList(value, (filter) => this.filter(filter, owner))
  }

  #free(wanted: string, taken: Set<string>, numbers: Map<string, number>): string {
    return freeId(wanted, (id) => taken.has(id), numbers)
  }
}

const usualAudio = {
  gainDb: 0,
  pan: 0,
  muted: false,
  solo: false,
  syncOffsetMs: 0,
  tracks: [1, 2, 3, 4, 5, 6],
  monitoring: 'off',
  followsVideo: false,
  filters: [],
}

const usualVideo = {
  codec: 'h264',
  encoder: 'auto',
  height: null,
  frameDivisor: 1,
  rateControl: 'cbr',
  bitrateKbps: 6000,
  maxBitrateKbps: null,
  crf: 23,
  preset: 'auto',
  keyframeMs: 2000,
  bFrames: 0,
  profile: 'auto',
  colorSpace: 'bt709',
  colorRange: 'limited',
}

function completeBounds(given: Loose): Loose {
  return { fit: 'contain', ...given, alignment: filled({ x: 'center', y: 'center' }, given.alignment) }
}

/**
 * An id that is not taken: the wish itself where it is an id and free, else with a number behind it. `numbers`: the last one that was
 * given behind each prefix, where ids are only ever taken.
 */
export function freeId(wanted: string, taken: (id: string) => boolean, numbers?: Map<string, number>): string {
  const base = slug(wanted) ?? 'thing'
  if (!taken(base)) return base
  const beginning = base.slice(0, 56)
  for (let number = (numbers?.get(beginning) ?? 1) + 1; ; number++) {
    const id = `${beginning}-${number}`
    if (taken(id)) continue
    numbers?.set(beginning, number)
    return id
  }
}

/** A name as an id, where anything of it is left. */
function slug(name: string): string | undefined {
  const text = name
    .normalize('NFKD')
    .replace(/[^A-Za-z0-9_-]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60)
  return text === '' ? undefined : text
}

function withNames(given: Loose, wanted: string): Loose {
  const id = given.id ?? (typeof given.name === 'string' ? slug(given.name) : undefined) ?? slug(wanted) ?? 'thing'
  return { ...given, id, name: given.name ?? id }
}

const headings = ['format', 'version', 'id', 'name', 'kind', 'source', 'scene']

/** What is read first is first in a document that is written out. */
function inOrder(entity: Loose): Loose {
  const heads: Loose = {}
  for (const name of headings) if (Object.hasOwn(entity, name)) heads[name] = entity[name]
  return { ...heads, ...entity }
}

/** A frame rate as people write it, a number, as the fraction that it represents. */
export function frameRate(given: unknown): unknown {
  if (given === undefined) return { numerator: 30, denominator: 1 }
  if (typeof given !== 'number') return isRecord(given) ? { denominator: 1, ...given } : given
  if (Number.isInteger(given)) return { numerator: given, denominator: 1 }
  // 23.976, 29.97, 59.94: the broadcast rates, as people write them; 12.5 is what it says.
  const numerator = Math.round(given * 1.001) * 1000
  return Math.abs(numerator / 1001 - given) < 0.008
    ? { numerator, denominator: 1001 }
    : { numerator: Math.round(given * 1000), denominator: 1000 }
}

function filled(usual: Loose, given: unknown): unknown {
  return given === undefined ? usual : isRecord(given) ? { ...usual, ...given } : given
}

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

/** Each record of a list completed; whatever else is there stays for the check to tell about. */
function mapList(value: unknown, complete: (one: Loose, index: number) => Loose): unknown {
  return Array.isArray(value) ? value.map((one, index) => (isRecord(one) ? complete(one, index) : one)) : value
}

/** An id that is in a list is not given to what is before it there. */
function reserve(taken: Set<string>, value: unknown): void {
  for (const one of list(value)) {
    const id = idOf(one)
    if (id !== undefined) taken.add(id)
  }
}

function idOf(entity: unknown): string | undefined {
  return isRecord(entity) && typeof entity.id === 'string' ? entity.id : undefined
}
