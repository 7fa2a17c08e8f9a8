import { audioRate } from '../../../media/worker/capture/audio/audio-capturer.ts'
import { type AudioDecoder, openAudioDecoder } from '../../../media/worker/ffmpeg/opus-decoder.ts'
import { type AudioOutput, loadPipeWire } from '../../../media/worker/native/pipewire.ts'

/** By which programs of the display know it, and what they show. */
const node = 'ami-streams-microphone'
const name = 'Microphone of the viewer'
/** After PipeWire was lost, ms. */
const retryMs = 1000

/** The microphone of one viewer, which programs of the display record from. It is there while the viewer has it on. */
export class Microphone {
  readonly #decoder: AudioDecoder = openAudioDecoder()
  #output: AudioOutput | undefined
  #timer: NodeJS.Timeout | undefined

  /** Throws where this machine's native parts are missing. */
  constructor() {
    this.#open()
  }

  /** A packet of Opus; one that is malformed gives nothing. */
  take(packet: Uint8Array): void {
    for (const samples of this.#decoder.decode(packet)) this.#output?.write(samples)
  }

  close(): void {
    clearTimeout(this.#timer)
    this.#output?.close()
    this.#decoder.close()
  }

  #open(): void {
    const { AudioOutput } = loadPipeWire()
    this.#output = new AudioOutput({ name, microphone: node, sampleRate: audioRate }, ({ state }) => {
      if (state !== 'error') return
      this.#output?.close()
      this.#output = undefined
      clearTimeout(this.#timer)
      this.#timer = setTimeout(() => this.#open(), retryMs)
    })
  }
}
