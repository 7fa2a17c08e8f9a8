import type { Mixer, MixerNeeds } from './mixer.ts'

/** Makes the mixer. */
export function createMixer(_needs: MixerNeeds): Mixer {
  const silence = new Float32Array(960)
  let tracks: readonly number[] = []
  return {
    delayUs: 50_000,
    setInputs() {},
    setTracks(wanted) {
      tracks = wanted
    },
    mix: (timeUs) => ({
      timeUs,
      tracks: [1, 2, 3, 4, 5, 6].map((track) => (tracks.includes(track) ? silence : undefined)),
      monitor: undefined,
    }),
    meters: () => [],
    drift: () => [],
    close() {},
  }
}
