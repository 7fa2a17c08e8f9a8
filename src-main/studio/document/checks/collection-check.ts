import { type TSchema, Type } from 'typebox'
import { Compile, type Validator } from 'typebox/compile'
import Value from 'typebox/value'
import { AppError } from '../../../platform/errors.ts'
import { type Fault, schemaFaults, within } from '../../../platform/routes/schema-faults.ts'
import {
  CanvasSchema,
  type Collection,
  CollectionSchema,
  collectionLists,
  type Filter,
  type Macro,
  MacroSchema,
  type Scene,
  SceneSchema,
  type Source,
  SourceSchema,
  type Transition,
  TransitionSchema,
} from '../collection.ts'
import type { CollectionKinds, KindFamily, KindOfSettings } from '../collection-kinds.ts'
import { type AudioFilter, type Track, TrackSchema } from '../schemas/mixer-schemas.ts'
import type { Output } from '../schemas/output-schemas.ts'
import { OutputSchema } from '../schemas/output-schemas.ts'
import { referenceFaults } from './collection-references.ts'

/** Max faults reported at once. */
const maxFaults = 20

/** A schema without what its lists hold: that is checked one by one, and only where it is new. */
const shellOf = (schema: TSchema & { properties: Record<string, TSchema> }, ...lists: readonly string[]): TSchema =>
  Type.Object(
    Object.fromEntries(
      Object.entries(schema.properties).map(([name, inner]) => {
        if (!lists.includes(name)) return [name, inner]
        const { maxItems, minItems = 0 } = inner as { maxItems: number; minItems?: number }
        return [name, Type.Array(Type.Unknown(), { minItems, maxItems })]
      }),
    ),
    { additionalProperties: false },
  )

interface Sort {
  readonly schema: TSchema
  compiled: Validator | undefined
}
const sort = (schema: TSchema): Sort => ({ schema, compiled: undefined })

const sorts = {
  collection: sort(shellOf(CollectionSchema, ...collectionLists)),
  canvas: sort(CanvasSchema),
  scene: sort(SceneSchema),
  source: sort(SourceSchema),
  transition: sort(TransitionSchema),
  output: sort(OutputSchema),
  macro: sort(MacroSchema),
  track: sort(TrackSchema),
}

/** Checks documents whole. Parts that were found good are known again by identity, so that an edit costs what it changed. */
export interface CollectionCheck {
  /** Everything that is wrong, at most 20 faults. Empty where the document is a collection. */
  faults(document: unknown): readonly Fault[]
  /** The document as a collection. Throws `studio.collection_invalid`, which names the places. */
  check(document: unknown): Collection
}

export interface CheckDependencies {
  readonly kinds: CollectionKinds
  /** What is wrong with an action of a macro. */
  readonly actionFaults: (action: unknown, place: string) => readonly Fault[]
}

export function createCollectionCheck({ kinds, actionFaults }: CheckDependencies): CollectionCheck {
  const good = new WeakSet<object>()

  const faults = (document: unknown): readonly Fault[] => {
    const found: Fault[] = []
    let shaped = true
    const add = (more: readonly Fault[]): void => {
      for (const fault of more) if (found.length < maxFaults) found.push(fault)
    }
    const shape = (of: Sort, value: unknown, place: string): boolean => {
      of.compiled ??= Compile(of.schema)
      if (of.compiled.Check(value)) return true
      add(schemaFaults(of.schema, value, place, maxFaults - found.length))
      shaped = false
      return false
    }
    const settings = (kind: KindOfSettings | undefined, what: KindFamily, name: string, given: unknown, place: string): void => {
      if (kind === undefined)
        add([
          { place: within(place, 'kind'), problem: `there is no kind of ${what} "${name}" (there are ${kinds.names(what).join(', ')})` },
        ])
      else add(settingsFaults(kind.settings, given, within(place, 'settings')))
    }
    const filters = (
      list: readonly (Filter | AudioFilter)[],
      find: (kind: string) => KindOfSettings | undefined,
      what: KindFamily,
      place: string,
    ) => {
      for (const [index, filter] of list.entries()) settings(find(filter.kind), what, filter.kind, filter.settings, within(place, index))
    }
    /** Checks the parts of a list, and remembers those that are good. */
    const parts = <T extends object>(list: readonly unknown[], of: Sort, name: string, more: (part: T, place: string) => void): void => {
      for (const [index, part] of list.entries()) {
        if (found.length >= maxFaults) return
        if (typeof part === 'object' && part !== null && good.has(part)) continue
        const before = found.length
        const place = within(name, index)
        if (shape(of, part, place)) more(part as T, place)
        if (found.length === before) good.add(part as object)
      }
    }

    if (!shape(sorts.collection, document, '')) {
      // Where the lists are there, more is known at once.
      if (!hasLists(document)) return found
    }
    const collection = document as Collection
    parts(collection.canvases, sorts.canvas, 'canvases', () => undefined)
    parts<Scene>(collection.scenes, sorts.scene, 'scenes', (scene, place) =>
      filters(scene.filters, kinds.filter, 'filter', within(place, 'filters')),
    )
    parts<Source>(collection.sources, sorts.source, 'sources', (source, place) => {
      settings(kinds.source(source.kind), 'source', source.kind, source.settings, place)
      filters(source.filters, kinds.filter, 'filter', within(place, 'filters'))
      filters(source.audio?.filters ?? [], kinds.audioFilter, 'audio filter', within(within(place, 'audio'), 'filters'))
    })
    parts<Transition>(collection.transitions, sorts.transition, 'transitions', (transition, place) =>
      settings(kinds.transition(transition.kind), 'transition', transition.kind, transition.settings, place),
    )
    parts<Output>(collection.outputs, sorts.output, 'outputs', (output, place) =>
      settings(kinds.output(String(output.kind)), 'output', String(output.kind), output.settings, place),
    )
    parts<Macro>(collection.macros, sorts.macro, 'macros', (macro, place) => {
      for (const [index, action] of macro.actions.entries()) add(actionFaults(action, within(within(place, 'actions'), index)))
      for (const [index, action] of (macro.released ?? []).entries()) add(actionFaults(action, within(within(place, 'released'), index)))
    })
    parts<Track>(collection.tracks, sorts.track, 'tracks', (track, place) =>
      filters(track.filters, kinds.audioFilter, 'audio filter', within(place, 'filters')),
    )
    if (shaped) add(referenceFaults(collection))
    return found
  }

  return {
    faults,
    check(document) {
      const found = faults(document)
      if (found.length === 0) return document as Collection
      throw invalidCollection(found)
    },
  }
}

/** The rejection of a document, with every fault in its details and in its message. */
export function invalidCollection(faults: readonly Fault[], file?: string): AppError {
  const lines = faults.map(({ place, problem }) => `${place === '' ? 'the document' : place}: ${problem}`)
  const where = file === undefined ? '' : `${file}: `
  return new AppError('studio.collection_invalid', where + lines.join('; '), {
    details: { faults, ...(file === undefined ? {} : { file }) },
  })
}

/** What is wrong with the settings of a kind; what is left out has its default. */
export function settingsFaults(schema: TSchema, given: unknown, place: string): readonly Fault[] {
  return schemaFaults(schema, Value.Default(schema, Value.Clone(given)), place)
}

function hasLists(document: unknown): document is Collection {
  return (
    typeof document === 'object' &&
    document !== null &&
    collectionLists.every((name) => Array.isArray((document as Record<string, unknown>)[name]))
  )
}
