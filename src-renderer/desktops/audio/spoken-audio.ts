import type { ClientMessage } from '../../../src-main/desktop/sessions/client-message.ts'

/** MediaStreamTrackProcessor of Chromium (W3C mediacapture-transform), of which TypeScript has no types. */
interface TrackReader {
  readonly readable: ReadableStream<AudioData>
}
const { MediaStreamTrackProcessor: TrackProcessor } = globalThis as {
  readonly MediaStreamTrackProcessor?: new (options: { readonly track: MediaStreamTrack }) => TrackReader
}

const bitrate = 32_000
/** Packets that wait to be encoded: more are not what was said just now. */
const maxQueue = 10

/** True where a microphone can be read and encoded: Chromium, on https:// and on this machine. */
export function takesMicrophone(): boolean {
  return TrackProcessor !== undefined && typeof AudioEncoder === 'function' && navigator.mediaDevices !== undefined
}

/** The microphone of this browser, as one of the display's, until it is closed. */
export class SpokenAudio {
  readonly #send: (message: ClientMessage) => void
  readonly #track: MediaStreamTrack
  readonly #encoder: AudioEncoder

  private constructor(send: (message: ClientMessage) => void, track: MediaStreamTrack, onEnd: () => void) {
    this.#send = send
    this.#track = track
    this.#encoder = new AudioEncoder({
      output: (chunk) => {
        const packet = new Uint8Array(chunk.byteLength)
        chunk.copyTo(packet)
        send({ kind: 'voice', packet: btoa(String.fromCharCode(...packet)) })
      },
      error: onEnd,
    })
    track.onended = onEnd
    this.introduce()
    void this.#encode(track)
  }

  /** Asks the browser's owner. Rejects where they do not allow it, or there is no microphone. */
  static async open(send: (message: ClientMessage) => void, onEnd: () => void): Promise<SpokenAudio> {
    const audio = { echoCancellation: true, noiseSuppression: true, autoGainControl: true }
    const [track] = (await navigator.mediaDevices.getUserMedia({ audio })).getAudioTracks()
    return new SpokenAudio(send, track as MediaStreamTrack, onEnd)
  }

  /** Says that there is a microphone: on a new connection, too. */
  introduce(): void {
    this.#send({ kind: 'microphone', on: true })
  }

  close(): void {
    this.#send({ kind: 'microphone', on: false })
    this.#track.stop()
    if (this.#encoder.state !== 'closed') this.#encoder.close()
  }

  async #encode(track: MediaStreamTrack): Promise<void> {
    const reader = new (TrackProcessor as NonNullable<typeof TrackProcessor>)({ track }).readable.getReader()
    for (;;) {
      const { value: data, done } = await reader.read()
      if (done || this.#encoder.state === 'closed') {
        data?.close()
        return
      }
      if (this.#encoder.state === 'unconfigured') {
        const { sampleRate, numberOfChannels } = data
        this.#encoder.configure({ codec: 'opus', sampleRate, numberOfChannels, bitrate })
      }
      if (this.#encoder.encodeQueueSize < maxQueue) this.#encoder.encode(data)
      data.close()
    }
  }
}
