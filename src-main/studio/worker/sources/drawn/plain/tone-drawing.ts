import { toneSampleRate } from '../../../../../media/worker/test-card/test-tone.ts'
import type { ToneSettings } from '../../../../document/kinds/drawn.ts'
import type { StartDrawing } from '../drawing.ts'
import { createAudioFeed } from './audio-feed.ts'
import { createOscillator } from './oscillators.ts'

/** A tone or noise: heard whether or not anybody looks at it. */
export const startTone: StartDrawing<ToneSettings> = (first, context) => {
  let settings = first
  let oscillator = createOscillator(first, toneSampleRate)
  const feed = createAudioFeed(context, toneSampleRate, (into, from) => {
    const mono = new Float32Array(into.length / 2)
    oscillator(mono, from)
    const gain = 10 ** (settings.levelDb / 20)
    const left = settings.channels === 'right' ? 0 : gain
    const right = settings.channels === 'left' ? 0 : gain
    for (let index = 0; index < mono.length; index++) {
      into[2 * index] = (mono[index] as number) * left
      into[2 * index + 1] = (mono[index] as number) * right
    }
  })
  feed.start()
  context.report({ state: 'running' })
  return {
    update(next) {
      settings = next
      oscillator = createOscillator(next, toneSampleRate)
      context.report({ state: 'running' })
    },
    show: () => undefined,
    close: () => feed.stop(),
  }
}
