import type {
  ObsShow,
  ObsShowAudio,
  ObsShowFilter,
  ObsShowInput,
  ObsShowItem,
  ObsShowNote,
  ObsShowScene,
  ObsTarget,
} from '../../../media/obs-show/obs-show.ts'
import type { Collection, Filter, Item, Scene, Source } from '../collection.ts'
import { ImportReport } from '../import-obs/not-carried.ts'
import { balanceOfPan } from '../import-obs/obs-balance.ts'
import { filterToObs } from './filter-to-obs.ts'
import { blendToObs, type CanvasPlace, placeInObs } from './item-to-obs.ts'
import type { MadeInput } from './made-input.ts'
import { obsColor } from './obs-color.ts'
import { kindIn } from './obs-kinds.ts'
import { sourceToObs } from './source-to-obs.ts'
import { transitionToObs } from './transition-to-obs.ts'

/** OBS rejects what is louder: 26 dB. */
const maxVolume = 20

/** Kinds of OBS that have audio: others reject a volume. */
const audible = /^(?:ffmpeg_source|vlc_source|browser_source|dshow_input|\w+_(?:input|output)_capture)(?:_v\d+)?$/

/** Scenes and groups are as large as the target's canvas already. */
const wholeScene: MadeInput = { kind: 'scene', settings: {}, scaled: true }

/** Makes a show for OBS Studio of a collection, and reports what is in it in another way, or not at all. */
export function exportObs(collection: Collection, target: ObsTarget): { readonly show: ObsShow; readonly notes: readonly ObsShowNote[] } {
  const made = new ObsExport(collection, target)
  return { show: made.build(), notes: made.report.lines }
}

/** One export. */
class ObsExport {
  readonly report = new ImportReport()
  readonly #collection: Collection
  readonly #target: ObsTarget
  readonly #size: { readonly width: number; readonly height: number }
  readonly #place: CanvasPlace
  /** Every name that is taken: OBS has one list for scenes and inputs. */
  readonly #names = new Set<string>()
  readonly #sceneNames = new Map<string, string>()
  readonly #sourceNames = new Map<string, string>()
  readonly #made = new Map<string, MadeInput>()
  readonly #inputs: ObsShowInput[] = []
  /** Inputs that were made for items of another opacity, by source and percent. */
  readonly #faded = new Map<string, string>()
  /** Scenes made of groups. */
  readonly #groups: ObsShowScene[] = []

  constructor(collection: Collection, target: ObsTarget) {
    this.#collection = collection
    this.#target = target
    const [{ width, height }] = collection.canvases as [Collection['canvases'][number]]
    this.#size = target.canvas ?? { width, height }
    const scale = Math.min(this.#size.width / width, this.#size.height / height)
    this.#place = { scale, x: (this.#size.width - width * scale) / 2, y: (this.#size.height - height * scale) / 2 }
  }

  build(): ObsShow {
    const { canvases, scenes, sources, transitions, name, transition } = this.#collection
    const [canvas] = canvases as [Collection['canvases'][number]]
    const shown = scenes.filter((scene) => scene.canvas === canvas.id)
    for (const other of canvases.slice(1)) this.report.add(`canvas "${other.name}"`, 'is left out with its scenes: OBS has one canvas')
    if (this.#place.x > 1 || this.#place.y > 1) {
      const { width, height } = this.#size
      this.report.add('canvas', `is ${canvas.width}x${canvas.height}: it is fitted into the ${width}x${height} of OBS, with empty sides`)
    }
    for (const scene of shown) this.#sceneNames.set(scene.id, this.#free(scene.name))
    for (const source of sources) this.#addSource(source)
    for (const source of sources) this.#addFilters(source)
    const made = shown.map((scene) => this.#scene(scene, canvas))
    const usual = transitions.find(({ id }) => id === transition)
    const described = transitions.map((each) =>
      transitionToObs(each, { note: this.#noteAt(`transition "${each.name}"`), fileOf: (id) => this.#fileOf(id) }),
    )
    if (!this.#target.file) {
      const own = described.filter(({ kind }) => kind !== 'cut_transition' && kind !== 'fade_transition')
      for (const each of own)
        this.report.add(`transition "${each.name}"`, 'is left out: add it in OBS, which lets no program create transitions')
    }
    return {
      name,
      ...this.#size,
      scenes: [...made, ...this.#groups],
      inputs: this.#inputs,
      transitions: described,
      transition: usual?.name ?? '',
      transitionMs: usual === undefined || usual.durationMs === 0 ? 300 : usual.durationMs,
      program: this.#sceneNames.get(canvas.scene) ?? made[0]?.name ?? '',
    }
  }

  #noteAt(place: string): (reason: string) => void {
    return this.report.at(place)
  }

  #free(wanted: string): string {
    const name = freeName(wanted, (each) => this.#names.has(each))
    this.#names.add(name)
    return name
  }

  #addSource(source: Source): void {
    const note = this.#noteAt(`source "${source.name}"`)
    const [canvas] = this.#collection.canvases as [Collection['canvases'][number]]
    const made = sourceToObs(source.kind, source.settings, { target: this.#target, scale: this.#place.scale, canvas, note })
    if (made === undefined) return
    const name = this.#free(source.name)
    this.#made.set(source.id, made)
    this.#sourceNames.set(source.id, name)
    const device = source.kind === 'microphone' ? 'input' : source.kind === 'system-sound' ? 'output' : undefined
    const isShown = this.#collection.scenes.some(({ items }) => items.some((item) => shows(item, source.id)))
    this.#inputs.push({
      name,
      kind: made.kind,
      settings: made.settings,
      filters: [],
      ...(source.audio === undefined || !audible.test(made.kind) ? {} : { audio: audioOf(source.audio, note) }),
      ...(device === undefined || isShown ? {} : { device }),
    })
  }

  /** When all sources have their names: filters name some. */
  #addFilters(source: Source): void {
    const name = this.#sourceNames.get(source.id)
    const at = this.#inputs.findIndex((input) => input.name === name)
    if (name === undefined || at < 0) return
    const filters = this.#filters([...(source.audio?.filters ?? []), ...source.filters], `source "${source.name}"`)
    this.#inputs[at] = { ...this.#inputs[at]!, filters }
  }

  #filters(filters: readonly Filter[], place: string): readonly ObsShowFilter[] {
    const taken = new Set<string>()
    return filters.flatMap((filter) => {
      const made = filterToObs(filter, {
        note: this.#noteAt(`${place}, filter "${filter.name}"`),
        nameOf: (source) => this.#sourceNames.get(source),
        imageOf: (source) =>
          this.#collection.sources.find(({ id }) => id === source)?.kind === 'image' ? this.#fileOf(source) : undefined,
      })
      if (made === undefined) return []
      const name = freeName(made.name, (each) => taken.has(each))
      taken.add(name)
      return [{ ...made, name }]
    })
  }

  #fileOf(source: string): string | undefined {
    const file = this.#collection.sources.find(({ id }) => id === source)?.settings.file
    return typeof file === 'string' && file !== '' ? file : undefined
  }

  #scene(scene: Scene, canvas: Collection['canvases'][number]): ObsShowScene {
    const place = `scene "${scene.name}"`
    if (scene.transition !== undefined) this.report.add(place, 'comes with the usual transition: choose its own in OBS')
    const items = scene.items.flatMap((item) => this.#item(item, this.#place, place))
    return {
      name: this.#sceneNames.get(scene.id) as string,
      items: canvas.background === '#000000' ? items : [...this.#behind(canvas, items), ...items],
      filters: this.#filters(scene.filters, place),
    }
  }

  /** The colour of the canvas, where nothing fills it: OBS has black. */
  #behind({ background, width, height }: Collection['canvases'][number], items: readonly ObsShowItem[]): readonly ObsShowItem[] {
    const kind = kindIn(this.#target, 'color_source')
    const [lowest] = items
    const fills = (item: ObsShowItem | undefined): boolean =>
      item?.enabled === true &&
      item.placement.boundsType === 'OBS_BOUNDS_STRETCH' &&
      item.placement.boundsWidth >= width * this.#place.scale &&
      item.placement.boundsHeight >= height * this.#place.scale
    if (kind === undefined || fills(lowest)) return []
    const key = 'background of the canvas'
    let name = this.#faded.get(key)
    if (name === undefined) {
      name = this.#free('Canvas background')
      this.#faded.set(key, name)
      this.#inputs.push({ name, kind, settings: { color: obsColor(background), width, height }, filters: [] })
    }
    const layout = {
      position: { x: 0, y: 0 },
      scale: { x: 1, y: 1 },
      rotation: 0,
      alignment: { x: 'left', y: 'top' },
      crop: { left: 0, top: 0, right: 0, bottom: 0 },
    } as const
    const bounds = { fit: 'stretch', width, height, alignment: { x: 'center', y: 'center' } } as const
    const whole = {
      id: 'background',
      visible: true,
      locked: true,
      blend: 'normal',
      opacity: 1,
      sampling: 'smooth',
      ...layout,
      bounds,
    } as const
    return [{ source: name, enabled: true, locked: true, blend: 'normal', placement: placeInObs(whole, this.#place, undefined) }]
  }

  #item(item: Item, place: CanvasPlace, where: string): readonly ObsShowItem[] {
    const found = this.#shown(item, where)
    if (found === undefined) return []
    const here = `${where}, item "${found.title}"`
    const note = this.#noteAt(here)
    const blend = blendToObs(item.blend)
    if (blend === undefined) note(`is blended normally: OBS has no blend mode ${item.blend}`)
    if (item.showTransition !== undefined || item.hideTransition !== undefined) note('comes and goes at once: choose its transition in OBS')
    const fadedName = item.opacity < 1 ? this.#fadedOf(item, found, note) : found.name
    const placement = placeInObs(item, place, found.made, (type) => {
      if (type !== 'OBS_BOUNDS_SCALE_OUTER' || this.#target.cutsAtBounds || this.#fillsCanvas(item)) return type
      note(`is shown whole in its frame: ${this.#target.title} cannot cut off what exceeds it`)
      return 'OBS_BOUNDS_SCALE_INNER'
    })
    const own = { nearest: item.sampling === 'nearest', plainBlending: item.light !== 'linear' }
    if (own.nearest && !this.#target.file) note('is scaled smoothly: choose Point as its scale filter in OBS')
    return [
      {
        source: fadedName,
        enabled: item.visible,
        locked: item.locked,
        blend: blend ?? 'normal',
        placement,
        ...(this.#target.file ? own : {}),
      },
    ]
  }

  /** Whether what exceeds its bounds is outside of the canvas. */
  #fillsCanvas({ bounds, position }: Item): boolean {
    const [canvas] = this.#collection.canvases as [Collection['canvases'][number]]
    return bounds !== null && position.x <= 0 && position.y <= 0 && bounds.width >= canvas.width && bounds.height >= canvas.height
  }

  /** What an item shows, by its name in OBS; undefined where that is left out. */
  #shown(
    item: Item,
    where: string,
  ): { readonly name: string; readonly title: string; readonly source?: Source; readonly made: MadeInput | undefined } | undefined {
    if ('source' in item) {
      const source = this.#collection.sources.find(({ id }) => id === item.source)
      const name = this.#sourceNames.get(item.source)
      return source === undefined || name === undefined
        ? undefined
        : { name, title: source.name, source, made: this.#made.get(item.source) }
    }
    if ('scene' in item) {
      const name = this.#sceneNames.get(item.scene)
      const title = this.#collection.scenes.find(({ id }) => id === item.scene)?.name ?? item.scene
      return name === undefined ? undefined : { name, title, made: wholeScene }
    }
    const title = item.name ?? 'Group'
    const name = this.#free(title)
    const { alignment, bounds } = item
    const moved = alignment.x !== 'left' || alignment.y !== 'top' || bounds !== null ? ', as large as the canvas: place it again' : ''
    const here = `${where}, group "${title}"`
    this.report.add(here, `is a scene of its own${moved}: programs create no groups in OBS`)
    const place = { scale: this.#place.scale, x: 0, y: 0 }
    this.#groups.push({ name, items: item.group.flatMap((each) => this.#item(each, place, here)), filters: [] })
    return { name, title, made: wholeScene }
  }

  /** An input like that of the item, as transparent as the item is: in OBS that is a matter of the input. */
  #fadedOf(
    item: Item,
    { name, source, made }: { readonly name: string; readonly source?: Source; readonly made: MadeInput | undefined },
    note: (reason: string) => void,
  ): string {
    const input = this.#inputs.find((each) => each.name === name)
    if (source === undefined || made?.cheap !== true || input === undefined) {
      note(`is opaque: OBS has no opacity of items. Add a Color Correction filter with ${Math.round(item.opacity * 100)} % to its source`)
      return name
    }
    const percent = Math.round(item.opacity * 100)
    const key = `${source.id} ${percent}`
    const known = this.#faded.get(key)
    if (known !== undefined) return known
    const faded = this.#free(`${source.name} (${percent} %)`)
    this.#faded.set(key, faded)
    const isColor = input.kind.startsWith('color_source')
    const color = input.settings.color
    this.#inputs.push({
      ...input,
      name: faded,
      ...(isColor && typeof color === 'number'
        ? { settings: { ...input.settings, color: withAlpha(color, item.opacity) } }
        : {
            filters: [...input.filters, { name: 'Opacity', kind: 'color_filter_v2', enabled: true, settings: { opacity: item.opacity } }],
          }),
    })
    return faded
  }
}

const withAlpha = (color: number, opacity: number): number => ((Math.round((color >>> 24) * opacity) << 24) | (color & 0xffffff)) >>> 0

const shows = (item: Item, source: string): boolean =>
  ('source' in item && item.source === source) || ('group' in item && item.group.some((each) => 'source' in each && each.source === source))

/** A name that is not taken: the wish itself, else with a number behind it. */
function freeName(wanted: string, taken: (name: string) => boolean): string {
  for (let number = 1; ; number++) {
    const name = number === 1 ? wanted : `${wanted} ${number}`
    if (!taken(name)) return name
  }
}

function audioOf(audio: NonNullable<Source['audio']>, note: (reason: string) => void): ObsShowAudio {
  const { balance, gainDb } = balanceOfPan(audio.pan)
  if (audio.solo) note('is heard together with others: OBS has no solo')
  return {
    volume: audio.gainDb <= -100 ? 0 : Math.min(maxVolume, Math.round(10 ** ((audio.gainDb - gainDb) / 20) * 1e6) / 1e6),
    muted: audio.muted,
    balance,
    syncOffsetMs: Math.round(audio.syncOffsetMs),
    monitoring: ({ off: 'none', only: 'monitor', also: 'monitor-and-output' } as const)[audio.monitoring],
    tracks: audio.tracks,
  }
}
