import { mkdir, readFile } from 'node:fs/promises'
import { arch, cpus, platform } from 'node:os'
import { join } from 'node:path'
import type { Logger } from '../../platform/logger.ts'
import { replaceFile } from '../../platform/storage/replace-file.ts'
import { superviseWorker } from '../../platform/workers/supervise-worker.ts'
import { workerFile } from '../../platform/workers/worker-file.ts'
import type { EncoderInfo } from './encoder-info.ts'
import { type KnownEncoder, knownEncoders } from './known-encoders.ts'

export interface ToSurvey {
  readonly encoder: KnownEncoder
}

export interface FromSurvey {
  readonly name: string
  /** Times real time; null where it cannot be used. */
  readonly speed: number | null
  readonly reason: string | null
}

export interface EncoderSurveyDependencies {
  /** Folder in which the result is kept. */
  readonly dataDir: string
  readonly log: Logger
  /** File of the worker process; found beside this module when left out. */
  readonly workerEntry?: string | URL
}

/** Longest time for one encoder, ms. */
const patienceMs = 30_000
/** Grows when what is measured, or how, changes. */
const version = 1

/** What the result is valid for: another CPU or media engine is measured again. */
function dependsOn(): string {
  const processors = cpus()
  let engine = 'none'
  try {
    engine = import.meta.resolve('node-av/package.json')
  } catch {
    // Without the engine nothing is found; once it is there, its path differs.
  }
  return [version, platform(), arch(), processors.length, processors[0]?.model ?? '', engine].join(' | ')
}

type Ask = (encoder: KnownEncoder, answer: (result: FromSurvey | undefined) => void) => void

/** Finds out once which encoders this machine has and how fast they are. */
export class EncoderSurvey {
  readonly #dependencies: EncoderSurveyDependencies
  readonly #file: string
  #found: readonly EncoderInfo[] = []
  #measuring: Promise<readonly EncoderInfo[]> | undefined
  #stop: (() => Promise<void>) | undefined
  #listeners: (() => void)[] = []

  private constructor(dependencies: EncoderSurveyDependencies) {
    this.#dependencies = dependencies
    this.#file = join(dependencies.dataDir, 'encoders.json')
  }

  /** Reads what was measured before. */
  static async open(dependencies: EncoderSurveyDependencies): Promise<EncoderSurvey> {
    const survey = new EncoderSurvey(dependencies)
    try {
      const kept = JSON.parse(await readFile(survey.#file, 'utf8')) as { dependsOn: string; encoders: EncoderInfo[] }
      if (kept.dependsOn === dependsOn() && Array.isArray(kept.encoders)) survey.#found = kept.encoders
    } catch {
      // Not measured yet, or not readable: measured when it is needed.
    }
    return survey
  }

  /** What is known; empty until something was measured. */
  get found(): readonly EncoderInfo[] {
    return this.#found
  }

  onMeasured(listener: () => void): void {
    this.#listeners = [...this.#listeners, listener]
  }

  /** Measures where that was not done yet. Never rejects: what cannot be used says why. */
  measure(): Promise<readonly EncoderInfo[]> {
    return this.#found.length > 0 ? Promise.resolve(this.#found) : this.measureAgain()
  }

  /** Measures again; the old result is valid until that is done. A measurement that runs is not started twice. */
  measureAgain(): Promise<readonly EncoderInfo[]> {
    this.#measuring ??= this.#run().finally(() => {
      this.#measuring = undefined
    })
    return this.#measuring
  }

  async stop(): Promise<void> {
    await this.#stop?.()
  }

  async #run(): Promise<readonly EncoderInfo[]> {
    const results: EncoderInfo[] = []
    let stopped = false
    for (const encoder of knownEncoders) {
      const { name, codec, kind, systems } = encoder
      if (systems && !systems.includes(platform())) {
        results.push({ name, codec, kind, found: false, reason: `${kind} does not exist on this system`, speed: null })
        continue
      }
      const answer = await this.#try(encoder)
      if (answer === undefined) {
        stopped = true
        break
      }
      results.push({ name, codec, kind, found: answer.speed !== null, reason: answer.reason, speed: answer.speed })
    }
    await this.#end()
    if (stopped) return results
    this.#found = results
    this.#dependencies.log.info(
      { encoders: results.filter((each) => each.found).map(({ name, speed }) => `${name} ${speed}x`) },
      'encoders measured',
    )
    await this.#keep()
    for (const listener of this.#listeners) listener()
    return results
  }

  #ask: Ask | undefined

  #try(encoder: KnownEncoder): Promise<FromSurvey | undefined> {
    this.#ask ??= this.#open()
    const ask = this.#ask
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        void this.#end().then(() => resolve({ name: encoder.name, speed: null, reason: 'it did not answer' }))
      }, patienceMs)
      ask(encoder, (result) => {
        clearTimeout(timer)
        resolve(result)
      })
    })
  }

  /** One process tries one encoder after the other; one that takes it down gets a new process for the next. */
  #open(): Ask {
    let ready = false
    let ended = false
    let open: { encoder: KnownEncoder; answer: (result: FromSurvey | undefined) => void } | undefined
    const worker = superviseWorker<FromSurvey, ToSurvey>({
      entry: this.#dependencies.workerEntry ?? workerFile('encoder-survey'),
      // SVT-AV1 greets everybody on standard error unless set to report errors alone.
      env: { SVT_LOG: '1' },
      log: this.#dependencies.log,
      silenceMs: patienceMs,
      onReady: () => {
        ready = true
        if (open) worker.send({ encoder: open.encoder })
      },
      onMessage: (result) => {
        const asked = open
        open = undefined
        asked?.answer(result)
      },
      onExit: ({ code, signal }) => {
        ready = false
        this.#ask = undefined
        const asked = open
        open = undefined
        asked?.answer(
          ended ? undefined : { name: asked.encoder.name, speed: null, reason: `its driver ended the process (${signal ?? code})` },
        )
      },
    })
    this.#stop = async () => {
      ended = true
      await worker.stop(300)
    }
    return (encoder, answer) => {
      open = { encoder, answer }
      if (ready) worker.send({ encoder })
    }
  }

  async #end(): Promise<void> {
    const stop = this.#stop
    this.#stop = undefined
    this.#ask = undefined
    await stop?.()
  }

  async #keep(): Promise<void> {
    try {
      await mkdir(this.#dependencies.dataDir, { recursive: true })
      replaceFile(this.#file, JSON.stringify({ dependsOn: dependsOn(), encoders: this.#found }, null, 2))
    } catch (error) {
      this.#dependencies.log.warn({ err: error }, 'what was measured of the encoders could not be kept')
    }
  }
}
