import { hexOfObs, obsColor } from '../../formats/obs-websocket/obs-colors.ts'
import type { ChosenSettings } from '../../media/following/chosen-settings.ts'
import { approach, followColors, followKey, followWhite, partsOf } from '../../media/following/follow-image.ts'
import { approachLevel, followLoud, type Loudness } from '../../media/following/follow-level.ts'
import type { FollowingKind, Follows } from '../schemas/following.ts'

/**
 * How settings of OBS's filters follow. OBS gives no image and no level of what comes into a filter, only of what leaves the source behind
 * its filters: so what was chosen before is taken into account of what is seen and heard.
 */

/** Settings in the words of OBS, those of defaults included. */
export type ObsSettings = Readonly<Record<string, unknown>>

interface Way<Seen> {
  /** Settings that it takes over. */
  fields(follows: Follows): readonly string[]
  /** Why it cannot follow with these settings, for people. */
  problem?(set: ObsSettings): string | undefined
  /**
   * What to set, in our words; the same as before, or undefined, where nothing is to be changed.
   * @param set settings as they were before it followed
   */
  choose(seen: Seen, set: ObsSettings, before: ChosenSettings | undefined, follows: Follows): ChosenSettings | undefined
  toObs(chosen: ChosenSettings): Readonly<Record<string, string | number>>
  /** What was chosen, read back from settings that were made of it. */
  fromObs(made: ObsSettings): ChosenSettings
}

const number = (value: unknown, otherwise = 0): number => (typeof value === 'number' && Number.isFinite(value) ? value : otherwise)
const rounded = (value: number): number => Math.round(value * 100) / 100

/** Colours of the key that have names: OBS's own. */
const keyColors: Readonly<Record<string, string>> = { green: '#00ff00', blue: '#0099ff', magenta: '#ff00ff' }
const keyColorOf = (settings: ObsSettings): string => keyColors[String(settings.key_color_type ?? 'green')] ?? hexOfObs(settings.key_color)
/** OBS measures chroma in thousandths of a byte, of whose 255 values chroma has 224. */
const shareOf = (value: unknown, otherwise: number): number => (number(value, otherwise) / 1000) * (255 / 224)
const thousandths = (share: unknown): number => Math.min(1000, Math.max(1, Math.round(number(share) * 1000 * (224 / 255))))

const chromaKey: Way<Uint8Array> = {
  fields: () => ['key_color_type', 'key_color', 'similarity', 'smoothness'],
  choose(rgba, set, before, { limit }) {
    const settings = {
      color: keyColorOf(set),
      similarity: shareOf(set.similarity, 400),
      smoothness: shareOf(set.smoothness, 80),
      followLimit: limit,
    }
    // What the key has made transparent is as it expects the screen to be; what it has left of the screen shows how the screen is.
    const seen = withKeyed(rgba, String(before?.color ?? settings.color))
    const wanted = followKey(seen, settings)
    // At once: the screen is seen on air meanwhile.
    return wanted === undefined || (before !== undefined && approach(before, wanted) === before) ? before : wanted
  },
  toObs: ({ color, similarity, smoothness }) => ({
    key_color_type: 'custom',
    key_color: obsColor(color),
    similarity: thousandths(similarity),
    smoothness: thousandths(smoothness),
  }),
  fromObs: (made) => ({
    color: hexOfObs(made.key_color),
    similarity: shareOf(made.similarity, 400),
    smoothness: shareOf(made.smoothness, 80),
  }),
}

/** The image with the colour of the key where it is transparent. */
function withKeyed(rgba: Uint8Array, color: string): Uint8Array {
  const filled = rgba.slice()
  const key = [...partsOf(color).map((part) => Math.round(part * 255)), 255]
  for (let at = 0; at + 3 < filled.length; at += 4) if ((filled[at + 3] as number) < 128) filled.set(key, at)
  return filled
}

const colorCorrection: Way<Uint8Array> = {
  fields: ({ whiteBalance, saturation }) => [...(whiteBalance ? ['color_multiply'] : []), ...(saturation ? ['saturation'] : [])],
  choose(rgba, set, before, { whiteBalance, saturation, limit }) {
    const start = {
      ...(whiteBalance && { multiply: hexOfObs(set.color_multiply ?? 0xffffffff) }),
      ...(saturation && { saturation: 1 + number(set.saturation) }),
    }
    const now: ChosenSettings = { ...start, ...before }
    const cast = whiteBalance ? followWhite(rgba, { followLimit: 1 }) : undefined
    const colors = saturation ? followColors(rgba, { saturation: start.saturation, followLimit: limit }, Number(now.saturation)) : undefined
    if (cast === undefined && colors === undefined) return before
    const next = approach(now, {
      ...now,
      ...(cast !== undefined && { multiply: balanced(String(now.multiply), String(cast.multiply), limit) }),
      ...colors,
    })
    return next === now ? before : next
  },
  toObs: ({ multiply, saturation }) => ({
    ...(multiply !== undefined && { color_multiply: obsColor(multiply) }),
    ...(saturation !== undefined && { saturation: rounded(Math.min(5, Math.max(-1, number(saturation) - 1))) }),
  }),
  fromObs: ({ color_multiply, saturation }) => ({
    ...(color_multiply !== undefined && { multiply: hexOfObs(color_multiply) }),
    ...(saturation !== undefined && { saturation: 1 + number(saturation) }),
  }),
}

/** What the image was multiplied with, and what is still to be: the strongest colour stays as it is. */
function balanced(worked: string, still: string, limit: number): string {
  const more = partsOf(still)
  const all = partsOf(worked).map((part, index) => part * (more[index] as number))
  const most = Math.max(...all, 1e-3)
  const bytes = all.map((part) => Math.round(Math.max(1 - limit, part / most) * 255))
  return `#${bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('')}`
}

const compressor: Way<Loudness> = {
  fields: () => ['threshold', 'output_gain'],
  choose(heard, set, before, { limitDb }) {
    const wanted = followLoud(heard, {
      thresholdDb: number(set.threshold, -18),
      ratio: number(set.ratio, 10),
      gainDb: number(set.output_gain),
      followLimitDb: limitDb,
    })
    if (wanted === undefined) return before
    const now = before ?? { thresholdDb: number(set.threshold, -18), gainDb: number(set.output_gain) }
    const next = approachLevel(now, wanted)
    return next === now ? before : next
  },
  toObs: ({ thresholdDb, gainDb }) => ({
    threshold: Math.min(0, Math.max(-60, number(thresholdDb))),
    output_gain: Math.min(32, Math.max(-32, number(gainDb))),
  }),
  fromObs: ({ threshold, output_gain }) => ({ thresholdDb: number(threshold, -18), gainDb: number(output_gain) }),
}

/** Noise that is left behind the filter, dBFS: more is suppressed more, less is suppressed less. */
const [tooMuchDb, tooLittleDb] = [-60, -72]
const stepDb = 3

const noiseSuppression: Way<Loudness> = {
  fields: () => ['suppress_level'],
  problem: ({ method = 'rnnoise' }) =>
    method === 'speex'
      ? undefined
      : `OBS has no strength for the method "${String(method)}": choose Speex, whose suppression level follows`,
  choose({ quietDb }, set, before, { limitDb }) {
    // Nothing at all comes: that says nothing of the noise.
    if (quietDb < -99) return before
    const setDb = number(set.suppress_level, -30)
    const nowDb = number(before?.suppressDb, setDb)
    const wantedDb = quietDb > tooMuchDb ? nowDb - stepDb : quietDb < tooLittleDb ? nowDb + stepDb : nowDb
    const nextDb = Math.round(Math.min(0, setDb + limitDb, Math.max(-60, setDb - limitDb, wantedDb)))
    return nextDb === nowDb ? before : { suppressDb: nextDb }
  },
  toObs: ({ suppressDb }) => ({ suppress_level: number(suppressDb, -30) }),
  fromObs: ({ suppress_level }) => ({ suppressDb: number(suppress_level, -30) }),
}

export const imageWays: ReadonlyMap<string, Way<Uint8Array>> = new Map<FollowingKind, Way<Uint8Array>>([
  ['chroma_key_filter_v2', chromaKey],
  ['color_filter_v2', colorCorrection],
])
export const levelWays: ReadonlyMap<string, Way<Loudness>> = new Map<FollowingKind, Way<Loudness>>([
  ['compressor_filter', compressor],
  ['noise_suppress_filter_v2', noiseSuppression],
])

/** The peak that came into a filter, of what left it: a compressor is undone. dBFS. */
export function peakBefore(kind: string, leftDb: number, settings: ObsSettings): number {
  if (kind !== 'compressor_filter') return leftDb
  const [thresholdDb, ratio] = [number(settings.threshold, -18), number(settings.ratio, 10)]
  const pressedDb = leftDb - number(settings.output_gain)
  return pressedDb <= thresholdDb ? pressedDb : thresholdDb + (pressedDb - thresholdDb) * ratio
}

/** As people are shown it: colours as #rrggbb. */
export function shownSettings(made: Readonly<Record<string, unknown>>): ChosenSettings {
  const shown: Record<string, string | number> = {}
  for (const [name, value] of Object.entries(made)) {
    if (name === 'key_color_type') continue
    shown[name] = name === 'key_color' || name === 'color_multiply' ? hexOfObs(value) : rounded(number(value))
  }
  return shown
}
