import type { Socket } from 'node:net'
import type { MediaShares, TakenShare } from '../../media/media-shares.ts'
import { maxLineBytes, maxListed, readFromPlugin, shareProtocolVersion, type ToPlugin } from './share-protocol.ts'

export interface ShareClientDependencies {
  readonly socket: Socket
  readonly shares: MediaShares
  /** e.g. `AMI Streams 0.3.0` */
  readonly program: string
}

/** What may wait for a plugin that does not read, bytes: a list of the longest names is less. */
const maxWaitingBytes = 512 * 1024

/** One source of an OBS: what it is sent, and what it takes. */
export class ShareClient {
  readonly #dependencies: ShareClientDependencies
  #rest = ''
  #greeted = false
  #listed = ''
  #taken: TakenShare | undefined

  constructor(dependencies: ShareClientDependencies) {
    this.#dependencies = dependencies
    const { socket } = dependencies
    socket.setEncoding('utf8')
    socket.on('data', (text) => this.#read(String(text)))
    socket.on('error', () => socket.destroy())
    socket.on('close', () => this.#release())
  }

  /** Sends the list where it is another than was sent. */
  list(): void {
    if (!this.#greeted) return
    const shares = this.#dependencies.shares.list().slice(0, maxListed)
    const listed = JSON.stringify(shares)
    if (listed === this.#listed) return
    this.#listed = listed
    this.#send({ type: 'shares', shares })
  }

  close(): void {
    this.#dependencies.socket.destroy()
  }

  #read(text: string): void {
    const lines = (this.#rest + text).split('\n')
    this.#rest = lines.pop() ?? ''
    for (const line of lines) if (!this.#take(line)) return
    if (this.#rest.length > maxLineBytes) this.#reject(`a line is longer than ${maxLineBytes} bytes`)
  }

  /** False where the connection ends. */
  #take(line: string): boolean {
    const message = line.length > maxLineBytes ? undefined : readFromPlugin(line)
    if (message === undefined) return this.#reject('that is no message of this protocol')
    if (message.type === 'hello') {
      this.#send({ type: 'hello', version: shareProtocolVersion, program: this.#dependencies.program })
      if (message.version !== shareProtocolVersion) {
        return this.#reject(`the plugin speaks version ${message.version}, this host ${shareProtocolVersion}`)
      }
      this.#greeted = true
      this.list()
      return true
    }
    if (!this.#greeted) return this.#reject('the first message is hello')
    this.#release()
    if (message.type === 'take') this.#start(message.share)
    return true
  }

  #start(share: string): void {
    this.#taken = this.#dependencies.shares.take(share, {
      onMedia: ({ frames, audio }) => this.#send({ type: 'media', share, frames, audio }),
      onNone: (reason) => this.#send({ type: 'none', share, reason }),
    })
  }

  #release(): void {
    this.#taken?.close()
    this.#taken = undefined
  }

  #reject(reason: string): false {
    this.#release()
    this.#dependencies.socket.end(lineOf({ type: 'rejected', reason }))
    this.#dependencies.socket.removeAllListeners('data').resume()
    return false
  }

  #send(message: ToPlugin): void {
    const { socket } = this.#dependencies
    if (!socket.writable) return
    socket.write(lineOf(message))
    if (socket.writableLength > maxWaitingBytes) socket.destroy()
  }
}

/** A null is left out: the plugin reads what is not there as empty. */
function lineOf(message: ToPlugin): string {
  return `${JSON.stringify(message, (_, value: unknown) => (value === null ? undefined : value))}\n`
}
