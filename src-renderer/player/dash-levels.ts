import type { Representation, RulesContext } from 'dashjs'
import { LevelChoice } from './level-choice.ts'

/** Media that a chunk may come late, in chunks, before its segment is given up. */
const lateChunks = 1
/** A chunk that takes so many times its own length comes slower than it plays. */
const slow = 1.25
/** After a slow chunk, how long no quality above what it showed is chosen, ms. */
const rememberMs = 4000
/** With more media ahead than this nothing is hurried, s: chunks come late for other reasons too. */
const calmS = 1.7
/** Share of what was measured that a quality may take. */
const mayTake = 0.85

/** dash.js's words for a rule that has nothing to say, and for one that overrides others. */
const noChange = null
const strong = 1

interface Request {
  readonly index: number
  readonly duration: number
}

interface Switch {
  representation: Representation | typeof noChange
  readonly priority: number
  readonly reason: { readonly message: string } | null
  readonly rule: string
}

interface Chooser {
  getPossibleVoRepresentationsFilteredBySettings(media: unknown): Representation[]
}

/**
 * Two rules beside dash.js's own. Those know a segment's rate once it is loaded, and near the live edge a segment lasts as long as its
 * making: here each chunk is timed. Where chunks come slower than they play, the segment is given up for a lower quality.
 */
export class DashLevels {
  readonly #choice = new LevelChoice()
  readonly #video: HTMLVideoElement
  #index = Number.NaN
  #chunks = 0
  #chunkMs = Number.POSITIVE_INFINITY
  #lastMs = Number.NaN
  #lateMs = 0
  /** What the connection carried when chunks came late last. */
  #slow: { readonly kbps: number; readonly atMs: number } | undefined

  constructor(video: HTMLVideoElement) {
    this.#video = video
  }

  /** For `addABRCustomRule('abandonFragmentRules', ...)`. */
  abandon(): object {
    return this.#rule('AmiAbandonRule', (context) => this.#onChunk(context))
  }

  /** For `addABRCustomRule('qualitySwitchRules', ...)`. */
  quality(): object {
    return this.#rule('AmiQualityRule', (context) => this.#cap(context))
  }

  #rule(name: string, judge: (context: RulesContext) => Switch): object {
    const instance = { getClassName: () => name, getSwitchRequest: judge, shouldAbandon: judge, reset: () => {} }
    return () => ({ create: () => instance })
  }

  #onChunk(context: RulesContext): Switch {
    const now = performance.now()
    const request = context.getCurrentRequest() as unknown as Request
    const present = context.getRepresentation()
    if (context.getMediaType() !== 'video' || !present) return nothing
    if (request.index !== this.#index) {
      if (this.#chunks > 1) this.#chunkMs = Math.max((request.duration * 1000) / this.#chunks, 50)
      this.#index = request.index
      this.#chunks = 0
    }
    this.#chunks++
    const tookMs = now - this.#lastMs
    this.#lastMs = now
    if (!(tookMs < 10_000) || this.#chunkMs === Number.POSITIVE_INFINITY) return nothing
    this.#lateMs = Math.max(0, this.#lateMs + tookMs - this.#chunkMs)
    if (tookMs < this.#chunkMs * slow || this.#lateMs < this.#chunkMs * lateChunks) return nothing
    const bufferS = aheadS(this.#video)
    if (bufferS > calmS) return nothing
    const kbps = (present.bitrateInKbit * this.#chunkMs) / tookMs
    const levels = this.#levels(context)
    const chosen = this.#choice.choose(
      levels.map((level) => ({ kbps: level.bitrateInKbit, usable: true })),
      levels.findIndex((level) => level.id === present.id),
      { nowMs: now, recentKbps: kbps, steadyKbps: kbps, bufferS, replayS: 0 },
    )
    const level = levels[chosen]
    if (!level || level.bitrateInKbit >= present.bitrateInKbit) return nothing
    this.#lateMs = 0
    // at the lowest quality a late chunk says nothing of what the connection could carry
    this.#slow = { kbps, atMs: now }
    return {
      representation: level,
      priority: strong,
      reason: { message: `chunks come at ${Math.round(kbps)} kbps` },
      rule: 'AmiAbandonRule',
    }
  }

  #cap(context: RulesContext): Switch {
    const slowest = this.#slow
    if (context.getMediaType() !== 'video' || !slowest || performance.now() - slowest.atMs > rememberMs) return nothing
    const levels = this.#levels(context)
    const level = levels.findLast((each) => each.bitrateInKbit <= slowest.kbps * mayTake) ?? levels[0]
    if (!level) return nothing
    return { representation: level, priority: strong, reason: { message: 'chunks came slowly' }, rule: 'AmiQualityRule' }
  }

  /** From the lowest to the highest. */
  #levels(context: RulesContext): Representation[] {
    const chooser = context.getAbrController() as unknown as Chooser
    return chooser
      .getPossibleVoRepresentationsFilteredBySettings(context.getMediaInfo())
      .toSorted((a, b) => a.bitrateInKbit - b.bitrateInKbit)
  }
}

/** Media ahead of the picture on screen, s. */
function aheadS({ buffered, currentTime }: HTMLVideoElement): number {
  for (let range = 0; range < buffered.length; range++) {
    if (buffered.start(range) <= currentTime + 0.1 && buffered.end(range) > currentTime) return buffered.end(range) - currentTime
  }
  return 0
}

const nothing: Switch = { representation: noChange, priority: 0.5, reason: null, rule: '' }
