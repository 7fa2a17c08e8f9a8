import { AV_CODEC_ID_RAWVIDEO, AV_PIX_FMT_YUV420P, AVMEDIA_TYPE_VIDEO } from 'node-av/constants'
import { FormatContext, Packet, Rational } from 'node-av/lib'
import { must } from '../../../media/worker/ffmpeg/engine.ts'
import type { FrameStore, MediaStores, StoredFrame } from '../../../media/worker/stores/media-stores.ts'
import type { CanvasFrames } from '../../control/engine/studio-engine.ts'
import type { CameraToFeed } from '../../control/outputs/virtual-camera/messages.ts'
import type { FedCamera, NotifyCamera } from './fed-camera.ts'

type Loopback = Extract<CameraToFeed, { readonly via: 'v4l2loopback' }>

interface OpenDevice {
  readonly width: number
  readonly height: number
  write(stored: StoredFrame): Promise<void>
  close(): Promise<void>
}

/** Longest rest between two looks at the store, ms. */
const maxRestMs = 20

/** A device of v4l2loopback: each new frame is written to it, as yuv420p. */
export class LoopbackCamera implements FedCamera {
  readonly #stores: MediaStores
  readonly #camera: Loopback
  readonly #notify: NotifyCamera
  #store: FrameStore | undefined
  #periodUs = 0
  #device: OpenDevice | undefined
  #sent = 0
  #sentUs = 0
  #frames = 0
  #dropped = 0
  #closed = false
  readonly #loop: Promise<void>

  constructor(stores: MediaStores, camera: Loopback, notify: NotifyCamera) {
    this.#stores = stores
    this.#camera = camera
    this.#notify = notify
    // Nobody tells who reads the device: it is fed all the time.
    notify({ type: 'taken', taken: true })
    this.#loop = this.#run()
  }

  show(canvasFrames: CanvasFrames | null): void {
    this.#store?.close()
    this.#store = undefined
    this.#sent = 0
    if (canvasFrames === null) return
    try {
      this.#store = this.#stores.openFrameStore(canvasFrames.address)
      this.#periodUs = (1e6 * canvasFrames.frameRate.denominator) / canvasFrames.frameRate.numerator
    } catch {
      // Its maker died meanwhile: it is reported again soon.
    }
  }

  statistics(): { readonly frames: number; readonly dropped: number } {
    return { frames: this.#frames, dropped: this.#dropped }
  }

  async close(): Promise<void> {
    this.#closed = true
    await this.#loop
    this.#store?.close()
    await this.#device?.close()
  }

  async #run(): Promise<void> {
    try {
      while (!this.#closed) {
        const sequence = this.#store?.sequence ?? 0
        if (sequence !== 0 && sequence !== this.#sent) await this.#write(sequence)
        // The next frame is started when it is due, and there some milliseconds later.
        const restMs = (this.#sentUs + this.#periodUs - this.#stores.nowUs()) / 1000
        await new Promise((resolve) => setTimeout(resolve, Math.min(maxRestMs, Math.max(1, Math.floor(restMs)))))
      }
    } catch (error) {
      const problem = `${this.#camera.device}: ${(error as Error).message.split('\n')[0]}`
      this.#notify({ type: 'failed', code: 'studio.virtual_camera_missing', problem })
    }
  }

  async #write(sequence: number): Promise<void> {
    const stored = this.#store?.read()
    // What was read may have been newer than its number: it comes once.
    if (stored === undefined || stored.timeUs === this.#sentUs) {
      this.#sent = sequence
      return
    }
    if (this.#sent !== 0 && sequence > this.#sent + 1) this.#dropped += sequence - this.#sent - 1
    this.#sent = sequence
    this.#sentUs = stored.timeUs
    if (this.#device?.width !== stored.width || this.#device.height !== stored.height) {
      await this.#device?.close()
      this.#device = await openDevice(this.#camera, stored.width, stored.height)
      this.#notify({ type: 'live' })
    }
    await this.#device.write(stored)
    this.#frames++
  }
}

/** Opens the device for frames of that size; throws FFmpeg's message if it rejects. */
async function openDevice({ device, muxer }: Loopback, width: number, height: number): Promise<OpenDevice> {
  const output = new FormatContext()
  must(output.allocOutputContext2(null, muxer, device), 'make output')
  const stream = output.newStream(null)
  const { codecpar } = stream
  codecpar.codecType = AVMEDIA_TYPE_VIDEO
  codecpar.codecId = AV_CODEC_ID_RAWVIDEO
  codecpar.format = AV_PIX_FMT_YUV420P
  codecpar.width = width
  codecpar.height = height
  stream.timeBase = new Rational(1, 1_000_000)
  must(await output.openOutput(), `open ${device}`)
  must(await output.writeHeader(null), `set ${device} up`)
  const packet = new Packet()
  packet.alloc()
  const chroma = ((width + 1) >> 1) * ((height + 1) >> 1)
  const planes = Buffer.alloc(width * height + 2 * chroma)
  const { num, den } = stream.timeBase
  return {
    width,
    height,
    async write({ y, u, v, timeUs }) {
      planes.set(y, 0)
      planes.set(u, y.length)
      planes.set(v, y.length + u.length)
      packet.unref()
      packet.data = planes
      packet.pts = packet.dts = BigInt(Math.round((timeUs * den) / num / 1e6))
      must(await output.writeFrame(packet), `write to ${device}`)
    },
    async close() {
      await output.writeTrailer().catch(() => undefined)
      await output.closeOutput().catch(() => undefined)
      packet.free()
    },
  }
}
