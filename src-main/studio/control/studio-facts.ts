import { dirname } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { EncodingFacts, OutputFacts, SourceFacts, StudioFacts } from '../../media/part-facts.ts'
import type { Collection, Item, Source } from '../document/collection.ts'
import type { Output } from '../document/schemas/output-schemas.ts'
import type { StudioEngine } from './engine/studio-engine.ts'
import type { StudioOutputs } from './outputs/studio-outputs.ts'

export interface StudioFactsDependencies {
  readonly engine: StudioEngine
  readonly outputs: Pick<StudioOutputs, 'list'>
  /** The open collection, if there is one. */
  readonly collection: () => Collection | undefined
  /** Scenes that are on air. */
  readonly onAir: () => readonly string[]
}

/** A fader below this is closed, dB. */
const closedDb = -60
/** Outputs that send to another server. */
const sendingKinds: readonly string[] = ['rtmp', 'srt', 'whip']

/** What the studio reports of itself: its figures, and for each source and output how it is. Keeps the levels between two readings. */
export class StudioFactsReader {
  readonly #dependencies: StudioFactsDependencies
  readonly #peaks = new Map<string, number>()
  readonly #drift = new Map<string, { readonly ppm: number; readonly missing: number }>()
  readonly #leave: () => void

  constructor(dependencies: StudioFactsDependencies) {
    this.#dependencies = dependencies
    this.#leave = dependencies.engine.onEvent((event) => {
      if (event.kind === 'levels') {
        for (const { of, peakDb } of event.levels) this.#peaks.set(of, Math.max(peakDb, this.#peaks.get(of) ?? peakDb))
      } else if (event.kind === 'drift') {
        this.#drift.clear()
        for (const { source, ppm, missing } of event.drift) this.#drift.set(source, { ppm, missing })
      } else if (event.kind === 'state' && event.state !== 'running') {
        this.#peaks.clear()
        this.#drift.clear()
      }
    })
  }

  /** Levels are those since the call before. */
  read(): StudioFacts {
    const { engine } = this.#dependencies
    const collection = this.#dependencies.collection()
    const { state, framesPerSecond, dropped, late, renderMs } = engine.statistics()
    const { numerator, denominator } = collection?.frameRate ?? { numerator: 30, denominator: 1 }
    const tracks = [...this.#peaks].flatMap(([of, peakDb]) =>
      of.startsWith('track:') ? [{ track: Number(of.slice('track:'.length)), peakDb }] : [],
    )
    const facts: StudioFacts = {
      state,
      frameRate: numerator / denominator,
      framesPerSecond,
      dropped,
      late,
      renderMs,
      tracks,
      encodings: collection === undefined ? [] : this.#encodings(collection),
      sources: collection === undefined ? [] : this.#sources(collection),
      outputs: collection === undefined ? [] : this.#outputs(collection),
    }
    this.#peaks.clear()
    return facts
  }

  stop(): void {
    this.#leave()
  }

  #encodings(collection: Collection): EncodingFacts[] {
    const { engine } = this.#dependencies
    const taken = new Map(engine.videoEncodings().map((each) => [each.id, each]))
    return engine.statistics().encodings.flatMap((each): EncodingFacts[] => {
      const of = taken.get(each.id)
      if (of === undefined) return []
      const { canvas, owner, encoding } = of.request
      const outputs = collection.outputs.filter(
        (output) => output.id === owner || (owner === undefined && output.canvas === canvas && isDeepStrictEqual(output.video, encoding)),
      )
      const { id, encoder, width, height, frames, skipped, lagMs, bitrateKbps } = each
      const ids = outputs.map((output) => output.id)
      return [{ id, encoder, preset: of.preset, width, height, frames, skipped, lagMs, bitrateKbps, outputs: ids }]
    })
  }

  #sources(collection: Collection): SourceFacts[] {
    const reports = this.#dependencies.engine.reports()
    const shown = sourcesIn(collection, this.#dependencies.onAir())
    const anySolo = collection.sources.some(({ audio }) => audio?.solo === true)
    return collection.sources.map((source) => {
      const report = reports.get(source.id)
      const drift = this.#drift.get(source.id)
      const audible = isAudible(source, shown.has(source.id), anySolo)
      return {
        id: source.id,
        name: source.name,
        kind: source.kind,
        state: report?.state,
        problem: report?.problem,
        onAir: shown.has(source.id) || audible,
        audible,
        peakDb: this.#peaks.get(`source:${source.id}`),
        gainDb: source.audio?.gainDb ?? 0,
        driftPpm: drift?.ppm,
        missingFrames: drift?.missing ?? 0,
      }
    })
  }

  #outputs(collection: Collection): OutputFacts[] {
    const settings = new Map<string, Output>(collection.outputs.map((each) => [each.id, each]))
    return this.#dependencies.outputs.list().map(({ id, name, kind, state, error, statistics }) => {
      const number = (field: string): number => (typeof statistics[field] === 'number' ? statistics[field] : 0)
      const { file, targetKbps } = statistics
      return {
        id,
        name,
        kind,
        state,
        error: error?.code,
        videoKbps: settings.get(id)?.video?.bitrateKbps ?? null,
        targetKbps: typeof targetKbps === 'number' ? targetKbps : null,
        bitrateKbps: number('bitrateKbps'),
        queuedMs: sendingKinds.includes(kind) && state === 'live' ? number('queuedMs') : null,
        droppedFrames: number('droppedFrames'),
        reconnects: number('reconnects'),
        folder: typeof file === 'string' ? dirname(file) : null,
      }
    })
  }
}

function isAudible(source: Source, shown: boolean, anySolo: boolean): boolean {
  const { audio } = source
  if (audio === undefined) return false
  return (
    !audio.muted &&
    audio.gainDb > closedDb &&
    audio.tracks.length > 0 &&
    audio.monitoring !== 'only' &&
    (audio.solo || !anySolo) &&
    (shown || !audio.followsVideo)
  )
}

/** Sources that these scenes show, those of scenes inside them included. */
function sourcesIn(collection: Collection, scenes: readonly string[]): ReadonlySet<string> {
  const found = new Set<string>()
  const seen = new Set<string>()
  const look = (items: readonly Item[]): void => {
    for (const item of items) {
      if (!item.visible) continue
      if ('group' in item) look(item.group)
      else if ('source' in item) found.add(item.source)
      else visit(item.scene)
    }
  }
  const visit = (id: string): void => {
    const scene = collection.scenes.find((each) => each.id === id)
    if (scene === undefined || seen.has(id)) return
    seen.add(id)
    look(scene.items)
  }
  for (const id of scenes) visit(id)
  return found
}
