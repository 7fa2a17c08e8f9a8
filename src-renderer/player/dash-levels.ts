import type { MediaPlayerClass, Representation, RulesContext } from 'dashjs'
import { type ChoiceMoment, LevelChoice, mayTakeUp } from './level-choice.ts'
import { LinkRate } from './link-rate.ts'

/** The end of the buffer that falls so far behind where it was lately, s, falls behind for the connection's sake. */
const lateS = 0.35
/** What it is compared with: the best of so long, ms. */
const rememberMs = 3000
/** A request is not judged before this age, ms. */
const judgeAfterMs = 250
/** With more media ahead than this nothing is hurried, s: chunks come late for other reasons too. */
const calmS = 1.7
/** With more media ahead than this, s, segments are there before they are asked for, and come as fast as the connection can. */
const paceS = 4
/** With less media ahead than this, s, no higher quality is tried. */
const tryS = 0.8
/** Downloads of fewer bytes fit into a burst and tell no rate. */
const minBytes = 10_000

/** dash.js's words for a rule that has nothing to say, and for one that overrides others. */
const noChange = null
const strong = 1

/** What is used of a request that is under way. */
interface Request {
  readonly url: string
  readonly startTime: number
  readonly duration: number
}

/** A download as dash.js measured it. */
interface Measured {
  readonly throughputValues?: { readonly downloadedBytes: number; readonly downloadTimeInMs: number }
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

/** A request that started or ended, as dash.js reports it. */
interface RequestEvent {
  readonly mediaType?: string
}

/** Where the buffer ended, s, and when, in ms of loading. */
interface Look {
  readonly atMs: number
  readonly endS: number
}

/**
 * Chooses qualities in dash.js in place of its own rules. Those know a segment's rate once it is loaded, and near the live edge a segment
 * lasts as long as its making: here the end of the buffer is watched, chunk by chunk. Where it falls behind the stream, the segment is
 * given up for a lower quality.
 */
export class DashLevels {
  readonly #choice = new LevelChoice()
  readonly #rate = new LinkRate()
  readonly #video: HTMLVideoElement
  readonly #player: MediaPlayerClass
  #looks: Look[] = []
  #request: { readonly url: string; readonly fromMs: number; readonly endS: number } | undefined
  /** Since when no video is being loaded, and for how long that was so before, ms. */
  #restsSinceMs: number | undefined
  #restedMs = 0

  constructor(video: HTMLVideoElement, player: MediaPlayerClass) {
    this.#video = video
    this.#player = player
  }

  /** For `addABRCustomRule('abandonFragmentRules', ...)`. */
  abandon(): object {
    return this.#rule('AmiAbandonRule', (context) => this.#onChunk(context))
  }

  /** For `addABRCustomRule('qualitySwitchRules', ...)`. */
  quality(): object {
    return this.#rule('AmiQualityRule', (context) => this.#between(context))
  }

  /** For dash.js's THROUGHPUT_MEASUREMENT_STORED. */
  readonly onMeasured = ({ throughputValues }: Measured): void => {
    if (throughputValues === undefined || throughputValues.downloadedBytes < minBytes) return
    this.#rate.add(throughputValues.downloadedBytes, throughputValues.downloadTimeInMs, performance.now())
  }

  /** For dash.js's FRAGMENT_LOADING_STARTED. */
  readonly onAsked = ({ mediaType }: RequestEvent): void => {
    if (mediaType === 'video') this.#endRest(performance.now())
  }

  /** For dash.js's FRAGMENT_LOADING_COMPLETED. */
  readonly onLoaded = ({ mediaType }: RequestEvent): void => {
    if (mediaType === 'video') this.#restsSinceMs ??= performance.now()
  }

  /** End of the video segment that was asked for last, s. */
  get requestedEndS(): number {
    return this.#request?.endS ?? Number.POSITIVE_INFINITY
  }

  #rule(name: string, judge: (context: RulesContext) => Switch): object {
    const instance = { getClassName: () => name, getSwitchRequest: judge, shouldAbandon: judge, reset: () => {} }
    return () => ({ create: () => instance })
  }

  #endRest(nowMs: number): void {
    if (this.#restsSinceMs !== undefined) this.#restedMs += nowMs - this.#restsSinceMs
    this.#restsSinceMs = undefined
  }

  /**
   * Judges the segment that is under way, by the time in which video was loading. A segment is asked for when a manifest has listed it,
   * up to a second after its first chunk: until then the connection is not to blame.
   */
  #onChunk(context: RulesContext): Switch {
    const present = context.getRepresentation()
    if (context.getMediaType() !== 'video' || !present) return nothing
    const now = performance.now()
    this.#endRest(now)
    const request = context.getCurrentRequest() as unknown as Request
    if (request.url !== this.#request?.url) this.#request = { url: request.url, fromMs: now, endS: request.startTime + request.duration }
    const { currentTime, seeking } = this.#video
    if (seeking) {
      this.#looks = []
      return nothing
    }
    const bufferS = Math.max(0, this.#player.getBufferLength('video') || 0)
    // audio may have played on from where the video ran dry
    const look = { atMs: now - this.#restedMs, endS: bufferS > 0 ? currentTime + bufferS : (this.#looks.at(-1)?.endS ?? currentTime) }
    const best = this.#bestLook(look)
    if (now - this.#request.fromMs < judgeAfterMs || bufferS > calmS) return nothing
    const tookMs = look.atMs - best.atMs
    const gainedS = Math.max(0, look.endS - best.endS)
    if (tookMs / 1000 - gainedS < lateS) return nothing
    const kbps = (present.bitrateInKbit * gainedS * 1000) / tookMs
    const levels = this.#levels(context)
    const chosen = this.#choice.choose(
      levels.map((level) => ({ kbps: level.bitrateInKbit, usable: true })),
      levels.findIndex((level) => level.id === present.id),
      { nowMs: now, recentKbps: kbps, steadyKbps: kbps, bufferS, replayS: 0 },
    )
    const level = levels[chosen]
    if (!level || level.bitrateInKbit >= present.bitrateInKbit) return nothing
    this.#looks = []
    this.#rate.add((kbps * tookMs) / 8, tookMs, now)
    return {
      representation: level,
      priority: strong,
      reason: { message: `media come at ${Math.round(kbps)} kbps` },
      rule: 'AmiAbandonRule',
    }
  }

  /** The look of the last seconds at which the buffer's end was nearest to the live edge. */
  #bestLook(newest: Look): Look {
    this.#looks = this.#looks.filter(({ atMs }) => newest.atMs - atMs < rememberMs)
    this.#looks.push(newest)
    const lead = ({ atMs, endS }: Look): number => endS - atMs / 1000
    return this.#looks.reduce((best, look) => (lead(look) >= lead(best) ? look : best))
  }

  /** Judges between two segments. */
  #between(context: RulesContext): Switch {
    const present = context.getRepresentation()
    if (context.getMediaType() !== 'video' || !present) return nothing
    const levels = this.#levels(context)
    const at = levels.findIndex((level) => level.id === present.id)
    const moment = this.#moment(levels, at)
    if (moment === undefined) return nothing
    const chosen = this.#choice.choose(
      levels.map((level) => ({ kbps: level.bitrateInKbit, usable: true })),
      at,
      moment,
    )
    const level = levels[chosen]
    if (!level) return nothing
    return {
      representation: level,
      priority: strong,
      reason: { message: chosen > at ? 'the connection may carry more' : 'the connection carries this' },
      rule: 'AmiQualityRule',
    }
  }

  /**
   * What is known of the connection between two segments. Near the live edge a segment comes as fast as it is made, however fast the
   * connection is: the next higher quality is tried while the buffer is whole, and what does not hold is tried ever more seldom.
   */
  #moment(levels: readonly Representation[], at: number): ChoiceMoment | undefined {
    const present = levels[at]
    if (present === undefined) return undefined
    const nowMs = performance.now()
    const bufferS = Math.max(0, this.#player.getBufferLength('video') || 0)
    if (bufferS > paceS) {
      const [recentKbps, steadyKbps] = [this.#rate.recentKbps, this.#rate.steadyKbps(nowMs)]
      return recentKbps === undefined ? undefined : { nowMs, recentKbps, steadyKbps, bufferS, replayS: 0 }
    }
    const next = bufferS < tryS ? present : (levels[at + 1] ?? present)
    const kbps = (next.bitrateInKbit / mayTakeUp) * 1.01
    return { nowMs, recentKbps: kbps, steadyKbps: kbps, bufferS, replayS: 0 }
  }

  /** From the lowest to the highest. */
  #levels(context: RulesContext): Representation[] {
    const chooser = context.getAbrController() as unknown as Chooser
    return chooser
      .getPossibleVoRepresentationsFilteredBySettings(context.getMediaInfo())
      .toSorted((a, b) => a.bitrateInKbit - b.bitrateInKbit)
  }
}

const nothing: Switch = { representation: noChange, priority: 0.5, reason: null, rule: '' }
