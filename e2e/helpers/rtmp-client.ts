import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { FlvTag } from './flv.ts'

/** AMF0 (Adobe AMF 0 specification, section 2), written apart from the product's own writer. */
type Amf = string | number | boolean | null | { readonly [name: string]: Amf }

function amfText(text: string): Buffer {
  const bytes = Buffer.from(text)
  const size = Buffer.alloc(2)
  size.writeUInt16BE(bytes.length)
  return Buffer.concat([size, bytes])
}

/** AMF0 bytes of some values, one after the other. */
export function amf(...values: readonly Amf[]): Buffer {
  return Buffer.concat(
    values.map((value) => {
      if (value === null) return Buffer.from([5])
      if (typeof value === 'boolean') return Buffer.from([1, value ? 1 : 0])
      if (typeof value === 'string') return Buffer.concat([Buffer.from([2]), amfText(value)])
      if (typeof value === 'number') {
        const bytes = Buffer.alloc(9)
        bytes.writeDoubleBE(value, 1)
        return bytes
      }
      const fields = Object.entries(value).map(([name, field]) => Buffer.concat([amfText(name), amf(field)]))
      return Buffer.concat([Buffer.from([3]), ...fields, Buffer.from([0, 0, 9])])
    }),
  )
}

/** One RTMP message in chunks of `chunkSize` (RTMP 1.0 section 5.3.1). */
export function message(type: number, timestampMs: number, body: Buffer, streamId = 1, chunkStream = 4, chunkSize = 65_536): Buffer {
  const extended = timestampMs >= 0xffffff
  const time = Buffer.alloc(extended ? 4 : 0)
  if (extended) time.writeUInt32BE(timestampMs % 2 ** 32)
  const head = Buffer.alloc(12)
  head[0] = chunkStream
  head.writeUIntBE(extended ? 0xffffff : timestampMs, 1, 3)
  head.writeUIntBE(body.length, 4, 3)
  head[7] = type
  head.writeUInt32LE(streamId, 8)
  const pieces = [head, time, body.subarray(0, chunkSize)]
  for (let at = chunkSize; at < body.length; at += chunkSize) {
    pieces.push(Buffer.from([0xc0 | chunkStream]), time, body.subarray(at, at + chunkSize))
  }
  return Buffer.concat(pieces)
}

/** A simple client's half of the handshake: version, C1 and (the server does not look) C2. */
export function greeting(): Buffer {
  const bytes = Buffer.alloc(1 + 1536 + 1536)
  bytes[0] = 3
  return bytes
}

/** The messages up to `publish`, greeting included, chunk size set to 65,536. */
export function publishRequest(key: string, app = 'live'): Buffer {
  const chunkSize = Buffer.alloc(4)
  chunkSize.writeUInt32BE(65_536)
  return Buffer.concat([
    greeting(),
    message(1, 0, chunkSize, 0, 2, 128),
    message(20, 0, amf('connect', 1, { app, flashVer: 'e2e/1.0', tcUrl: `rtmp://127.0.0.1/${app}` }), 0, 3),
    message(20, 0, amf('createStream', 2, null), 0, 3),
    message(20, 0, amf('publish', 3, null, key, 'live'), 1, 3),
  ])
}

/** A publisher that sends exactly what the test says, when it says so. */
export class RtmpPublisher {
  readonly socket: Socket
  /** What the server said, as far as it is text. */
  answers = ''
  closed = false

  constructor(port: number) {
    this.socket = connect(port, '127.0.0.1')
    this.socket.setNoDelay(true)
    this.socket.on('error', () => undefined)
    this.socket.on('close', () => {
      this.closed = true
    })
    this.socket.on('data', (bytes: Buffer) => {
      this.answers = (this.answers + bytes.toString('latin1').replace(/[^ -~]+/g, ' ')).slice(-20_000)
    })
  }

  /** Connects and publishes; rejects with the server's words where it rejects. */
  static async publish(port: number, key: string): Promise<RtmpPublisher> {
    const publisher = new RtmpPublisher(port)
    publisher.socket.write(publishRequest(key))
    await publisher.until(/NetStream\.Publish\.Start/)
    return publisher
  }

  /** Waits for the server's words. */
  async until(words: RegExp, timeoutMs = 60_000): Promise<void> {
    const end = performance.now() + timeoutMs
    while (!words.test(this.answers)) {
      if (this.closed || performance.now() > end) throw new Error(`the server said: ${this.answers.slice(-600)}`)
      await sleep(10)
    }
  }

  send(type: number, timestampMs: number, body: Buffer): void {
    this.socket.write(message(type, timestampMs, body, 1, type === 9 ? 6 : 4))
  }

  /** Sends tags when they are due, `speed` times as fast as real time; `at` moves the times that are sent, not the pace. */
  async play(tags: readonly FlvTag[], options: { speed?: number; at?: (tag: FlvTag) => number } = {}): Promise<void> {
    const { speed = 1, at = (tag) => tag.timestampMs } = options
    const startMs = performance.now() - (tags[0]?.timestampMs ?? 0) / speed
    for (const tag of tags) {
      const waitMs = startMs + tag.timestampMs / speed - performance.now()
      if (waitMs > 4) await sleep(waitMs)
      if (this.closed) return
      this.send(tag.type, at(tag), tag.body)
    }
  }

  /** Says goodbye and hangs up. */
  async bye(): Promise<void> {
    this.socket.write(message(20, 0, amf('FCUnpublish', 4, null, ''), 0, 3))
    this.socket.write(message(20, 0, amf('deleteStream', 5, null, 1), 0, 3))
    this.socket.end()
    await sleep(50)
    this.socket.destroy()
  }

  /** Hangs up without a word. */
  break(): void {
    this.socket.destroy()
  }
}
