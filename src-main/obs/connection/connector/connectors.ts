import { AppError } from '../../../platform/errors.ts'
import type { PacedSocketClient, SocketSession } from '../../../platform/routes/sockets.ts'
import type { ObsChannel, ObsDial } from '../obs-channel.ts'
import { readWord } from './connector-words.ts'
import { RelayedChannel } from './relayed-channel.ts'

/** One connector that is connected to this host. */
interface Connected {
  readonly client: PacedSocketClient
  /** The connection to OBS that it relays; undefined while it waits. */
  relayed: RelayedChannel | undefined
  /** Under which name or IP address it reaches this host, as it says. */
  host: string | undefined
}

/** Connectors beside an OBS that this host cannot reach: each waits here until its OBS is wanted. */
export class Connectors {
  /** By the id of the instance that their token belongs to. The newest last: one that was cut off may still seem connected. */
  readonly #connected = new Map<string, Connected[]>()
  readonly #onArrival: (id: string) => void

  constructor(onArrival: (id: string) => void) {
    this.#onArrival = onArrival
  }

  /** True while a connector of the instance is connected. */
  has(id: string): boolean {
    return this.#connected.has(id)
  }

  /** A connector has come with the token of the instance. */
  serve(id: string, client: PacedSocketClient): SocketSession {
    const connector: Connected = { client, relayed: undefined, host: undefined }
    const all = this.#connected.get(id) ?? []
    // Of those that wait one is enough.
    for (const { client: older } of all.filter(({ relayed }) => relayed === undefined)) older.close(4409, 'another connector has come')
    this.#connected.set(id, [...all.filter(({ relayed }) => relayed !== undefined), connector])
    return {
      onMessage: (text) => {
        if (connector.relayed !== undefined) {
          connector.relayed.onMessage(text)
          return
        }
        const said = readWord(text)
        if (said?.connector !== 'ready' || connector.host !== undefined) {
          client.close(1008, 'the connector speaks another version')
          return
        }
        connector.host = /^[A-Za-z0-9.:-]{1,253}$/.test(said.host) ? said.host : ''
        this.#onArrival(id)
      },
      onPong: () => connector.relayed?.onPong(),
      onClose: (code) => {
        const left = (this.#connected.get(id) ?? []).filter((each) => each !== connector)
        if (left.length === 0) this.#connected.delete(id)
        else this.#connected.set(id, left)
        connector.relayed?.onClose(code)
      },
    }
  }

  /** The way to the OBS of an instance by its connector. */
  dial(id: string): ObsDial {
    return {
      where: 'the other end of its connector',
      open: async () => this.#open(id),
      localAddress: (channel) => this.#connected.get(id)?.find(({ relayed }) => relayed === channel)?.host || undefined,
    }
  }

  /** The token of the instance is no longer valid. */
  drop(id: string): void {
    for (const { client } of this.#connected.get(id) ?? []) client.close(4401, 'the token was revoked')
  }

  #open(id: string): ObsChannel {
    const waiting = this.#connected.get(id)?.find(({ relayed, host }) => relayed === undefined && host !== undefined)
    if (waiting === undefined) throw new AppError('obs.connector_away', 'The connector of this OBS is not connected to this host')
    waiting.relayed = new RelayedChannel(waiting.client, () => {
      waiting.relayed = undefined
    })
    return waiting.relayed
  }
}
