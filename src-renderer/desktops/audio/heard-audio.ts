import type { ClientMessage } from '../../../src-main/desktop/sessions/client-message.ts'
import type { DisplayAudio } from '../display-updates.ts'
import { Playout } from './playout.ts'

const config = { codec: 'opus', sampleRate: 48_000, numberOfChannels: 2 } as const
/** Every tenth packet is acknowledged: the host sends fifty at most without. */
const reportEvery = 10
const packetUs = 10_000

/** True where Opus can be decoded here: pages on https:// and on this machine, in browsers with WebCodecs. */
export async function playsAudio(): Promise<boolean> {
  if (typeof AudioDecoder !== 'function') return false
  const { supported } = await AudioDecoder.isConfigSupported(config).catch(() => ({ supported: false }))
  return supported === true
}

/** Plays what the programs of a display play, while it is on. A page is not heard before its visitor has clicked or typed. */
export class HeardAudio {
  readonly #send: (message: ClientMessage) => void
  readonly #context = new AudioContext({ sampleRate: config.sampleRate, latencyHint: 'interactive' })
  readonly #gain = this.#context.createGain()
  #playout = new Playout()
  #decoder: AudioDecoder | undefined
  #arrived = 0

  constructor(send: (message: ClientMessage) => void, volume: number) {
    this.#send = send
    this.#gain.connect(this.#context.destination)
    this.volume = volume
    this.#context.onstatechange = () => this.introduce()
    for (const name of ['pointerdown', 'keydown']) addEventListener(name, this.#resume)
    this.#resume()
  }

  /** 0 to 1. */
  set volume(volume: number) {
    this.#gain.gain.value = volume
  }

  /** Says that it listens, once it is heard: on a new connection, too. */
  introduce(): void {
    this.#arrived = 0
    this.#send({ kind: 'listen', on: this.#context.state === 'running' })
  }

  take({ number, packet }: DisplayAudio): void {
    this.#arrived = number
    if (number % reportEvery === 0) this.#send({ kind: 'heard', packet: number })
    if (this.#context.state !== 'running') return
    if (this.#decoder === undefined || this.#decoder.state === 'closed') this.#decoder = this.#open()
    this.#decoder.decode(new EncodedAudioChunk({ type: 'key', timestamp: this.#arrived * packetUs, data: packet }))
  }

  close(): void {
    this.#send({ kind: 'listen', on: false })
    for (const name of ['pointerdown', 'keydown']) removeEventListener(name, this.#resume)
    if (this.#decoder?.state === 'configured') this.#decoder.close()
    this.#context.onstatechange = null
    void this.#context.close()
  }

  readonly #resume = (): void => {
    if (this.#context.state === 'suspended') void this.#context.resume()
  }

  #open(): AudioDecoder {
    // A packet that is malformed ends the decoder; the next one has another.
    const decoder = new AudioDecoder({ output: (data) => this.#play(data), error: () => undefined })
    decoder.configure(config)
    this.#playout = new Playout()
    return decoder
  }

  #play(data: AudioData): void {
    const at = this.#playout.place(this.#context.currentTime, data.numberOfFrames / data.sampleRate)
    if (at !== undefined) {
      const buffer = this.#context.createBuffer(data.numberOfChannels, data.numberOfFrames, data.sampleRate)
      for (let planeIndex = 0; planeIndex < data.numberOfChannels; planeIndex++) {
        data.copyTo(buffer.getChannelData(planeIndex), { planeIndex, format: 'f32-planar' })
      }
      const source = new AudioBufferSourceNode(this.#context, { buffer })
      source.connect(this.#gain)
      source.start(at)
    }
    data.close()
  }
}
