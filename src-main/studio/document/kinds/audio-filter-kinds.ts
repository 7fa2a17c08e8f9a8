import { type Static, type TObject, Type } from 'typebox'

/** What users may know of a kind of audio filter: pure description, the same for the API, the page and the importer. */
export interface AudioFilterKind {
  /** For ever the same word. */
  readonly kind: string
  readonly title: string
  readonly description: string
  /** Every property has a default: `{}` is valid. */
  readonly settings: TObject
  /** What the filter needs to look ahead, ms: made good for all sources together, so that they stay in step. */
  readonly latencyMs: number
  /** Name of the setting that names another source whose audio controls the filter. */
  readonly key?: string
}

const exactly = { additionalProperties: false }
const decibels = (minimum: number, maximum: number, value: number, description: string) =>
  Type.Number({ minimum, maximum, default: value, description: `dB: ${description}` })
const milliseconds = (minimum: number, maximum: number, value: number, description: string) =>
  Type.Number({ minimum, maximum, default: value, description: `ms: ${description}` })
const hertz = (value: number, description: string) =>
  Type.Number({ minimum: 20, maximum: 20_000, default: value, description: `Hz: ${description}` })
const oneOf = <T extends string>(value: T, ...words: readonly T[]) =>
  Type.Union(
    words.map((word) => Type.Literal(word)),
    { default: value },
  )

export const NoiseSuppressionSettings = Type.Object(
  {
    amount: Type.Number({ minimum: 0, maximum: 1, default: 1, description: 'how much of the cleaned audio: 0 is the audio as it came' }),
    follow: Type.Boolean({
      default: false,
      description: 'the amount follows the noise between words: the less noise, the more of the audio stays as it came',
    }),
    followLimit: Type.Number({
      minimum: 0.01,
      maximum: 1,
      default: 0.8,
      description: 'by how much the amount may be less than what is set',
      when: { follow: ['true'] },
    }),
  },
  exactly,
)
export const GateSettings = Type.Object(
  {
    openDb: decibels(-96, 0, -40, 'the gate opens above it'),
    closeDb: decibels(-96, 0, -46, 'the gate closes below it; above `openDb` it counts as `openDb`'),
    attackMs: milliseconds(0.1, 1000, 5, 'from closed to open'),
    holdMs: milliseconds(0, 5000, 200, 'open for at least so long after the level fell'),
    releaseMs: milliseconds(1, 5000, 150, 'from open to closed'),
  },
  exactly,
)
export const ExpanderSettings = Type.Object(
  {
    thresholdDb: decibels(-96, 0, -40, 'below it the audio is made quieter'),
    ratio: Type.Number({ minimum: 1, maximum: 20, default: 2, description: 'dB that leave for each dB under the threshold' }),
    rangeDb: decibels(0, 96, 40, 'never quieter than by so much'),
    attackMs: milliseconds(0.1, 1000, 10, 'time in which it opens'),
    releaseMs: milliseconds(1, 5000, 100, 'time in which it closes'),
    gainDb: decibels(-30, 30, 0, 'added behind'),
  },
  exactly,
)
export const CompressorSettings = Type.Object(
  {
    thresholdDb: decibels(-96, 0, -18, 'above it the audio is compressed'),
    ratio: Type.Number({ minimum: 1, maximum: 50, default: 4, description: 'dB above the threshold that make one dB' }),
    kneeDb: decibels(0, 30, 6, 'width of the bend about the threshold'),
    attackMs: milliseconds(0.1, 1000, 6, 'time in which it presses'),
    releaseMs: milliseconds(1, 5000, 100, 'time in which it lets go'),
    gainDb: decibels(-30, 30, 0, 'added behind'),
    follow: Type.Boolean({
      default: false,
      description: 'threshold and gain follow the level: a voice is compressed by as much, and is as loud, however near the microphone is',
    }),
    followLimitDb: Type.Number({
      minimum: 1,
      maximum: 30,
      default: 12,
      description: 'dB: how far threshold and gain may go from what is set',
      when: { follow: ['true'] },
    }),
    key: Type.String({
      maxLength: 64,
      default: '',
      description: 'id of the source whose level counts instead of its own (ducking: music that gives way to a voice); empty: its own',
    }),
  },
  exactly,
)
export const LimiterSettings = Type.Object(
  {
    ceilingDb: decibels(-60, 0, -1, 'no sample leaves above it'),
    releaseMs: milliseconds(1, 2000, 100, 'time in which it lets go'),
    gainDb: decibels(-30, 30, 0, 'added before'),
  },
  exactly,
)
export const equalizerShapes = ['peak', 'low-shelf', 'high-shelf', 'high-pass', 'low-pass', 'notch'] as const
export const EqualizerSettings = Type.Object(
  {
    bands: Type.Array(
      Type.Object(
        {
          shape: Type.Union(equalizerShapes.map((shape) => Type.Literal(shape))),
          frequency: Type.Number({ minimum: 20, maximum: 20_000, description: 'Hz: middle, or corner' }),
          gainDb: Type.Number({ minimum: -30, maximum: 30, default: 0, description: 'dB: of peaks and shelves' }),
          q: Type.Number({ minimum: 0.1, maximum: 30, default: Math.SQRT1_2, description: 'higher is narrower' }),
        },
        exactly,
      ),
      { maxItems: 16, default: [] },
    ),
  },
  exactly,
)
export const ThreeBandEqualizerSettings = Type.Object(
  {
    lowDb: decibels(-30, 30, 0, 'below 800 Hz'),
    midDb: decibels(-30, 30, 0, 'between'),
    highDb: decibels(-30, 30, 0, 'above 5 kHz'),
  },
  exactly,
)
export const DeEsserSettings = Type.Object(
  {
    frequency: Type.Number({ minimum: 2000, maximum: 12_000, default: 5500, description: 'Hz: what lies above is watched and pressed' }),
    thresholdDb: decibels(-96, 0, -30, 'level of the sibilants above which they are pressed'),
    ratio: Type.Number({ minimum: 1, maximum: 20, default: 4 }),
    rangeDb: decibels(0, 30, 12, 'never quieter than by so much'),
  },
  exactly,
)
export const PassSettings = Type.Object(
  {
    frequency: hertz(80, 'where the level is 3 dB down'),
    slope: oneOf('24', '12', '24', '48'),
  },
  exactly,
)
export const LowPassSettings = Type.Object(
  {
    frequency: hertz(16_000, 'where the level is 3 dB down'),
    slope: oneOf('24', '12', '24', '48'),
  },
  exactly,
)
export const GainSettings = Type.Object({ gainDb: decibels(-60, 30, 0, 'added') }, exactly)
export const InvertPolaritySettings = Type.Object({ channels: oneOf('both', 'both', 'left', 'right') }, exactly)
export const LoudnessSettings = Type.Object(
  {
    targetLufs: Type.Number({
      minimum: -40,
      maximum: -5,
      default: -23,
      description: 'LUFS: loudness over 3 s that is steered to (EBU R128)',
    }),
    maxGainDb: decibels(0, 30, 12, 'never louder than by so much'),
    maxCutDb: decibels(0, 60, 20, 'never quieter than by so much'),
    speedDbPerSecond: Type.Number({ minimum: 0.1, maximum: 12, default: 1.5, description: 'dB: fastest change in a second' }),
    gateLufs: Type.Number({
      minimum: -70,
      maximum: -20,
      default: -50,
      description: 'LUFS: what is quieter is a pause and changes nothing',
    }),
    ceilingDb: decibels(-30, 0, -1, 'limiter behind: no sample leaves above it'),
  },
  exactly,
)

/** Whether and how far settings follow the level is for who chooses them, not for the filter. */
type Following = 'follow' | 'followLimit' | 'followLimitDb'
export type NoiseSuppressionSettings = Omit<Static<typeof NoiseSuppressionSettings>, Following>
export type GateSettings = Static<typeof GateSettings>
export type ExpanderSettings = Static<typeof ExpanderSettings>
export type CompressorSettings = Omit<Static<typeof CompressorSettings>, Following>
export type LimiterSettings = Static<typeof LimiterSettings>
export type EqualizerSettings = Static<typeof EqualizerSettings>
export type ThreeBandEqualizerSettings = Static<typeof ThreeBandEqualizerSettings>
export type DeEsserSettings = Static<typeof DeEsserSettings>
export type PassSettings = Static<typeof PassSettings>
export type GainSettings = Static<typeof GainSettings>
export type InvertPolaritySettings = Static<typeof InvertPolaritySettings>
export type LoudnessSettings = Static<typeof LoudnessSettings>

/** Frames that the limiter looks ahead: 5 ms. */
export const limiterFrames = 240
/** Frames by which noise suppression is late: 20 ms, as measured of its library. */
export const noiseSuppressionFrames = 960

const limiterMs = limiterFrames / 48

/** All kinds, in the order in which people like to see them. */
export const audioFilterKinds: readonly AudioFilterKind[] = [
  {
    kind: 'noise-suppression',
    title: 'Noise suppression',
    description: 'Leaves voices and takes noise away (RNNoise).',
    settings: NoiseSuppressionSettings,
    latencyMs: noiseSuppressionFrames / 48,
  },
  { kind: 'gate', title: 'Gate', description: 'Silence below a level.', settings: GateSettings, latencyMs: 0 },
  { kind: 'expander', title: 'Expander', description: 'Makes what is quiet quieter.', settings: ExpanderSettings, latencyMs: 0 },
  {
    kind: 'compressor',
    title: 'Compressor',
    description: 'Makes what is loud quieter, by its own level or by that of another source.',
    settings: CompressorSettings,
    latencyMs: 0,
    key: 'key',
  },
  { kind: 'limiter', title: 'Limiter', description: 'Keeps the level below a ceiling.', settings: LimiterSettings, latencyMs: limiterMs },
  { kind: 'equalizer', title: 'Equalizer', description: 'Up to 16 bands.', settings: EqualizerSettings, latencyMs: 0 },
  {
    kind: 'three-band-equalizer',
    title: 'Three-band equalizer',
    description: 'Low, mid and high.',
    settings: ThreeBandEqualizerSettings,
    latencyMs: 0,
  },
  { kind: 'de-esser', title: 'De-esser', description: 'Presses sharp sibilants.', settings: DeEsserSettings, latencyMs: 0 },
  { kind: 'high-pass', title: 'High-pass', description: 'Takes away what is low: rumble, wind.', settings: PassSettings, latencyMs: 0 },
  { kind: 'low-pass', title: 'Low-pass', description: 'Takes away what is high: hiss.', settings: LowPassSettings, latencyMs: 0 },
  { kind: 'gain', title: 'Gain', description: 'Louder or quieter.', settings: GainSettings, latencyMs: 0 },
  {
    kind: 'invert-polarity',
    title: 'Invert polarity',
    description: 'Turns the wave over, e.g. of a second microphone.',
    settings: InvertPolaritySettings,
    latencyMs: 0,
  },
  {
    kind: 'loudness',
    title: 'Loudness',
    description: 'Steers slowly to a loudness (EBU R128), with a limiter behind.',
    settings: LoudnessSettings,
    latencyMs: limiterMs,
  },
]
