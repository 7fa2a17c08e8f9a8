import type { AppEvent, EventBus } from '../../platform/events/events.ts'

/** What a level is of: a source of the open show, or an input of OBS. */
export interface LevelOf {
  readonly source?: string
  readonly obs?: string
  readonly input?: string
}

/** A level that came. */
export interface Level {
  /** `source:ID`, or `obs:INSTANCE:INPUT`. */
  readonly key: string
  readonly peakDb: number
}

/** A level is out of date after so long, ms. */
const freshMs = 2000

/** The newest audio levels of the studio and of OBS. They are measured while somebody wants them, and not before. */
export class AudioLevels {
  readonly #events: EventBus
  readonly #leave: () => void
  readonly #nowMs: () => number
  readonly #newest = new Map<string, { readonly peakDb: number; readonly atMs: number }>()
  readonly #listeners = new Set<(level: Level) => void>()
  #unwant: (() => void) | undefined

  constructor(events: EventBus, nowMs: () => number = () => performance.now()) {
    this.#events = events
    this.#nowMs = nowMs
    this.#leave = events.subscribe((event) => this.#take(event))
  }

  /** Which levels somebody needs. */
  want(topics: readonly ('studio.meters' | 'obs.levels')[]): void {
    this.#unwant?.()
    this.#unwant = topics.length === 0 ? undefined : this.#events.want(topics)
    if (topics.length === 0) this.#newest.clear()
  }

  onLevel(listener: (level: Level) => void): void {
    this.#listeners.add(listener)
  }

  /** The peak of the last reading, dBFS; undefined where none has come for two seconds. */
  peakOf(of: LevelOf): number | undefined {
    const wanted = [...this.#newest].find(([key, { atMs }]) => isLevelOf(key, of) && this.#nowMs() - atMs < freshMs)
    return wanted?.[1].peakDb
  }

  stop(): void {
    this.#leave()
    this.#unwant?.()
    this.#unwant = undefined
  }

  #take({ topic, data }: AppEvent): void {
    if (this.#unwant === undefined) return
    if (topic === 'studio.meters') {
      for (const { of, peakDb } of (data as { readonly meters: readonly { readonly of: string; readonly peakDb: readonly number[] }[] })
        .meters) {
        if (of.startsWith('source:')) this.#note(of, Math.max(...peakDb))
      }
    } else if (topic === 'obs.levels') {
      const { obs, inputs } = data as {
        readonly obs: string
        readonly inputs: readonly { readonly name: string; readonly channels: readonly (readonly number[])[] }[]
      }
      for (const { name, channels } of inputs) this.#note(`obs:${obs}:${name}`, Math.max(-100, ...channels.map(([, peak = -100]) => peak)))
    }
  }

  #note(key: string, peakDb: number): void {
    if (this.#newest.size > 4096) this.#newest.clear()
    this.#newest.set(key, { peakDb, atMs: this.#nowMs() })
    for (const listener of this.#listeners) listener({ key, peakDb })
  }
}

/** True where a level is that of what is meant; without an instance any OBS with an input of that name. */
export function isLevelOf(key: string, { source, obs, input }: LevelOf): boolean {
  if (source !== undefined) return key === `source:${source}`
  if (input === undefined) return false
  if (obs !== undefined) return key === `obs:${obs}:${input}`
  const [part, , ...name] = key.split(':')
  return part === 'obs' && name.join(':') === input
}
