import { type Static, Type } from 'typebox'
import { RuleSettingsSchema } from '../../media/automation/rule-schemas.ts'
import {
  type Alignment,
  AlignmentSchema,
  type Bounds,
  BoundsSchema,
  type Crop,
  CropSchema,
  type Pair,
  PairSchema,
} from './schemas/geometry.ts'
import { type ItemTransition, ItemTransitionSchema } from './schemas/item-transition.ts'
import { SourceAudioSchema, TrackSchema, trackCount } from './schemas/mixer-schemas.ts'
import { OutputSchema } from './schemas/output-schemas.ts'

/**
 * A collection is what a show is made of: canvases, scenes, sources, transitions and outputs. It is one JSON document
 * (`formatName`, `formatVersion`), never changed in place: every edit makes a new one that shares what did not change.
 */
export const formatName = 'ami-streams/collection'
export const formatVersion = 1

/**
 * Ids are given by the maker of an entity, and kept for ever: unique in the collection among entities of its sort (scenes, items of all
 * scenes, ...).
 */
export const IdSchema = Type.String({ pattern: '^[A-Za-z0-9_-]{1,64}$' })
export const NameSchema = Type.String({ minLength: 1, maxLength: 120 })

/** Settings of a kind: checked against the kind's own schema. */
export const SettingsSchema = Type.Record(Type.String({ maxLength: 64 }), Type.Unknown())

export const blendModes = [
  'normal',
  'add',
  'subtract',
  'screen',
  'multiply',
  'overlay',
  'lighten',
  'darken',
  'difference',
  'color-dodge',
  'color-burn',
  'hard-light',
  'soft-light',
] as const

export const FilterSchema = Type.Object(
  {
    id: IdSchema,
    name: NameSchema,
    kind: Type.String({ maxLength: 40, description: 'one of the kinds that `GET /studio/filter-kinds` lists' }),
    enabled: Type.Boolean(),
    settings: SettingsSchema,
  },
  { additionalProperties: false },
)

export const SourceSchema = Type.Object(
  {
    id: IdSchema,
    name: NameSchema,
    kind: Type.String({ maxLength: 40, description: 'one of the kinds that `GET /studio/source-kinds` lists' }),
    settings: SettingsSchema,
    /** Applied in this order to the video, wherever the source is shown. */
    filters: Type.Array(FilterSchema, { maxItems: 32 }),
    /** How its audio is mixed; absent for sources without audio. */
    audio: Type.Optional(SourceAudioSchema),
  },
  { additionalProperties: false },
)

const ItemBase = {
  id: IdSchema,
  name: Type.Optional(NameSchema),
  visible: Type.Boolean(),
  /** Editors do not move it; programs may. */
  locked: Type.Boolean(),
  /** Position of the item's `alignment` point, canvas pixels (of the group for an item inside one). */
  position: PairSchema,
  /** Factors; negative ones mirror. Without effect while `bounds` is set. */
  scale: PairSchema,
  /** Degrees, clockwise, about the alignment point. */
  rotation: Type.Number({ minimum: -36000, maximum: 36000 }),
  alignment: AlignmentSchema,
  crop: CropSchema,
  bounds: Type.Union([BoundsSchema, Type.Null()]),
  blend: Type.Union(blendModes.map((mode) => Type.Literal(mode))),
  opacity: Type.Number({ minimum: 0, maximum: 1 }),
  sampling: Type.Union([Type.Literal('smooth'), Type.Literal('nearest')]),
  light: Type.Optional(
    Type.Union([Type.Literal('video'), Type.Literal('linear')], {
      description:
        'what it is mixed in with what is behind it: values of video (where left out), or the light that they are for, as in OBS Studio',
    }),
  ),
  /** How it comes and goes when it is shown and hidden; at once where left out. */
  showTransition: Type.Optional(ItemTransitionSchema),
  hideTransition: Type.Optional(ItemTransitionSchema),
  link: Type.Optional(
    Type.String({
      pattern: '^[A-Za-z0-9_-]{1,64}$',
      description: 'items of other canvases with the same word move, scale, turn, come and go with it, in proportion to their canvas',
    }),
  ),
}

const exactly = { additionalProperties: false }
const SourceItemSchema = Type.Object({ ...ItemBase, source: IdSchema }, exactly)
const SceneItemSchema = Type.Object({ ...ItemBase, scene: IdSchema }, exactly)

/**
 * Something that is in a scene: a source, another scene, or a group of such. Groups do not nest. The box of a group reaches from its own
 * origin, where places of its items are counted from, to the right and the bottom of what is in it.
 */
export const ItemSchema = Type.Union([
  SourceItemSchema,
  SceneItemSchema,
  Type.Object({ ...ItemBase, group: Type.Array(Type.Union([SourceItemSchema, SceneItemSchema]), { maxItems: 256 }) }, exactly),
])

export const TransitionSchema = Type.Object(
  {
    id: IdSchema,
    name: NameSchema,
    kind: Type.Union(['cut', 'fade', 'slide', 'push', 'wipe', 'stinger', 'move'].map((kind) => Type.Literal(kind))),
    durationMs: Type.Integer({ minimum: 0, maximum: 60_000 }),
    settings: SettingsSchema,
  },
  exactly,
)

export const SceneSchema = Type.Object(
  {
    id: IdSchema,
    name: NameSchema,
    /** The canvas that it is made for. */
    canvas: IdSchema,
    /** Bottom first. */
    items: Type.Array(ItemSchema, { maxItems: 512 }),
    filters: Type.Array(FilterSchema, { maxItems: 32 }),
    /** Transition into this scene, where it differs from the collection's. */
    transition: Type.Optional(IdSchema),
    /** For a scene of another canvas: goes on air there together with this one. */
    follows: Type.Optional(IdSchema),
    color: Type.Optional(Type.String({ pattern: '^#[0-9a-fA-F]{6}$', description: 'of its mark in lists, #rrggbb' })),
    folder: Type.Optional(Type.String({ minLength: 1, maxLength: 60, description: 'name of the folder that lists show it in' })),
  },
  exactly,
)

const GuidesSchema = (of: string) =>
  Type.Array(Type.Number({ minimum: 0, maximum: 7680 }), { maxItems: 64, description: `${of}, pixels of the canvas` })

export const CanvasSchema = Type.Object(
  {
    id: IdSchema,
    name: NameSchema,
    /** Pixels, even. */
    width: Type.Integer({ minimum: 16, maximum: 7680, multipleOf: 2 }),
    height: Type.Integer({ minimum: 16, maximum: 4320, multipleOf: 2 }),
    /** `#rrggbb` behind all items. */
    background: Type.String({ pattern: '^#[0-9a-fA-F]{6}$' }),
    /** Scene that is on air when the studio starts. */
    scene: IdSchema,
    /** Lines that people put over it to align items; nothing of them is in the video. */
    guides: Type.Optional(
      Type.Object({ x: GuidesSchema('vertical lines, from the left'), y: GuidesSchema('horizontal lines, from the top') }, exactly),
    ),
  },
  exactly,
)

/** A window of this machine that runs a macro when it is active. */
export const WindowTriggerSchema = Type.Object(
  {
    of: Type.Union([Type.Literal('any'), Type.Literal('title'), Type.Literal('class'), Type.Literal('other')], {
      description: 'what is looked at; any: title and class; other: the window is meant by no other macro',
    }),
    how: Type.Optional(Type.Union([Type.Literal('contains'), Type.Literal('regex')], { default: 'contains' })),
    text: Type.Optional(Type.String({ maxLength: 200, description: 'whatever its case; a regular expression of JavaScript' })),
    delayMs: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 60_000, default: 500, description: 'for how long the window is active first' }),
    ),
  },
  exactly,
)
export type WindowTrigger = Static<typeof WindowTriggerSchema>

export const MacroSchema = Type.Object(
  {
    id: IdSchema,
    name: NameSchema,
    /** Key chords that the desktop shell and the page tell, e.g. `Ctrl+Shift+1`. */
    hotkeys: Type.Array(Type.String({ maxLength: 60 }), { maxItems: 8 }),
    /** Done one after the other: bodies of `POST /studio/actions`. */
    actions: Type.Array(Type.Record(Type.String(), Type.Unknown()), { maxItems: 64 }),
    /** Done when its keys are released: push-to-talk unmutes by `actions`, and mutes by these. */
    released: Type.Optional(
      Type.Array(Type.Record(Type.String(), Type.Unknown()), { maxItems: 64, description: 'actions for when its keys are released' }),
    ),
    /** The first macro of the show whose window is active is run. */
    window: Type.Optional(WindowTriggerSchema),
    /** When it runs by itself. */
    rule: Type.Optional(RuleSettingsSchema),
  },
  exactly,
)

/** Names of its parts that are lists of entities with ids. */
export const collectionLists = ['canvases', 'scenes', 'sources', 'transitions', 'outputs', 'macros', 'tracks'] as const

export const CollectionSchema = Type.Object(
  {
    format: Type.Literal(formatName),
    version: Type.Literal(formatVersion),
    id: IdSchema,
    name: NameSchema,
    /** Frames per second as a fraction: of the one clock that all canvases share. */
    frameRate: Type.Object(
      { numerator: Type.Integer({ minimum: 1, maximum: 240_000 }), denominator: Type.Integer({ minimum: 1, maximum: 1001 }) },
      exactly,
    ),
    /** The first is the main one. */
    canvases: Type.Array(CanvasSchema, { minItems: 1, maxItems: 8 }),
    scenes: Type.Array(SceneSchema, { minItems: 1, maxItems: 512 }),
    sources: Type.Array(SourceSchema, { maxItems: 1024 }),
    transitions: Type.Array(TransitionSchema, { minItems: 1, maxItems: 64 }),
    /** The transition used where nothing else is said. */
    transition: IdSchema,
    outputs: Type.Array(OutputSchema, { maxItems: 64 }),
    macros: Type.Array(MacroSchema, { maxItems: 256 }),
    /** Of audio, 1 to 6 in order: always all of them. */
    tracks: Type.Array(TrackSchema, { minItems: trackCount, maxItems: trackCount }),
    /** Keys of references that editors wrote, kept by the host: see `authorship`. Never taken from a document that somebody sends. */
    byEditors: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9_ -]*$' })),
    /** Speaker on which audio is monitored: an id of `GET /studio/devices?kind=speaker`; by default the system's. */
    monitorDevice: Type.Optional(Type.String({ minLength: 1, maxLength: 400 })),
  },
  exactly,
)

export type Filter = Static<typeof FilterSchema>
export type Source = Static<typeof SourceSchema>
export type BlendMode = (typeof blendModes)[number]

export interface ItemLayout {
  readonly id: string
  readonly name?: string
  readonly visible: boolean
  readonly locked: boolean
  readonly position: Pair
  readonly scale: Pair
  readonly rotation: number
  readonly alignment: Alignment
  readonly crop: Crop
  readonly bounds: Bounds | null
  readonly blend: BlendMode
  readonly opacity: number
  readonly sampling: 'smooth' | 'nearest'
  readonly light?: 'video' | 'linear'
  readonly showTransition?: ItemTransition
  readonly hideTransition?: ItemTransition
  readonly link?: string
}
export type LeafItem = ItemLayout & ({ readonly source: string } | { readonly scene: string })
export type Item = LeafItem | (ItemLayout & { readonly group: readonly LeafItem[] })

export interface Scene {
  readonly id: string
  readonly name: string
  readonly canvas: string
  readonly items: readonly Item[]
  readonly filters: readonly Filter[]
  readonly transition?: string
  readonly follows?: string
  readonly color?: string
  readonly folder?: string
}
export type TransitionKind = 'cut' | 'fade' | 'slide' | 'push' | 'wipe' | 'stinger' | 'move'
export interface Transition {
  readonly id: string
  readonly name: string
  readonly kind: TransitionKind
  readonly durationMs: number
  readonly settings: Readonly<Record<string, unknown>>
}
export type Canvas = Static<typeof CanvasSchema>
export type Macro = Static<typeof MacroSchema>
export interface Collection extends Omit<Static<typeof CollectionSchema>, 'scenes' | 'transitions'> {
  readonly scenes: Scene[]
  readonly transitions: Transition[]
}
