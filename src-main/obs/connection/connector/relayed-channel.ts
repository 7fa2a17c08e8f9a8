import { WebSocket } from 'ws'
import type { PacedSocketClient, SocketSession } from '../../../platform/routes/sockets.ts'
import type { ObsChannel } from '../obs-channel.ts'
import { readWord, type WordOfConnector, word } from './connector-words.ts'

/** The connection to an OBS that its connector relays. Until the connector says that it is open, messages are between both of us. */
export class RelayedChannel implements ObsChannel, SocketSession {
  onopen: ObsChannel['onopen'] = null
  onmessage: ObsChannel['onmessage'] = null
  onerror: ObsChannel['onerror'] = null
  onclose: ObsChannel['onclose'] = null
  isPaused = false
  #state: number = WebSocket.CONNECTING
  readonly #client: PacedSocketClient
  readonly #pongs = new Set<() => void>()
  readonly #onFailed: () => void

  /** @param onFailed it could not reach its OBS, and waits again */
  constructor(client: PacedSocketClient, onFailed: () => void) {
    this.#client = client
    this.#onFailed = onFailed
    client.send(word({ connector: 'open' }))
  }

  get readyState(): number {
    return this.#state
  }

  send(data: string): void {
    this.#client.send(data)
  }

  close(): void {
    if (this.#state === WebSocket.CLOSED) return
    this.#state = WebSocket.CLOSING
    this.#client.close(1000, 'the host is done')
  }

  terminate(): void {
    if (this.#state === WebSocket.CLOSED) return
    this.#client.terminate()
    this.onClose(1006)
  }

  ping(): void {
    this.#client.ping()
  }

  pause(): void {
    this.isPaused = true
    this.#client.pause()
  }

  resume(): void {
    this.isPaused = false
    this.#client.resume()
  }

  on(_event: 'pong', listener: () => void): void {
    this.#pongs.add(listener)
  }

  onPong(): void {
    for (const listener of this.#pongs) listener()
  }

  onMessage(text: string): void {
    if (this.#state === WebSocket.OPEN) this.onmessage?.({ data: text } as never)
    else if (this.#state === WebSocket.CONNECTING) this.#takeWord(readWord(text))
  }

  onClose(code: number): void {
    if (this.#state === WebSocket.CLOSED) return
    this.#state = WebSocket.CLOSED
    this.onclose?.({ code, reason: '' } as never)
  }

  #takeWord(said: WordOfConnector | undefined): void {
    if (said?.connector === 'opened') {
      this.#state = WebSocket.OPEN
      this.onopen?.({} as never)
    } else if (said?.connector === 'failed') {
      this.#state = WebSocket.CLOSED
      this.#onFailed()
      this.onerror?.({ message: `its connector cannot reach it: ${said.message}` } as never)
      this.onclose?.({ code: 1006, reason: '' } as never)
    } else {
      this.#client.close(1008, 'the connector speaks another version')
    }
  }
}
