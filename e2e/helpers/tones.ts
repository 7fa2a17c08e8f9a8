import type { Page } from 'playwright-core'

/** How loud tones are in what a video of the page plays, dB: the loudest that each was within a second and a half. */
export function tonesOf(page: Page, video: string, tones: readonly number[]): Promise<Readonly<Record<number, number>>> {
  return page.evaluate(
    async ({ selector, wanted }) => {
      const media = document.querySelector<HTMLVideoElement>(selector)!.srcObject as MediaStream | null
      if (media === null || media.getAudioTracks().length === 0) return Object.fromEntries(wanted.map((hz) => [hz, -200]))
      const context = new AudioContext({ sampleRate: 48_000 })
      await context.resume()
      const analyser = new AnalyserNode(context, { fftSize: 4096, smoothingTimeConstant: 0, minDecibels: -160 })
      context.createMediaStreamSource(media).connect(analyser)
      const bins = new Float32Array(analyser.frequencyBinCount)
      const loudest = new Map(wanted.map((hz) => [hz, -200]))
      // The first block of an analyser is half empty: its edge would be every tone.
      await new Promise((resolve) => setTimeout(resolve, 300))
      for (let round = 0; round < 30; round++) {
        await new Promise((resolve) => setTimeout(resolve, 50))
        analyser.getFloatFrequencyData(bins)
        for (const hz of wanted) {
          const bin = Math.round((hz * analyser.fftSize) / context.sampleRate)
          const level = Math.max(bins[bin - 1]!, bins[bin]!, bins[bin + 1]!)
          loudest.set(hz, Math.max(loudest.get(hz)!, level))
        }
      }
      await context.close()
      return Object.fromEntries(loudest)
    },
    { selector: video, wanted: tones },
  )
}
