import type { EventBus } from '../../../platform/events/events.ts'
import type { Logger } from '../../../platform/logger.ts'
import { repeat } from '../../../platform/timing/repeat.ts'
import { listOf, numberOf, textOf } from '../../connection/said.ts'
import type { ObsLevels } from '../../schemas/mirror.ts'
import type { InstanceBook } from '../instance-book.ts'
import type { ObsSession } from '../obs-session.ts'
import type { StatusReader } from './status-reader.ts'

export interface SamplesDependencies {
  readonly book: InstanceBook
  readonly reader: StatusReader
  readonly events: EventBus
  readonly log: Logger
}

const everyMs = 2000

/** Figures of which OBS sends no events: of streams while they run, of the program and audio while somebody looks. */
export class Samples {
  readonly #dependencies: SamplesDependencies
  readonly #stops: (() => void)[] = []
  /** Instances whose last sample has not come yet: one that hangs is not asked again. */
  readonly #asked = new Set<string>()
  /** Instances that streamed when they were last looked at. */
  readonly #streaming = new Set<string>()
  #statistics: NodeJS.Timeout | undefined

  constructor(dependencies: SamplesDependencies) {
    this.#dependencies = dependencies
  }

  start(): void {
    const { book, reader, events } = this.#dependencies
    const statistics = events.offerSamples('obs.statistics', (wanted) => {
      clearInterval(this.#statistics)
      this.#statistics = wanted
        ? repeat(everyMs, () => this.#each('statistics', async (session) => statistics.publish(await reader.statistics(session))))
        : undefined
    })
    const levels = events.offerSamples('obs.levels', (wanted) => book.wantLevels('samples', wanted ? 'all' : new Set()))
    const leave = book.onEvent(({ id }, event, data) => {
      if (event === 'InputVolumeMeters') levels.publish(readLevels(id, data))
    })
    const streams = repeat(everyMs, () => this.#streams())
    this.#stops.push(
      leave,
      () => statistics.stop(),
      () => levels.stop(),
      () => clearInterval(streams),
      () => clearInterval(this.#statistics),
    )
  }

  stop(): void {
    for (const stop of this.#stops.splice(0)) stop()
  }

  /** Asks those that stream, and once more those that have stopped. */
  #streams(): void {
    const { book, reader, events } = this.#dependencies
    const sessions = book.sessions()
    for (const id of this.#streaming) {
      if (sessions.some((session) => session.id === id)) continue
      this.#streaming.delete(id)
      reader.forget(id)
    }
    this.#each('stream', async (session) => {
      const streams = session.mirror().outputs.stream !== 'stopped'
      if (!streams && !this.#streaming.delete(session.id)) return
      if (streams) this.#streaming.add(session.id)
      events.publish('obs.stream-status', await reader.streamStatus(session), { volatile: true })
    })
  }

  #each(what: string, ask: (session: ObsSession) => Promise<void>): void {
    for (const session of this.#dependencies.book.sessions()) {
      const key = `${what} ${session.id}`
      if (this.#asked.has(key)) continue
      this.#asked.add(key)
      ask(session)
        .catch((error: unknown) => this.#dependencies.log.debug({ err: error, obs: session.id }, 'figures of an OBS were not read'))
        .finally(() => this.#asked.delete(key))
    }
  }
}

/** More than any audio device of OBS has. */
const maxChannels = 32

/** OBS counts levels as factors. */
const decibels = (factor: unknown): number => {
  const value = numberOf(factor)
  return value <= 0.00001 ? -100 : Math.max(Math.round(200 * Math.log10(value)) / 10, -100)
}

function readLevels(obs: string, data: Record<string, unknown>): ObsLevels {
  return {
    obs,
    inputs: listOf(data.inputs).map((input) => ({
      name: textOf(input.inputName),
      channels: (Array.isArray(input.inputLevelsMul) ? input.inputLevelsMul.slice(0, maxChannels) : []).map((channel: unknown) => {
        const [magnitude, peak, inputPeak] = Array.isArray(channel) ? channel : []
        return [decibels(magnitude), decibels(peak), decibels(inputPeak)] as const
      }),
    })),
  }
}
