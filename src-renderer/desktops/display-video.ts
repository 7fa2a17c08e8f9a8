import type { DisplayVideo } from './display-updates.ts'

/** Which video is decoded here. */
export interface Decodable {
  /** On https:// and on this machine. */
  readonly h264: boolean
  /** With a color for each pixel, 4:4:4: High 4:4:4 Predictive. */
  readonly fullColor: boolean
}

/** What this browser says that it decodes. */
export async function decodableVideo(): Promise<Decodable> {
  const decodes = async (codec: string): Promise<boolean> =>
    (await VideoDecoder.isConfigSupported({ codec, optimizeForLatency: true }).catch(() => undefined))?.supported === true
  if (typeof VideoDecoder !== 'function' || !(await decodes('avc1.42c01f'))) return { h264: false, fullColor: false }
  return { h264: true, fullColor: await decodes('avc1.f40028') }
}

const hex = (byte: number | undefined): string => (byte ?? 0).toString(16).padStart(2, '0')

/** Decodes a display's video, one frame after the other. */
export class VideoDecoding {
  #decoder: VideoDecoder | undefined
  #config = ''
  #taken: ((frame: VideoFrame | undefined) => void) | undefined

  /** The frame, which the caller closes; undefined where there is no keyframe before it. Rejects where it cannot be decoded. */
  decode({ number, config, data }: DisplayVideo): Promise<VideoFrame | undefined> {
    return new Promise((resolve, reject) => {
      if (config !== undefined) this.#configure(config, reject)
      const decoder = this.#decoder
      if (decoder === undefined) {
        resolve(undefined)
        return
      }
      this.#taken = resolve
      decoder.decode(new EncodedVideoChunk({ type: config === undefined ? 'delta' : 'key', timestamp: number, data }))
    })
  }

  close(): void {
    if (this.#decoder !== undefined && this.#decoder.state !== 'closed') this.#decoder.close()
    this.#decoder = undefined
    this.#config = ''
    this.#taken?.(undefined)
    this.#taken = undefined
  }

  /** `description` says what the encoder made; the same one again leaves the decoder as it is. */
  #configure(description: Uint8Array<ArrayBuffer>, failed: (error: unknown) => void): void {
    const codec = `avc1.${hex(description[1])}${hex(description[2])}${hex(description[3])}`
    const config = `${codec} ${description.join()}`
    if (config === this.#config) return
    this.close()
    this.#config = config
    const decoder = new VideoDecoder({
      output: (frame) => {
        const taken = this.#taken
        this.#taken = undefined
        if (taken) taken(frame)
        else frame.close()
      },
      error: (error) => {
        this.#decoder = undefined
        failed(error)
      },
    })
    decoder.configure({ codec, description, optimizeForLatency: true })
    this.#decoder = decoder
  }
}
