import { readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** A reply is no longer than this: what we ask for is lists of windows and short texts, bytes. */
const maxReplyBytes = 1 << 20
/** An X server that says nothing for so long is not waited for, ms. */
const answerMs = 5000
const cookieName = 'MIT-MAGIC-COOKIE-1'

type Environment = Readonly<Record<string, string | undefined>>

/**
 * A connection to the X server of this session: the few requests by which windows are found and moved (X Window System Protocol,
 * X11R7.7). A program may ask as long as the server answers; then every answer is undefined.
 */
export class XConnection {
  readonly #socket: Socket
  readonly #waiting = new Map<number, (reply: Buffer | undefined) => void>()
  #bytes: Buffer = Buffer.alloc(0)
  #sequence = 0
  #root: number | undefined
  #lost = false

  private constructor(socket: Socket) {
    this.#socket = socket
  }

  /** Undefined where there is no X server on this machine that lets this user in. */
  static open(env: Environment): Promise<XConnection | undefined> {
    const number = /^(?:unix)?:(\d{1,5})(?:\.\d+)?$/.exec(env.DISPLAY ?? '')?.[1]
    if (number === undefined) return Promise.resolve(undefined)
    return new Promise((resolve) => {
      const socket = connect(`/tmp/.X11-unix/X${number}`)
      const connection = new XConnection(socket)
      const timer = setTimeout(() => socket.destroy(), answerMs)
      const end = (found: boolean): void => {
        clearTimeout(timer)
        resolve(found ? connection : undefined)
      }
      socket.unref()
      socket.once('connect', () => socket.write(hello(cookieOf(env, number))))
      socket.on('data', (bytes) => connection.#read(bytes, () => end(true)))
      socket.on('error', () => undefined)
      socket.on('close', () => {
        connection.#end()
        end(false)
      })
    })
  }

  get lost(): boolean {
    return this.#lost
  }

  get root(): number {
    return this.#root ?? 0
  }

  close(): void {
    this.#socket.destroy()
  }

  /** Sends a request: its operation, the byte behind that, and its body. Resolves with the reply; undefined: an error, or no server. */
  ask(operation: number, detail: number, body: Buffer): Promise<Buffer | undefined> {
    const sequence = this.send(operation, detail, body)
    if (this.#lost) return Promise.resolve(undefined)
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#socket.destroy(), answerMs)
      timer.unref()
      this.#waiting.set(sequence, (reply) => {
        clearTimeout(timer)
        resolve(reply)
      })
    })
  }

  /** Sends a request that has no reply. */
  send(operation: number, detail: number, body: Buffer): number {
    const head = Buffer.from([operation, detail, 0, 0])
    head.writeUInt16LE(1 + body.length / 4, 2)
    this.#sequence = (this.#sequence + 1) & 0xffff
    if (!this.#lost) this.#socket.write(Buffer.concat([head, body]))
    return this.#sequence
  }

  #read(bytes: Buffer, onReady: () => void): void {
    this.#bytes = this.#bytes.length === 0 ? bytes : Buffer.concat([this.#bytes, bytes])
    if (this.#root === undefined) {
      if (this.#bytes.length < 8) return
      const length = 8 + this.#bytes.readUInt16LE(6) * 4
      if (this.#bytes.length < length) return
      // 1: accepted. The roots of screens are behind the vendor's name and the pixel formats.
      const first = length < 40 ? length : 40 + ((this.#bytes.readUInt16LE(24) + 3) & ~3) + (this.#bytes[29] ?? 0) * 8
      if (this.#bytes[0] !== 1 || first + 4 > length) {
        this.#socket.destroy()
        return
      }
      this.#root = this.#bytes.readUInt32LE(first)
      this.#bytes = this.#bytes.subarray(length)
      onReady()
    }
    while (this.#bytes.length >= 32) {
      const kind = this.#bytes[0]
      const length = kind === 1 || kind === 35 ? 32 + this.#bytes.readUInt32LE(4) * 4 : 32
      if (length > maxReplyBytes) {
        this.#socket.destroy()
        return
      }
      if (this.#bytes.length < length) return
      const message = this.#bytes.subarray(0, length)
      this.#bytes = this.#bytes.subarray(length)
      // 0: an error, 1: a reply; everything else is an event, which we have not asked for.
      if (kind !== 0 && kind !== 1) continue
      const sequence = message.readUInt16LE(2)
      const answer = this.#waiting.get(sequence)
      this.#waiting.delete(sequence)
      answer?.(kind === 1 ? message : undefined)
    }
  }

  #end(): void {
    this.#lost = true
    for (const answer of this.#waiting.values()) answer(undefined)
    this.#waiting.clear()
  }
}

/** 32-bit words of a request. */
export function words(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4)
  for (const [index, value] of values.entries()) bytes.writeUInt32LE(value >>> 0, index * 4)
  return bytes
}

/** A text with its length before it, filled up to whole words. */
export function text(value: string): Buffer {
  const bytes = Buffer.from(value, 'latin1')
  const head = Buffer.alloc(4)
  head.writeUInt16LE(bytes.length)
  return Buffer.concat([head, padded(bytes)])
}

const padded = (bytes: Buffer): Buffer => Buffer.concat([bytes, Buffer.alloc(-bytes.length & 3)])

/** Little-endian, protocol 11.0. */
function hello(cookie: Buffer | undefined): Buffer {
  const name = Buffer.from(cookie === undefined ? '' : cookieName)
  const data = cookie ?? Buffer.alloc(0)
  const head = Buffer.alloc(12)
  head.write('l')
  head.writeUInt16LE(11, 2)
  head.writeUInt16LE(name.length, 6)
  head.writeUInt16LE(data.length, 8)
  return Buffer.concat([head, padded(name), padded(data)])
}

/** The cookie of a display, from the file that Xau(3) describes: fields of a length in big-endian and as many bytes. */
function cookieOf(env: Environment, display: string): Buffer | undefined {
  try {
    const file = readFileSync(env.XAUTHORITY || join(env.HOME || homedir(), '.Xauthority'))
    let at = 0
    const field = (): Buffer => {
      const length = file.readUInt16BE(at)
      at += 2 + length
      return file.subarray(at - length, at)
    }
    while (at + 2 < file.length) {
      at += 2
      field()
      const number = field().toString('latin1')
      const name = field().toString('latin1')
      const data = field()
      if ((number === '' || number === display) && name === cookieName) return data
    }
  } catch {
    // A server without access control wants none.
  }
  return undefined
}
