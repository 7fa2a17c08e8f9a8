import type { ChosenSettings } from '../../../../media/following/chosen-settings.ts'
import type { AudioFilter } from '../../../document/schemas/mixer-schemas.ts'
import { blockFrames } from '../mixer.ts'
import type { AudioProcessor } from './audio-processor.ts'
import type { ProcessorMaker } from './create-processor.ts'
import { DelayLine } from './delay-line.ts'
import { followsLevel, LevelFollower } from './level-follower.ts'

/** Who has audio that controls filters of others. */
export interface KeySource {
  /** Its newest block; silence while it is muted. */
  readonly key: Float32Array
}

const silence: KeySource = { key: new Float32Array(blockFrames * 2) }

/** A filter in its place in the chain, and how much of it is heard. */
class Slot {
  readonly id: string
  readonly kind: string
  readonly processor: AudioProcessor
  settings: AudioFilter['settings']
  keyId = ''
  keySource: KeySource | undefined
  /** While its settings follow the level. */
  follower: LevelFollower | undefined
  isLeaving = false
  /** While a filter that looks ahead is off its place is kept by a delay, so that going on and off moves nothing in time. */
  readonly #delay: DelayLine | undefined
  readonly #dry = new Float32Array(blockFrames * 2)
  readonly #warmUpBlocks: number
  #share: number
  #wanted: number
  #warmUp = 0

  constructor(filter: AudioFilter, processor: AudioProcessor, share: 0 | 1) {
    this.id = filter.id
    this.kind = filter.kind
    this.settings = filter.settings
    this.processor = processor
    this.#delay = processor.latency > 0 ? new DelayLine(processor.latency) : undefined
    this.#warmUpBlocks = Math.ceil(processor.latency / blockFrames)
    this.#share = share
    this.#wanted = share
  }

  turn(isOn: boolean): void {
    const wanted = isOn ? 1 : 0
    if (wanted === this.#wanted) return
    this.#wanted = wanted
    this.#warmUp = isOn && this.#share === 0 ? this.#warmUpBlocks : 0
  }

  get isGone(): boolean {
    return this.isLeaving && this.#share === 0
  }

  get isOn(): boolean {
    return this.#wanted === 1
  }

  process(block: Float32Array): void {
    if (this.#share === 0 && this.#wanted === 0) {
      this.#delay?.process(block, block)
      return
    }
    const isSteady = this.#share === 1 && this.#wanted === 1
    if (this.#delay !== undefined) this.#delay.process(block, this.#dry)
    else if (!isSteady) this.#dry.set(block)
    const settings = this.follower?.hear(this.keySource?.key ?? block)
    if (settings !== undefined) this.processor.update(settings)
    this.processor.process(block, this.keySource?.key)
    if (!isSteady) this.#blend(block)
  }

  #blend(block: Float32Array): void {
    const dry = this.#dry
    if (this.#warmUp > 0) {
      this.#warmUp--
      block.set(dry)
      return
    }
    let share = this.#share
    const step = ((this.#wanted - share) * 2) / block.length
    for (let sample = 0; sample < block.length; sample += 2) {
      share += step
      block[sample] = dry[sample]! + (block[sample]! - dry[sample]!) * share
      block[sample + 1] = dry[sample + 1]! + (block[sample + 1]! - dry[sample + 1]!) * share
    }
    this.#share = this.#wanted
    if (this.#share === 0) this.processor.reset()
  }

  reset(): void {
    this.processor.reset()
    this.#delay?.reset()
  }
}

/**
 * The filters of a source or a track. Settings, turning on and off, and filters without latency that come and go are blended within a
 * block; whatever changes when the audio leaves (`mustSwap`) is made by `swap`, in a moment in which the player of the chain is silent.
 */
export class FilterChain {
  readonly #maker: ProcessorMaker
  #slots: Slot[] = []
  #pending: readonly AudioFilter[] | undefined
  #findKey: (id: string) => KeySource | undefined = () => undefined

  constructor(maker: ProcessorMaker, filters: readonly AudioFilter[]) {
    this.#maker = maker
    this.#pending = filters
    this.swap()
  }

  /** Frames that audio leaves later. */
  get latency(): number {
    let frames = 0
    for (const slot of this.#slots) frames += slot.processor.latency
    return frames
  }

  /** What `latency` will be when the filters are arranged as they were last configured. */
  get wantedLatency(): number {
    return this.#pending === undefined ? this.latency : this.#pending.reduce((sum, { kind }) => sum + this.#maker.latencyOf(kind), 0)
  }

  get isEmpty(): boolean {
    return this.#slots.length === 0
  }

  get mustSwap(): boolean {
    return this.#pending !== undefined
  }

  get keyIds(): readonly string[] {
    const keys = this.#slots.map((slot) => slot.keyId)
    for (const { settings } of this.#pending ?? []) keys.push(keyOf(settings))
    return keys.filter((id) => id !== '')
  }

  /** Gives filters that are steered by other sources these sources; one that is not there is silent. */
  setKeys(find: (id: string) => KeySource | undefined): void {
    this.#findKey = find
    for (const slot of this.#slots) this.#giveKey(slot)
  }

  /** Adds what filters that follow the level have chosen, by their ids. */
  addChosen(into: Map<string, ChosenSettings>): void {
    for (const { id, follower, isOn } of this.#slots) if (isOn && follower?.chosen !== undefined) into.set(id, follower.chosen)
  }

  configure(filters: readonly AudioFilter[]): void {
    if (!this.#canBlendTo(filters)) {
      this.#pending = filters
      return
    }
    this.#pending = undefined
    const wanted = new Map(filters.map((filter) => [filter.id, filter]))
    const present = new Set(this.#slots.map((slot) => slot.id))
    for (const slot of this.#slots) {
      const filter = wanted.get(slot.id)
      if (filter !== undefined) this.#set(slot, filter)
      slot.isLeaving = filter === undefined
      slot.turn(filter?.enabled ?? false)
    }
    // New ones are behind the one that they follow in the list.
    let at = 0
    for (const filter of filters) {
      if (present.has(filter.id)) {
        at = this.#slots.findIndex((slot) => slot.id === filter.id) + 1
        continue
      }
      const slot = this.#make(filter, 0)
      if (slot === undefined) continue
      slot.turn(filter.enabled)
      this.#slots.splice(at++, 0, slot)
    }
  }

  /** Arranges the filters as they were last configured, at once. */
  swap(): void {
    if (this.#pending === undefined) return
    const old = new Map(this.#slots.map((slot) => [slot.id, slot]))
    this.#slots = []
    for (const filter of this.#pending) {
      const kept = old.get(filter.id)
      if (kept !== undefined && kept.kind === filter.kind && !kept.isLeaving) {
        old.delete(filter.id)
        this.#set(kept, filter)
        kept.turn(filter.enabled)
        this.#slots.push(kept)
        continue
      }
      const slot = this.#make(filter, filter.enabled ? 1 : 0)
      if (slot !== undefined) this.#slots.push(slot)
    }
    for (const slot of old.values()) slot.processor.close?.()
    this.#pending = undefined
  }

  process(block: Float32Array): void {
    let gone = false
    for (let index = 0; index < this.#slots.length; index++) {
      const slot = this.#slots[index]!
      slot.process(block)
      if (slot.isGone) gone = true
    }
    if (gone) this.#removeGone()
  }

  reset(): void {
    for (const slot of this.#slots) slot.reset()
  }

  close(): void {
    for (const slot of this.#slots) slot.processor.close?.()
    this.#slots = []
  }

  #removeGone(): void {
    for (const slot of this.#slots) if (slot.isGone) slot.processor.close?.()
    this.#slots = this.#slots.filter((slot) => !slot.isGone)
  }

  /** Whether those that stay keep their order and kind, and what comes or goes has no latency. */
  #canBlendTo(filters: readonly AudioFilter[]): boolean {
    const wanted = new Map(filters.map((filter, index) => [filter.id, { filter, index }]))
    let last = -1
    for (const slot of this.#slots) {
      const place = wanted.get(slot.id)
      if (place === undefined) {
        if (slot.processor.latency > 0) return false
        continue
      }
      if (place.index < last || place.filter.kind !== slot.kind || slot.isLeaving) return false
      last = place.index
    }
    const present = new Set(this.#slots.map((slot) => slot.id))
    return filters.every((filter) => present.has(filter.id) || this.#maker.latencyOf(filter.kind) === 0)
  }

  #make(filter: AudioFilter, share: 0 | 1): Slot | undefined {
    const settings = this.#maker.completeSettings(filter.kind, filter.settings)
    const processor = this.#maker.make(filter.kind, settings)
    if (processor === undefined) return undefined
    const slot = new Slot(filter, processor, share)
    slot.keyId = keyOf(settings)
    slot.follower = followsLevel(slot.kind, settings) ? new LevelFollower(slot.kind, settings) : undefined
    this.#giveKey(slot)
    return slot
  }

  #giveKey(slot: Slot): void {
    slot.keySource = slot.keyId === '' ? undefined : (this.#findKey(slot.keyId) ?? silence)
  }

  #set(slot: Slot, filter: AudioFilter): void {
    if (slot.settings === filter.settings || JSON.stringify(slot.settings) === JSON.stringify(filter.settings)) return
    slot.settings = filter.settings
    const settings = this.#maker.completeSettings(filter.kind, filter.settings)
    slot.keyId = keyOf(settings)
    // Other settings are another place to start from.
    slot.follower = followsLevel(slot.kind, settings) ? new LevelFollower(slot.kind, settings) : undefined
    this.#giveKey(slot)
    slot.processor.update(settings)
  }
}

function keyOf(settings: unknown): string {
  const key = (settings as { readonly key?: unknown } | undefined)?.key
  return typeof key === 'string' ? key : ''
}
