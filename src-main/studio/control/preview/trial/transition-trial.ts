import { randomUUID } from 'node:crypto'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { AppError } from '../../../../platform/errors.ts'
import { repeat } from '../../../../platform/timing/repeat.ts'
import { Turns } from '../../../../platform/timing/turns.ts'
import type { Collection } from '../../../document/collection.ts'
import type { StudioEngine } from '../../engine/studio-engine.ts'
import { untilSettled } from '../spare/until-settled.ts'
import { stillKey, stillsFor, type TrialWish, trialCanvas, trialDocument, trialScenes } from './trial-document.ts'

type Engine = Pick<StudioEngine, 'setCollection' | 'reports' | 'onEvent' | 'switchTo' | 'screenshot' | 'stop'>

export interface TransitionTrialOptions {
  /** An engine of its own: what is on air is not touched. */
  readonly engine: Engine
  /** Images of the running show. Throws `studio.not_running`, `studio.not_found`. */
  readonly still: StudioEngine['screenshot']
  /** The open show. Throws `studio.no_collection`. */
  readonly show: () => Collection
  /** How many pages look now. */
  readonly viewers: () => number
  /** A trial at which nobody looks ends after so long, ms. */
  readonly unseenMs?: number
  /** For how long the first scene is seen before the transition starts, ms. */
  readonly leadMs?: number
}

export interface Trial {
  readonly trial: string
  readonly canvas: string
  readonly width: number
  readonly height: number
}

export interface TrialRun {
  /** How long it took, as far as it is known, ms. */
  readonly tookMs: number
}

interface Running {
  readonly id: string
  document: Collection
  seenAtMs: number
  usedAtMs: number
  /** It is being prepared or played. */
  busy: boolean
}

const usualUnseenMs = 10_000
/** Longest that a trial stays after it was last started, even while somebody looks, ms. */
const maxMs = 5 * 60_000
/** Starts and runs that wait for the one that is being done: a page waits for the answer to each. */
const maxWaiting = 8
const usualLeadMs = 600
/** What a transition may take beyond its own longest duration, ms. */
const patienceMs = 75_000

/**
 * A transition tried beside the show: one trial on the host at a time, in a process of its own, over images of the scenes as they look
 * now. It ends when it is closed, when nobody looks at it, and in any case after five minutes.
 */
export class TransitionTrial {
  readonly #options: TransitionTrialOptions
  #running: Running | undefined
  #numbers = 0
  /** Number of the stills that the running trial shows. */
  #shownStills = 0
  #folder: string | undefined
  #timer: NodeJS.Timeout | undefined
  /** The process of the trial before is ending. */
  #ending: Promise<void> = Promise.resolve()
  /** Starting and running come one after the other. */
  readonly #turns = new Turns(maxWaiting, 'trials of transitions', 'studio.busy')
  #stopped = false

  constructor(options: TransitionTrialOptions) {
    this.#options = options
  }

  /** What the feed shows: undefined while nothing is tried. */
  get document(): Collection | undefined {
    return this.#running?.document
  }

  /**
   * Prepares a trial: resolves when its scenes and the transition's source are there. With the id of the trial that runs it becomes that
   * of another transition. Throws `studio.busy` while somebody else tries one, `studio.not_found`, `studio.not_running`.
   */
  start(wish: TrialWish, trial?: string): Promise<Trial> {
    const taken = (): boolean => this.#running !== undefined && this.#running.id !== trial
    const busy = () => new AppError('studio.busy', 'Another page tries a transition: one at a time is possible')
    if (taken()) return Promise.reject(busy())
    return this.#next(async () => {
      await this.#ending
      if (taken()) throw busy()
      const { engine, show } = this.#options
      const collection = show()
      const document = trialDocument(collection, wish, await this.#stills(collection, wish), String(this.#numbers))
      const now = performance.now()
      const running = this.#running ?? { id: randomUUID(), document, seenAtMs: now, usedAtMs: now, busy: true }
      this.#running = Object.assign(running, { document, busy: true })
      this.#shownStills = this.#numbers
      this.#timer ??= repeat(1000, () => this.#look())
      try {
        engine.setCollection(document)
        await untilSettled(engine, document)
        this.#of(running.id)
      } finally {
        use(running)
      }
      const [canvas] = document.canvases
      return { trial: running.id, canvas: trialCanvas, width: canvas?.width ?? 0, height: canvas?.height ?? 0 }
    })
  }

  /** Plays the transition, from the first scene; resolves when it has ended. Throws `studio.not_found`. */
  run(trial: string): Promise<TrialRun> {
    this.#of(trial)
    return this.#next(async () => {
      const { engine } = this.#options
      const running = this.#of(trial)
      running.busy = true
      const [transition] = running.document.transitions
      const cut = transition?.kind === 'cut' || (transition?.durationMs === 0 && transition.kind !== 'stinger')
      let ended: ReturnType<typeof untilEnded> | undefined
      try {
        await engine.switchTo([{ canvas: trialCanvas, scene: trialScenes.from, transition: undefined }])
        await delay(this.#options.leadMs ?? usualLeadMs)
        this.#of(trial)
        const startedMs = performance.now()
        if (!cut) ended = untilEnded(engine)
        await engine.switchTo([{ canvas: trialCanvas, scene: trialScenes.to, transition: cut ? undefined : transition }])
        await ended?.done
        return { tookMs: Math.round(performance.now() - startedMs) }
      } finally {
        ended?.leave()
        use(running)
      }
    })
  }

  /** An image of it as it is now, for browsers that cannot play the feed. Throws `studio.not_found`. */
  image(trial: string, options: { readonly type: 'png' | 'jpeg'; readonly width: number }): Promise<Uint8Array> {
    this.#of(trial).seenAtMs = performance.now()
    return this.#options.engine.screenshot({ program: trialCanvas }, options)
  }

  /** Ends a trial; one that is over already is no mistake. */
  async end(trial: string): Promise<void> {
    if (this.#running?.id === trial) await this.#end()
  }

  async stop(): Promise<void> {
    this.#stopped = true
    await this.#end()
    await this.#turns.behind(async () => undefined)
  }

  /** Throws `studio.not_found`. */
  #of(trial: string): Running {
    if (this.#running?.id !== trial) throw new AppError('studio.not_found', 'This trial has ended: start another one')
    return this.#running
  }

  #look(): Promise<void> | undefined {
    const running = this.#running
    if (running === undefined || running.busy) return undefined
    const now = performance.now()
    if (this.#options.viewers() > 0) running.seenAtMs = now
    return now - running.seenAtMs > (this.#options.unseenMs ?? usualUnseenMs) || now - running.usedAtMs > maxMs ? this.#end() : undefined
  }

  #end(): Promise<void> {
    clearInterval(this.#timer)
    this.#timer = undefined
    this.#running = undefined
    const folder = this.#folder
    this.#folder = undefined
    this.#ending = this.#ending.then(async () => {
      // What is being done with it ends with its process.
      await this.#options.engine.stop()
      if (folder !== undefined) await rm(folder, { recursive: true, force: true })
    })
    return this.#ending
  }

  async #stills(collection: Collection, wish: TrialWish): Promise<ReadonlyMap<string, string>> {
    const wanted = stillsFor(collection, wish)
    this.#folder ??= await mkdtemp(join(tmpdir(), 'ami-trial-'))
    // Those of the trial that is shown are still read; a page that starts one after the other fills no disk.
    for (const name of await readdir(this.#folder)) {
      if (!name.startsWith(`${this.#shownStills}-`)) await rm(join(this.#folder, name), { force: true })
    }
    const number = ++this.#numbers
    const stills = new Map<string, string>()
    for (const [index, of] of wanted.entries()) {
      const path = join(this.#folder, `${number}-${index}.png`)
      try {
        await writeFile(path, await this.#options.still(of, { type: 'png' }))
        stills.set(stillKey(of), path)
      } catch (error) {
        // A source that has no image now is seen as nothing, as it would be on air.
        if (!(error instanceof AppError) || error.code !== 'studio.not_found') throw error
      }
    }
    return stills
  }

  #next<T>(work: () => Promise<T>): Promise<T> {
    return this.#turns.next(() => {
      if (this.#stopped) throw new AppError('studio.not_running', 'The host is stopping')
      return work()
    })
  }
}

/** It was used now. */
function use(running: Running): void {
  running.busy = false
  running.seenAtMs = performance.now()
  running.usedAtMs = running.seenAtMs
}

/** Resolves when a transition has ended, or the engine with it; `leave` stops listening. */
function untilEnded(engine: Engine): { readonly done: Promise<void>; leave(): void } {
  const ended = Promise.withResolvers<void>()
  const timer = setTimeout(ended.resolve, patienceMs)
  const stop = engine.onEvent((event) => {
    if (event.kind === 'transition-ended' || (event.kind === 'state' && event.state !== 'running')) ended.resolve()
  })
  return {
    done: ended.promise,
    leave() {
      clearTimeout(timer)
      stop()
    },
  }
}
