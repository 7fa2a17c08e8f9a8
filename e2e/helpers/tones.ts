import type { Page } from 'playwright-core'

const rate = 48_000

/** A WAV file of a tone that comes and goes four times in a second, as speech does: what browsers take for noise does not. */
export function pulsingTone(hz: number, seconds = 4): Buffer {
  const frames = rate * seconds
  const file = Buffer.alloc(44 + frames * 2)
  file.write('RIFF', 0)
  file.writeUInt32LE(36 + frames * 2, 4)
  file.write('WAVEfmt ', 8)
  file.writeUInt32LE(16, 16)
  file.writeUInt16LE(1, 20)
  file.writeUInt16LE(1, 22)
  file.writeUInt32LE(rate, 24)
  file.writeUInt32LE(rate * 2, 28)
  file.writeUInt16LE(2, 32)
  file.writeUInt16LE(16, 34)
  file.write('data', 36)
  file.writeUInt32LE(frames * 2, 40)
  for (let at = 0; at < frames; at++) {
    const loud = Math.max(0, Math.sin((2 * Math.PI * 4 * at) / rate))
    file.writeInt16LE(Math.round(20_000 * loud * Math.sin((2 * Math.PI * hz * at) / rate)), 44 + at * 2)
  }
  return file
}

const width = 320
const height = 180

/** A Y4M file that is magenta, for browsers' fake cameras. */
export const colouredCamera: Buffer = Buffer.concat([
  Buffer.from(`YUV4MPEG2 W${width} H${height} F30:1 Ip A1:1 C420jpeg\n`),
  ...Array.from({ length: 4 }, () =>
    Buffer.concat([
      Buffer.from('FRAME\n'),
      Buffer.alloc(width * height, 105),
      Buffer.alloc((width * height) / 4, 212),
      Buffer.alloc((width * height) / 4, 234),
    ]),
  ),
])

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
