import type HlsType from 'hls.js'
import type { AbrComponentAPI, ErrorData, FragLoadedData, FragLoadingData, HlsConfig, LoaderStats, MediaFragment } from 'hls.js'
import { LevelChoice } from './level-choice.ts'
import { LinkRate } from './link-rate.ts'

type HlsClass = typeof HlsType

/** A download under way is looked at so often, ms, and not judged before this age. */
const lookEveryMs = 50
const judgeAfterMs = 220
/** A part that takes this many times its own length empties the buffer. */
const tooSlow = 1.3
/** A quality that could not be had is left alone so long, ms. */
const avoidMs = 4000
/** Taken for the connection until something has been seen, kbps. */
const assumedKbps = 3000
const maxAudioBlocks = 8
const maxFirstByteMs = 300

function isUnderWay({ loading, aborted }: LoaderStats): boolean {
  return !aborted && loading.start > 0 && loading.end === 0
}

/**
 * Chooses qualities in hls.js in place of its own rules, which wait until the buffer is nearly empty: near the live edge that is too
 * late. Measures each part, also while it is under way, and gives one up that comes too slowly.
 */
export function hlsLevels(Hls: HlsClass): HlsConfig['abrController'] {
  class Levels implements AbrComponentAPI {
    readonly #hls: HlsType
    readonly #rate = new LinkRate()
    readonly #choice = new LevelChoice()
    /** When a level may be tried again, by index. */
    readonly #avoid = new Map<number, number>()
    #forced = -1
    #loaded = -1
    /** What is being loaded: hls.js fetches the parts of a segment in one go and asks for a level only between segments. */
    #loading: MediaFragment | undefined
    /** Newest downloads of audio, which share the connection. */
    readonly #audioBlocks: { readonly bytes: number; readonly endMs: number }[] = []
    #timer: ReturnType<typeof setInterval>
    /** Time to a first byte, ms: what asking costs, and no sign of the rate. */
    #firstByteMs = 40

    /** What the library asks for beside the choice: where a change by hand may start without a stall, and CMCD. Bits/s and ms. */
    readonly bwEstimator = {
      canEstimate: () => this.#rate.recentKbps !== undefined,
      getEstimate: () => (this.#rate.steadyKbps(performance.now()) ?? assumedKbps) * 1000,
      getEstimateTTFB: () => this.#firstByteMs,
      defaultEstimate: assumedKbps * 1000,
    } as unknown as NonNullable<AbrComponentAPI['bwEstimator']>

    constructor(hls: HlsType) {
      this.#hls = hls
      const { Events } = Hls
      hls.on(Events.FRAG_LOADING, this.#onLoading)
      hls.on(Events.FRAG_LOADED, this.#onLoaded)
      hls.on(Events.ERROR, this.#onError)
      this.#timer = setInterval(() => this.#look(), lookEveryMs)
    }

    get firstAutoLevel(): number {
      return this.#choose(-1)
    }

    get forcedAutoLevel(): number {
      return this.#forced
    }

    get nextAutoLevel(): number {
      if (this.#forced >= 0) return this.#forced
      return this.#choose(this.#loaded < 0 ? this.#hls.loadLevel : this.#loaded)
    }

    /** For one download; hls.js sets it after an error. */
    set nextAutoLevel(level: number) {
      this.#forced = level
    }

    resetEstimator(): void {}

    destroy(): void {
      clearInterval(this.#timer)
      const { Events } = Hls
      this.#hls.off(Events.FRAG_LOADING, this.#onLoading)
      this.#hls.off(Events.FRAG_LOADED, this.#onLoaded)
      this.#hls.off(Events.ERROR, this.#onError)
    }

    readonly #onLoading = (_event: unknown, { frag }: FragLoadingData): void => {
      if (frag.type === 'main' && frag.sn !== 'initSegment') this.#loading = frag as MediaFragment
    }

    readonly #onLoaded = (_event: unknown, { frag, part }: FragLoadedData): void => {
      const { loading, loaded } = (part ?? frag).stats
      if (frag.type === 'audio') {
        this.#audioBlocks.push({ bytes: loaded, endMs: loading.end })
        if (this.#audioBlocks.length > maxAudioBlocks) this.#audioBlocks.shift()
      }
      if (frag.type !== 'main' || frag.sn === 'initSegment') return
      this.#loaded = frag.level
      if (this.#forced === frag.level) this.#forced = -1
      if (loading.end - loading.start < (part ?? frag).duration * 500) this.#learn(loading.first - loading.start)
      const wholeMs = loading.end - loading.start
      const tookMs = Math.max(loading.end - loading.first, wholeMs / 2, wholeMs - this.#firstByteMs)
      this.#rate.add(loaded + this.#audioSince(loading.start), tookMs, performance.now())
      if (part === null || part === undefined) this.#loading = undefined
    }

    #audioSince(fromMs: number): number {
      let bytes = 0
      for (const each of this.#audioBlocks) if (each.endMs > fromMs) bytes += each.bytes
      return bytes
    }

    readonly #onError = (_event: unknown, { details, context, frag }: ErrorData): void => {
      const { ErrorDetails } = Hls
      const level = details === ErrorDetails.LEVEL_LOAD_ERROR ? context?.level : details === ErrorDetails.FRAG_GAP ? frag?.level : undefined
      if (typeof level === 'number') this.#avoid.set(level, performance.now() + avoidMs)
    }

    /** Gives up what comes too slowly where a lower quality would be there sooner. */
    #look(): void {
      const frag = this.#loading
      const hls = this.#hls
      if (frag === undefined || !hls.autoLevelEnabled || !hls.media || hls.media.paused) return
      const details = hls.levels[frag.level]?.details
      const part = details?.partList?.find(({ fragment, stats }) => fragment.sn === frag.sn && isUnderWay(stats))
      const { stats, duration } = part ?? frag
      if (!isUnderWay(stats)) return
      const now = performance.now()
      const tookMs = now - stats.loading.start
      if (stats.loaded === 0 || tookMs < judgeAfterMs) return
      const kbps = ((stats.loaded + this.#audioSince(stats.loading.start)) * 8) / tookMs
      const wholeBytes = Math.max(stats.total, (duration * (hls.levels[frag.level]?.bitrate ?? 0)) / 8)
      const leftMs = ((wholeBytes - stats.loaded) * 8) / kbps
      if (leftMs < judgeAfterMs / 2) return
      const tooLong = tookMs + leftMs > duration * 1000 * tooSlow
      const lower = this.#choose(frag.level, tooLong ? kbps : undefined)
      const rate = (level: number): number => hls.levels[level]?.bitrate ?? 0
      if (rate(lower) >= rate(frag.level) || !this.#pays(frag, lower, leftMs)) return
      this.#rate.add(stats.loaded, tookMs, now)
      this.#loading = undefined
      this.#loaded = lower
      this.#forced = lower
      hls.nextLoadLevel = lower
      frag.abortRequests()
    }

    /** True where a lower quality, which must start with the segment, is there before the rest of this one. */
    #pays(frag: MediaFragment, lower: number, leftMs: number): boolean {
      const hls = this.#hls
      const kbps = this.#rate.recentKbps ?? assumedKbps
      const end = hls.mainForwardBufferInfo?.end ?? frag.start
      const segmentS = hls.levels[frag.level]?.details?.targetduration ?? frag.duration
      const doneS = Math.max(0, end - frag.start)
      const restS = Math.max(0, segmentS - doneS)
      const rate = (level: number): number => (hls.levels[level]?.bitrate ?? 0) / 1000
      return rate(lower) * doneS < Math.max(rate(frag.level) * restS, (leftMs / 1000) * kbps)
    }

    /** Learnt while the connection has spare capacity: a full one answers late for another reason. */
    #learn(firstByteMs: number): void {
      if (!(firstByteMs >= 0)) return
      this.#firstByteMs += (Math.min(firstByteMs, maxFirstByteMs) - this.#firstByteMs) / 8
    }

    #choose(current: number, underWayKbps?: number): number {
      const hls = this.#hls
      const now = performance.now()
      const lowest = hls.minAutoLevel
      // qualities that came later are behind the others, whatever their rate
      const levels = hls.levels
        .slice(0, hls.maxAutoLevel + 1)
        .map(({ bitrate }, index) => ({ index, kbps: bitrate / 1000, usable: index >= lowest && (this.#avoid.get(index) ?? 0) <= now }))
        .sort((a, b) => a.kbps - b.kbps)
      const present = levels.findIndex(({ index }) => index === current)
      const forward = hls.mainForwardBufferInfo
      const details = hls.latestLevelDetails
      const segment = this.#loading ?? details?.fragments.find((each) => forward && each.start <= forward.end && each.end > forward.end)
      const replayS = forward && segment ? Math.max(0, forward.end - segment.start) + (details?.partTarget || segment.duration) : 0
      const chosen = this.#choice.choose(levels, present, {
        nowMs: now,
        recentKbps: underWayKbps ?? this.#rate.recentKbps ?? (current < 0 ? assumedKbps : undefined),
        steadyKbps: this.#rate.steadyKbps(now),
        bufferS: forward?.len ?? 0,
        replayS,
      })
      return levels[chosen]?.index ?? current
    }
  }
  return Levels as unknown as HlsConfig['abrController']
}
