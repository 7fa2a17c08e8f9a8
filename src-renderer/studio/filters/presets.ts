type Settings = Readonly<Record<string, unknown>>

/** Settings that come with the page; their names are texts: `presetName`. */
export const includedPresets: Readonly<Record<string, Readonly<Record<string, Settings>>>> = {
  'chroma-key': {
    green: { color: '#00ff00', similarity: 0.4, smoothness: 0.08, spill: 0.1 },
    blue: { color: '#0000ff', similarity: 0.4, smoothness: 0.08, spill: 0.1 },
    fine: { color: '#00ff00', similarity: 0.32, smoothness: 0.18, spill: 0.35 },
  },
  'color-correction': {
    warm: { multiply: '#fff1de', saturation: 1.05 },
    cool: { multiply: '#e4f0ff', saturation: 1 },
    vivid: { saturation: 1.3, contrast: 0.1, gamma: 1 },
    grey: { saturation: 0, contrast: 0.1 },
  },
  'blur': { soft: { radius: 12 }, private: { radius: 60 } },
  'sharpen': { camera: { amount: 0.4 } },
  'noise-suppression': { light: { amount: 0.6 }, full: { amount: 1 } },
  'gate': {
    quiet: { openDb: -50, closeDb: -56, attackMs: 5, holdMs: 250, releaseMs: 200 },
    loud: { openDb: -32, closeDb: -38, attackMs: 5, holdMs: 200, releaseMs: 120 },
  },
  'expander': { voice: { thresholdDb: -42, ratio: 2, rangeDb: 20, attackMs: 8, releaseMs: 150 } },
  'compressor': {
    voice: { thresholdDb: -20, ratio: 3, kneeDb: 6, attackMs: 6, releaseMs: 120, gainDb: 4 },
    firm: { thresholdDb: -26, ratio: 6, kneeDb: 6, attackMs: 3, releaseMs: 90, gainDb: 8 },
    music: { thresholdDb: -16, ratio: 2, kneeDb: 12, attackMs: 20, releaseMs: 250, gainDb: 2 },
  },
  'limiter': { stream: { ceilingDb: -1, releaseMs: 100, gainDb: 0 }, safe: { ceilingDb: -3, releaseMs: 150, gainDb: 0 } },
  'equalizer': {
    voice: {
      bands: [
        { shape: 'high-pass', frequency: 80, gainDb: 0, q: 0.7 },
        { shape: 'peak', frequency: 300, gainDb: -3, q: 1 },
        { shape: 'peak', frequency: 3500, gainDb: 3, q: 0.9 },
        { shape: 'high-shelf', frequency: 9000, gainDb: 2, q: 0.7 },
      ],
    },
    phone: {
      bands: [
        { shape: 'high-pass', frequency: 300, gainDb: 0, q: 0.7 },
        { shape: 'low-pass', frequency: 3400, gainDb: 0, q: 0.7 },
      ],
    },
  },
  'loudness': { stream: { targetLufs: -16, ceilingDb: -1 }, broadcast: { targetLufs: -23, ceilingDb: -1 } },
  'high-pass': { voice: { frequency: 90, slope: '24' } },
}

interface ChainFilter {
  readonly kind: string
  readonly settings: Settings
}

const included = (kind: string, id: string): ChainFilter => ({ kind, settings: includedPresets[kind]?.[id] ?? {} })

/** Chains of audio filters that are added at once; their names are texts: `chainName`. */
export const audioChains: Readonly<Record<string, readonly ChainFilter[]>> = {
  voice: [
    included('noise-suppression', 'full'),
    included('high-pass', 'voice'),
    included('compressor', 'voice'),
    included('limiter', 'stream'),
  ],
  clean: [
    included('gate', 'loud'),
    included('noise-suppression', 'full'),
    included('high-pass', 'voice'),
    included('compressor', 'firm'),
    included('limiter', 'stream'),
  ],
  master: [included('loudness', 'stream'), included('limiter', 'stream')],
}
