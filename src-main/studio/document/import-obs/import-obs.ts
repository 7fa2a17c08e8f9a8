import { AppError } from '../../../platform/errors.ts'
import { isRecord, schemaFaults } from '../../../platform/routes/schema-faults.ts'
import { freeId } from '../checks/complete-collection.ts'
import { type Collection, formatName, formatVersion } from '../collection.ts'
import type { CollectionKinds, KindOfSettings } from '../collection-kinds.ts'
import { type DocumentReader, readDocument, rejectMonsters } from '../files/read-document.ts'
import { builtInTransition } from './built-in-transitions.ts'
import { ImportReport, type NotCarried } from './not-carried.ts'
import { panOfBalance } from './obs-balance.ts'
import { mapObsFilter, sortOfObsFilter } from './obs-filters.ts'
import { actionOf, chordsOf, counterpartOf } from './obs-hotkeys.ts'
import { ObsNames } from './obs-names.ts'
import { reportTheRest } from './obs-rest.ts'
import { ObsScenes } from './obs-scenes.ts'
import { mapObsSource } from './obs-sources.ts'
import { mapObsTransition } from './obs-transitions.ts'
import { clamp, ObsValues } from './obs-values.ts'

export interface ImportOptions {
  readonly name: string
  /** Pixels of the canvas, where the document does not say: OBS keeps it in the profile. */
  readonly width?: number
  readonly height?: number
  /** Frames per second, likewise. */
  readonly frameRate?: number
}

export interface Imported {
  readonly collection: Collection
  readonly notCarried: readonly NotCarried[]
}

/** Max sources and scenes that are read: the rest is reported as not carried. */
const maxScenes = 512
const maxSources = 1000
const maxTransitions = 64
/** How long transitions of OBS last where nothing is said. */
const defaultTransitionMs = 300

type Entity = Record<string, unknown>

/** Audio devices that OBS keeps beside the scenes. */
const globalDevices = [
  'DesktopAudioDevice1',
  'DesktopAudioDevice2',
  'AuxAudioDevice1',
  'AuxAudioDevice2',
  'AuxAudioDevice3',
  'AuxAudioDevice4',
]

/**
 * Makes a collection of a scene collection of OBS Studio (its JSON, of versions 21 and later), and tells what could not be carried. Throws
 * `studio.import_invalid` where the document is invalid.
 */
export function importObs(document: unknown, options: ImportOptions, reader: DocumentReader): Imported {
  const root = new ObsValues(obsDocument(document))
  const builder = new ObsImport(root, options, reader.kinds)
  return { collection: readDocument(builder.build(), reader, undefined, options.name), notCarried: builder.report.lines }
}

/** Whether something is a scene collection at all, before anything walks it. Throws `studio.import_invalid` where it is not. */
export function obsDocument(document: unknown): Record<string, unknown> {
  try {
    rejectMonsters(document)
  } catch (cause) {
    throw new AppError('studio.import_invalid', (cause as Error).message, { cause })
  }
  if (!isRecord(document) || !new ObsValues(document).list('sources').some((each) => each.text('id') === 'scene')) {
    throw new AppError('studio.import_invalid', 'The document has no list `sources` with a scene in it')
  }
  return document
}

/** One import. */
class ObsImport {
  readonly report = new ImportReport()
  readonly #root: ObsValues
  readonly #options: ImportOptions
  readonly #kinds: CollectionKinds
  readonly #names = new ObsNames()
  readonly #sources: Entity[] = []
  readonly #macros: Entity[] = []
  readonly #transitions: Entity[] = []
  /** Sources made for images that OBS keeps inside of filters and transitions. */
  readonly #made = new Map<string, string>()

  constructor(root: ObsValues, options: ImportOptions, kinds: CollectionKinds) {
    this.#root = root
    this.#options = options
    this.#kinds = kinds
  }

  build(): Entity {
    const listed = this.#root.list('sources')
    const all = [...listed, ...this.#root.list('groups')]
    const scenes = all.filter((each) => each.text('id') === 'scene')
    const groups = all.filter((each) => each.text('id') === 'group')
    const ordered = this.#once(this.#inOrder(scenes), 'scene').slice(0, maxScenes)
    if (scenes.length > maxScenes) this.report.add('scenes', `only the first ${maxScenes} are carried`)
    for (const scene of ordered) this.#names.scenes.give(scene.text('name'), 'scene')
    const inputs = all.filter((each) => !['scene', 'group', ''].includes(each.text('id')))
    const shared = globalDevices.flatMap((key) => (this.#root.has(key) ? [this.#root.part(key)] : []))
    const sources = this.#once([...shared, ...inputs], 'source').slice(0, maxSources)
    if (shared.length + inputs.length > maxSources) this.report.add('sources', `only the first ${maxSources} are carried`)
    const carried = sources.filter((source) => this.#isCarried(source))
    for (const source of carried) this.#names.sources.give(source.text('name'), 'source')
    for (const source of carried) this.#addSource(source, shared.includes(source))
    this.#addTransitions()
    const maker = new ObsScenes({
      names: this.#names,
      report: this.report,
      groups: new Map(groups.map((group) => [group.text('name'), group])),
      listed: new Set(listed.map((each) => each.text('name'))),
      light: (name) => lightOf(all.find((each) => each.text('name') === name)),
      filters: (scene, place) => this.#sceneFilters(scene, place),
      transition: (name, durationMs) => this.#transitionOf(name, durationMs),
    })
    const made = ordered.map((scene) => maker.make(scene))
    for (const source of [...ordered, ...carried]) this.#hotkeys(source)
    if (hasPlainImages(carried)) {
      const remedy = 'where that is seen, set `light` of their items to video'
      this.report.add('images', `parts that are half transparent and bright are brighter than in OBS, which weakens them twice: ${remedy}`)
    }
    reportTheRest(this.#root, this.report)
    const current = this.#names.scenes.of(this.#root.text('current_program_scene', this.#root.text('current_scene')))
    const resolution = this.#root.part('resolution')
    const size = (value: number, otherwise: number): number => {
      const pixels = Math.round(clamp(value, 0, 7680) / 2) * 2
      return pixels >= 16 ? pixels : otherwise
    }
    if (this.#options.width === undefined && !this.#root.has('resolution')) {
      this.report.add('canvas', 'is 1920x1080 at 30 frames a second unless given: OBS keeps its size in the profile')
    }
    return {
      format: formatName,
      version: formatVersion,
      name: this.#options.name,
      frameRate: this.#options.frameRate ?? 30,
      canvases: [
        {
          id: 'main',
          name: 'Main',
          width: size(this.#options.width ?? resolution.number('x', 0), 1920),
          height: Math.min(size(this.#options.height ?? resolution.number('y', 0), 1080), 4320),
          scene: current ?? made[0]?.id,
        },
      ],
      scenes: made,
      sources: this.#sources,
      transitions: this.#transitions,
      transition: this.#usualTransition(),
      macros: this.#macros,
    }
  }

  #inOrder(scenes: readonly ObsValues[]): readonly ObsValues[] {
    const order = this.#root.list('scene_order').map((each) => each.text('name'))
    const place = (scene: ObsValues): number => {
      const at = order.indexOf(scene.text('name'))
      return at < 0 ? order.length : at
    }
    return scenes.toSorted((a, b) => place(a) - place(b))
  }

  /** Everything goes by its name: the first of each is meant. */
  #once(entities: readonly ObsValues[], what: string): readonly ObsValues[] {
    const seen = new Set<string>()
    return entities.filter((entity) => {
      const name = entity.text('name')
      if (seen.has(name)) this.report.add(`${what} "${name}"`, 'there is another one of that name')
      return !seen.has(name) && seen.add(name)
    })
  }

  /** Reported once for each source that has no kind here. */
  #isCarried(source: ObsValues): boolean {
    const id = source.text('id')
    const mapped = mapObsSource(versionedId(source), source.part('settings'), () => undefined)
    if (mapped !== undefined && this.#kinds.source(mapped.kind) !== undefined) return true
    this.report.add(`source "${source.text('name')}"`, `there is no kind of source for ${id}`)
    return false
  }

  #addSource(source: ObsValues, everywhere: boolean): void {
    const name = source.text('name')
    const place = `source "${name}"`
    const note = this.report.at(place)
    const mapped = mapObsSource(versionedId(source), source.part('settings'), note)
    const kind = mapped && this.#kinds.source(mapped.kind)
    if (mapped === undefined || kind === undefined) return
    const filters: Entity[] = (mapped.filters ?? []).map((each) => ({ ...each, id: this.#names.newFilter(name, each.name) }))
    const audioFilters: Entity[] = []
    for (const filter of source.list('filters')) {
      const made = this.#filter(filter, name, place)
      if (made?.sort === 'video' && kind.pictures) filters.push(...made.filters)
      else if (made?.sort === 'audio' && kind.sound) audioFilters.push(...made.filters)
      else if (made !== undefined) this.report.add(`${place}, filter "${filter.text('name')}"`, `the source has no ${made.sort}`)
    }
    if (source.number('deinterlace_mode', 0) !== 0) note('is not deinterlaced')
    if (source.part('settings').flag('capture_audio')) note('its own audio is not carried: add a source of the audio of that application')
    if (source.flag('push-to-talk') || source.flag('push-to-mute')) note('push to talk and push to mute are not carried: give it a macro')
    if (isMono(source)) note('both its channels are heard: it was mono')
    this.#sources.push({
      id: this.#names.sources.of(name),
      name: name.slice(0, 120) || 'Source',
      kind: mapped.kind,
      settings: this.#fitting(kind, mapped.settings, note),
      filters: filters.slice(0, 32),
      ...(kind.sound ? { audio: this.#audio(source, audioFilters.slice(0, 32), everywhere, note) } : {}),
    })
  }

  #audio(source: ObsValues, filters: readonly Entity[], everywhere: boolean, note: (reason: string) => void): Entity {
    const volume = source.number('volume', 1)
    // OBS mixes to mono behind the balance, which leaves nothing of it.
    const balance = panOfBalance(isMono(source) ? 0.5 : source.number('balance', 0.5))
    const gainDb = volume <= 0 ? -100 : clamp(20 * Math.log10(volume) + balance.gainDb, -100, 30)
    const syncMs = Math.round(source.number('sync', 0) / 1e6)
    const syncOffsetMs = clamp(syncMs, -950, 20_000)
    if (syncMs !== syncOffsetMs) note(`is ${syncOffsetMs} ms late instead of ${syncMs}`)
    const mixers = source.number('mixers', 255)
    return {
      gainDb: Math.round(gainDb * 100) / 100,
      pan: Math.round(balance.pan * 1e4) / 1e4,
      muted: source.flag('muted'),
      solo: false,
      syncOffsetMs,
      tracks: [1, 2, 3, 4, 5, 6].filter((track) => (mixers & (1 << (track - 1))) !== 0),
      monitoring: (['off', 'only', 'also'] as const)[source.number('monitoring_type', 0)] ?? 'off',
      followsVideo: !everywhere,
      filters,
    }
  }

  #filter(
    filter: ObsValues,
    owner: string,
    place: string,
  ): { readonly sort: 'video' | 'audio'; readonly filters: readonly Entity[] } | undefined {
    const id = versionedId(filter)
    const name = filter.text('name').slice(0, 110) || 'Filter'
    const here = `${place}, filter "${name}"`
    const note = this.report.at(here)
    const sort = sortOfObsFilter(id)
    if (sort === undefined) {
      note(`there is no kind of filter for ${filter.text('id')}`)
      return undefined
    }
    const mapped = mapObsFilter(id, filter.part('settings'), {
      note,
      sourceId: (source) => this.#names.sources.of(source),
      imageSource: (file) => this.#makeSource('image', file),
    })
    const filters = mapped.flatMap(({ kind, settings }, index) => {
      const known = sort === 'video' ? this.#kinds.filter(kind) : this.#kinds.audioFilter(kind)
      if (known === undefined) {
        note(`there is no kind of filter for ${filter.text('id')}`)
        return []
      }
      const named = index === 0 ? name : `${name} ${index + 1}`
      return [
        {
          id: this.#names.newFilter(owner, named),
          name: named,
          kind,
          enabled: filter.flag('enabled', true),
          settings: this.#fitting(known, settings, note),
        },
      ]
    })
    return { sort, filters }
  }

  /** What a kind would reject is left out, and reported. */
  #fitting(kind: KindOfSettings, settings: Record<string, unknown>, note: (reason: string) => void): Record<string, unknown> {
    const fitting = { ...settings }
    for (const { place, problem } of schemaFaults(kind.settings, fitting, '')) {
      const name = /^[^.[]+/.exec(place)?.[0]
      if (name === undefined || !Object.hasOwn(fitting, name)) continue
      delete fitting[name]
      note(`its ${name} ${problem}: it has the usual one`)
    }
    return fitting
  }

  #makeSource(kind: 'image' | 'media', file: string): string {
    const key = `${kind} ${file}`
    const known = this.#made.get(key)
    if (known !== undefined) return known
    const base = file.split(/[/\\]/).at(-1) ?? kind
    const id = this.#names.sources.make(base)
    this.#made.set(key, id)
    this.#sources.push({ id, name: base.slice(0, 120) || kind, kind, settings: { file: file.slice(0, 4096) } })
    return id
  }

  #sceneFilters(scene: ObsValues, place: string): readonly Entity[] {
    const filters = scene.list('filters').flatMap((filter) => {
      const made = this.#filter(filter, scene.text('name'), place)
      if (made?.sort === 'audio') this.report.add(`${place}, filter "${filter.text('name')}"`, 'scenes have no filters for audio')
      return made?.sort === 'video' ? made.filters : []
    })
    return filters.slice(0, 32)
  }

  #addTransitions(): void {
    const durationMs = clamp(Math.round(this.#root.number('transition_duration', 0)), 0, 60_000) || defaultTransitionMs
    this.#transitions.push({ id: 'cut', name: 'Cut', kind: 'cut', durationMs: 0 }, { id: 'fade', name: 'Fade', kind: 'fade', durationMs })
    for (const { id, name } of this.#transitions) this.#names.transitions.set(String(name), String(id))
    for (const transition of this.#root.list('transitions').slice(0, 60)) {
      const name = transition.text('name')
      const place = `transition "${name}"`
      const note = this.report.at(place)
      if (this.#names.transitions.of(name) !== undefined) {
        note('there is another one of that name')
        continue
      }
      const mapped = mapObsTransition(transition.text('id'), transition.part('settings'), {
        note,
        imageSource: (file) => this.#makeSource('image', file),
        filmSource: (file) => this.#makeSource('media', file),
      })
      const kind = mapped && this.#kinds.transition(mapped.kind)
      if (mapped === undefined || kind === undefined) {
        note(`there is no kind of transition for ${transition.text('id')}`)
        continue
      }
      this.#transitions.push({
        id: this.#names.transitions.give(name, 'transition'),
        name: name.slice(0, 120) || 'Transition',
        kind: mapped.kind,
        durationMs: mapped.kind === 'cut' ? 0 : (mapped.durationMs ?? durationMs),
        settings: this.#fitting(kind, mapped.settings, note),
      })
    }
  }

  /** What OBS takes where it finds none of that name is its fade. */
  #usualTransition(): string {
    const name = this.#root.text('current_transition')
    const id = this.#transitionIdOf(name)
    if (id === undefined && name !== '') this.report.add(`transition "${name}"`, 'is not in the document: it is a fade, as OBS makes it')
    return id ?? 'fade'
  }

  /** Transitions of the document come before those that every OBS has, whatever their names in its language. */
  #transitionIdOf(name: string): string | undefined {
    return this.#names.transitions.of(name) ?? builtInTransition(name)
  }

  /** Id of a transition by its name; where it is to last another time, of one like it that does. */
  #transitionOf(name: string, durationMs: number): string | undefined {
    const id = this.#transitionIdOf(name)
    const transition = this.#transitions.find((each) => each.id === id)
    if (transition === undefined || [0, durationMs].includes(Number(transition.durationMs))) return id
    const lasting = `${transition.name} ${durationMs} ms`.slice(-120)
    const known = this.#names.transitions.of(lasting)
    if (known !== undefined) return known
    if (this.#transitions.length >= maxTransitions) {
      this.report.add(`transition "${name}"`, `lasts ${transition.durationMs} instead of ${durationMs} ms before some scenes`)
      return id
    }
    const like = { ...transition, id: this.#names.transitions.give(lasting, 'transition'), name: lasting, durationMs }
    this.#transitions.push(like)
    return like.id
  }

  #hotkeys(source: ObsValues): void {
    const bindings = source.part('hotkeys')
    for (const [binding] of bindings.entries()) {
      const chords = chordsOf(bindings.list(binding))
      const { counterpart, first } = counterpartOf(binding)
      const others = chordsOf(bindings.list(counterpart))
      const both = chords.filter((chord) => others.includes(chord))
      this.#hotkey(
        source,
        binding,
        false,
        chords.filter((chord) => !both.includes(chord)),
      )
      if (first) this.#hotkey(source, binding, true, both)
    }
  }

  #hotkey(source: ObsValues, binding: string, toggle: boolean, hotkeys: readonly string[]): void {
    if (hotkeys.length === 0) return
    const name = source.text('name')
    const scene = source.text('id') === 'scene'
    const action = actionOf(binding, toggle, {
      scene: scene ? this.#names.scenes.of(name) : undefined,
      source: this.#names.sources.of(name),
      item: (nameOrNumber) => this.#names.itemOf(name, nameOrNumber),
    })
    if (action === undefined) {
      this.report.add(`${scene ? 'scene' : 'source'} "${name}"`, `the hotkey ${hotkeys.join(', ')} for ${binding} is not carried`)
    } else if (this.#macros.length < 256) {
      const id = freeId(`hotkey-${this.#macros.length + 1}`, (each) => this.#macros.some((macro) => macro.id === each))
      this.#macros.push({ id, name: `${action.name} ${name}`.slice(0, 120), hotkeys: hotkeys.slice(0, 8), actions: [action.does] })
    }
  }
}

/** Whether both channels of a source are mixed to one. */
function isMono(source: ObsValues): boolean {
  return (source.number('flags', 0) & 2) !== 0
}

/** The id with the version behind it, from which usual values follow. What was written before there were any is the first. */
function versionedId(entity: ObsValues): string {
  return entity.text('versioned_id') || entity.text('id')
}

/** The colour space in which OBS blends a source, unless an item says otherwise: only its FreeType text as values of video. */
function lightOf(source: ObsValues | undefined): 'video' | 'linear' {
  return source?.text('id') === 'text_ft2_source' ? 'video' : 'linear'
}

/** Whether images are shown that OBS multiplies with their alpha before it takes them for light; filters take that apart again. */
function hasPlainImages(sources: readonly ObsValues[]): boolean {
  return sources.some(
    (source) =>
      source.text('id') === 'image_source' && !source.part('settings').flag('linear_alpha') && source.list('filters').length === 0,
  )
}
