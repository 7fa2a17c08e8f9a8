import { randomBytes } from 'node:crypto'
import { connect, type Socket } from 'node:net'
import type { AmfValue } from '../../../../formats/rtmp/amf-value.ts'
import { type Amf0Writable, readAmf0Values, writeAmf0 } from '../../../../formats/rtmp/amf0.ts'
import { ChunkReader } from '../../../../formats/rtmp/rtmp-chunk-reader.ts'
import { encodeMessage } from '../../../../formats/rtmp/rtmp-chunk-writer.ts'
import { MessageType } from '../../../../formats/rtmp/rtmp-messages.ts'

interface Received {
  readonly type: number
  readonly timestampMs: number
  readonly body: Buffer
  /** Where it is a command or data: its values. */
  readonly values: AmfValue[]
}

/** A small RTMP client for tests: says anything, and waits for what the server answers. */
export class TestClient {
  readonly socket: Socket
  readonly received: Received[] = []
  readonly closed: Promise<void>
  private waiting: (() => void) | undefined
  private skip = 1 + 2 * 1536
  private readonly reader: ChunkReader

  constructor(port: number) {
    const roomy = { mediaBytes: 1 << 24, commandBytes: 1 << 20, partialBytes: 1 << 25, chunkStreams: 64 }
    this.reader = new ChunkReader(roomy, (type, _streamId, timestampMs, body) => {
      const values = type === MessageType.commandAmf0 || type === MessageType.dataAmf0 ? readAmf0Values(body) : []
      this.received.push({ type, timestampMs, body, values: Array.isArray(values) ? values : [] })
    })
    this.socket = connect(port, '127.0.0.1')
    this.socket.on('error', () => {})
    this.closed = new Promise((resolve) => this.socket.once('close', () => resolve()))
    this.socket.on('data', (bytes: Buffer) => {
      const used = Math.min(this.skip, bytes.length)
      this.skip -= used
      this.reader.push(bytes, used, bytes.length)
      this.waiting?.()
    })
    this.socket.once('close', () => this.waiting?.())
  }

  shakeHands(): void {
    const hello = randomBytes(1 + 1536 + 1536)
    hello[0] = 3
    hello.writeUInt32BE(0, 5)
    this.socket.write(hello)
  }

  send(type: number, body: Buffer, timestampMs = 0, chunkStream = 3): void {
    this.socket.write(encodeMessage(128, chunkStream, type, 1, timestampMs, body))
  }

  command(...values: Amf0Writable[]): void {
    this.send(MessageType.commandAmf0, writeAmf0(values))
  }

  /** Resolves with the first message that fits; rejects when the server hangs up first. */
  async until(fits: (message: Received) => boolean): Promise<Received> {
    for (;;) {
      const found = this.received.find(fits)
      if (found) return found
      if (this.socket.destroyed) throw new Error('the server hung up')
      await new Promise<void>((resolve) => {
        this.waiting = resolve
      })
    }
  }

  /** The status object of the first onStatus whose code starts so. */
  async status(code: string): Promise<Map<string, AmfValue>> {
    const fits = (value: AmfValue): value is Map<string, AmfValue> => value instanceof Map && String(value.get('code')).startsWith(code)
    const message = await this.until(({ values }) => values[0] === 'onStatus' && fits(values[3]))
    return message.values[3] as Map<string, AmfValue>
  }

  /** Handshake and connect, with further properties of the command object. */
  async open(app = 'live', more: Record<string, Amf0Writable> = {}): Promise<Received> {
    this.shakeHands()
    this.command('connect', 1, { app, flashVer: 'test/1.0', tcUrl: `rtmp://127.0.0.1/${app}`, ...more })
    return this.until(({ values }) => values[0] === '_result' && values[1] === 1)
  }

  async publish(name: string): Promise<void> {
    this.command('createStream', 2, null)
    this.command('publish', 3, null, name, 'live')
    await this.status('NetStream.Publish.Start')
  }
}
