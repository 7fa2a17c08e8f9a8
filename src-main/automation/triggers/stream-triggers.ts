import type { AppEvent, EventBus } from '../../platform/events/events.ts'
import { Sustained } from './sustained.ts'
import { type Fire, type RuleTrigger, type TriggerWatcher, triggersOn } from './trigger.ts'

interface Sample {
  readonly videoBitrateKbps: number
  readonly audioBitrateKbps: number
  readonly droppedFrames: number
}

/** What of a stream a trigger is about, in the words of the log. */
interface Reading {
  readonly value: number
  readonly unit: string
}

/** Triggers by how streams of this host are: their bitrate, dropped frames, viewers, and publishers that left. */
export class StreamTriggers implements TriggerWatcher {
  readonly #fire: Fire
  readonly #nameOf: (stream: string) => string | undefined
  readonly #nowMs: () => number
  readonly #leave: () => void
  readonly #sustained = new Sustained()
  /** Dropped frames of the sample before, by stream. */
  readonly #dropped = new Map<string, number>()
  /** Names by id: a stream that has ended has none any more, and its publisher has just left. */
  readonly #names = new Map<string, string>()
  /** Streams whose publisher is away. */
  readonly #lost = new Set<string>()
  #triggers: readonly RuleTrigger<'stream'>[] = []

  constructor(
    events: Pick<EventBus, 'subscribe'>,
    fire: Fire,
    nameOf: (stream: string) => string | undefined,
    nowMs: () => number = () => performance.now(),
  ) {
    this.#fire = fire
    this.#nameOf = nameOf
    this.#nowMs = nowMs
    this.#leave = events.subscribe((event) => this.#take(event))
  }

  follow(triggers: readonly RuleTrigger[]): void {
    this.#triggers = triggersOn(triggers, 'stream')
    const rules = new Set(this.#triggers.map(({ rule }) => rule.key))
    this.#sustained.keep((key) => rules.has(key.slice(0, key.indexOf(' '))))
  }

  stop(): void {
    this.#leave()
  }

  #take({ topic, stream, data }: AppEvent): void {
    if (this.#triggers.length === 0 || stream === undefined) return
    this.#learnName(stream)
    if (topic === 'stream.health') {
      const { sample } = data as { readonly sample: Sample }
      const before = this.#dropped.get(stream) ?? sample.droppedFrames
      this.#dropped.set(stream, sample.droppedFrames)
      this.#look(stream, 'bitrate-below', { value: sample.videoBitrateKbps + sample.audioBitrateKbps, unit: 'kbit/s' })
      this.#look(stream, 'dropped-above', { value: sample.droppedFrames - before, unit: 'dropped frames in a second' })
      // Whoever left for a while is looked at each second, so that `forSeconds` counts.
      this.#look(stream, 'publisher-lost', { value: this.#lost.has(stream) ? 1 : 0, unit: 'publisher lost' })
    } else if (topic === 'stream.viewers') {
      this.#look(stream, 'viewers-above', { value: (data as { readonly concurrent: number }).concurrent, unit: 'viewers' })
    } else if (topic === 'stream.state') {
      const { state, reconnecting } = data as { readonly state: string; readonly reconnecting: boolean }
      const lost = reconnecting || state === 'ended' || state === 'error'
      if (lost) this.#lost.add(stream)
      else this.#lost.delete(stream)
      this.#look(stream, 'publisher-lost', { value: lost ? 1 : 0, unit: 'publisher lost' })
      if (state !== 'active') this.#dropped.delete(stream)
    } else if (topic === 'stream.removed') {
      this.#lost.delete(stream)
      this.#dropped.delete(stream)
      this.#names.delete(stream)
      this.#sustained.keep((key) => !key.endsWith(` ${stream}`))
    }
  }

  #learnName(stream: string): void {
    if (this.#names.has(stream)) return
    const name = this.#nameOf(stream)
    if (name !== undefined) this.#names.set(stream, name)
  }

  #look(stream: string, is: RuleTrigger<'stream'>['trigger']['is'], { value, unit }: Reading): void {
    for (const [index, { rule, trigger }] of this.#triggers.entries()) {
      if (trigger.is !== is) continue
      const name = this.#names.get(stream)
      if (trigger.stream !== undefined && trigger.stream !== stream && trigger.stream !== name) continue
      // A publisher is there or not: a limit that is left of another kind of trigger says nothing.
      const limit = is === 'publisher-lost' ? 0 : (trigger.value ?? 0)
      const isSo = is === 'bitrate-below' ? value < limit : value > limit
      // A rule that is changed to another kind of trigger is another one: what it found before says nothing.
      const key = `${rule.key} ${index}:${is} ${stream}`
      if (!this.#sustained.sample(key, isSo, (trigger.forSeconds ?? 0) * 1000, this.#nowMs())) continue
      const what = is === 'publisher-lost' ? 'its publisher left' : `${Math.round(value)} ${unit}`
      this.#fire(rule, { because: `stream ${name ?? stream}: ${what}` })
    }
  }
}
