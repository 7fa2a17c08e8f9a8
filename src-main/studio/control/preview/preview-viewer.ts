import type { SocketClient, SocketSession } from '../../../platform/routes/sockets.ts'
import type { PreviewConfig, PreviewFrame, PreviewListener } from './preview-feed.ts'

/** Bytes that may wait for a client. */
const maxWaitingBytes = 1024 * 1024
/** A frame that was not shown for this long: the client is too slow, or its connection, ms. */
const maxUnshownMs = 1000
/** A client that shows nothing for this long is gone, ms. */
const maxSilentMs = 20_000
const headerBytes = 16

interface Sent {
  readonly frame: number
  readonly atMs: number
}

/**
 * One page that looks. Frames are sent as they come; where the page falls behind, frames are left out up to a keyframe that it is ready
 * for: it then sees fewer frames instead of old ones, and what waits for it is bounded.
 */
export class PreviewViewer implements PreviewListener, SocketSession {
  readonly #client: SocketClient
  readonly #nowMs: () => number
  readonly #onLeave: () => void
  /** Frames on their way to the screen, oldest first: at most those of one second. */
  #unshown: Sent[] = []
  #waitsForKey = true
  #left = 0

  /** `nowMs` is monotonic. */
  constructor(client: SocketClient, onLeave: () => void, nowMs: () => number = () => performance.now()) {
    this.#client = client
    this.#onLeave = onLeave
    this.#nowMs = nowMs
  }

  onConfig({ track, frameRate, shared }: PreviewConfig): void {
    this.#waitsForKey = true
    // The page drops what its decoder still has of the former encoding: nobody will say that it was shown.
    this.#unshown = []
    this.#notify({
      type: 'config',
      codec: track.codecString,
      description: Buffer.from(track.config).toString('base64'),
      width: track.width,
      height: track.height,
      frameRate: frameRate.numerator / frameRate.denominator,
      shared,
    })
  }

  onFrame(frame: PreviewFrame, late: boolean): void {
    const nowMs = this.#nowMs()
    const oldest = this.#unshown[0]
    if (oldest !== undefined && nowMs - oldest.atMs > maxSilentMs) {
      this.#client.close(4408, 'frames were sent, none was shown')
      return
    }
    const behind = oldest !== undefined && nowMs - oldest.atMs > maxUnshownMs
    if (behind || this.#client.waitingBytes > maxWaitingBytes) this.#waitsForKey = true
    if (this.#waitsForKey && (!frame.key || behind || this.#client.waitingBytes > maxWaitingBytes / 4)) {
      this.#left++
      return
    }
    this.#waitsForKey = false
    // Those of before it came are decoded at once, and not shown.
    if (!late) this.#unshown.push({ frame: frame.number, atMs: nowMs })
    this.#client.send(message(frame))
  }

  onFault(problem: string): void {
    this.#notify({ type: 'fault', problem })
  }

  onMessage(text: string): void {
    const reported = read(text)
    if (reported === undefined) this.#client.close(1008, 'unknown message')
    else if ('shown' in reported) {
      const { shown } = reported
      // Nothing comes after a frame that was never sent: a page that says otherwise is believed once, and gains nothing.
      while (this.#unshown[0] !== undefined && this.#unshown[0].frame <= shown) this.#unshown.shift()
    } else if (this.#client.waitingBytes <= maxWaitingBytes)
      this.#notify({ type: 'time', at: reported.time, host: Date.now(), leftOut: this.#left })
  }

  onClose(): void {
    this.#unshown = []
    this.#onLeave()
  }

  #notify(what: object): void {
    this.#client.send(JSON.stringify(what))
  }
}

/** `u8 flags (1: keyframe), u8 0, u16 0, u32 frame number, f64 wall clock of the frame in ms since 1970`, then the data; big-endian. */
function message({ number, timeMs, key, data }: PreviewFrame): Uint8Array {
  const bytes = Buffer.allocUnsafe(headerBytes + data.length)
  bytes.writeUInt32BE(key ? 0x0100_0000 : 0, 0)
  bytes.writeUInt32BE(number >>> 0, 4)
  bytes.writeDoubleBE(timeMs, 8)
  bytes.set(data, headerBytes)
  return bytes
}

function read(text: string): { readonly shown: number } | { readonly time: number } | undefined {
  try {
    const { type, frame, at } = JSON.parse(text) as { type?: unknown; frame?: unknown; at?: unknown }
    if (type === 'shown' && typeof frame === 'number' && Number.isFinite(frame)) return { shown: frame }
    if (type === 'time' && typeof at === 'number' && Number.isFinite(at)) return { time: at }
  } catch {
    // Not JSON, or null.
  }
  return undefined
}
