import { chmodSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { join } from 'node:path'
import type { MediaShares } from '../../media/media-shares.ts'
import type { EventBus } from '../../platform/events/events.ts'
import type { Logger } from '../../platform/logger.ts'
import { ShareClient } from './share-client.ts'
import { socketFolder, socketName, sweepSockets } from './share-socket.ts'

export interface ShareServerDependencies {
  readonly shares: MediaShares
  readonly events: Pick<EventBus, 'subscribe'>
  readonly log: Logger
  readonly program: string
  readonly environment: Readonly<Record<string, string | undefined>>
}

/** Sources of OBS on this machine that may be connected. */
const maxClients = 64
/** After an event that may change the list, ms: many come together. */
const listAfterMs = 250

/** Serves the plugin in OBS: its sources connect to a socket that only this user may open, and take what is shared. */
export class ShareServer {
  readonly #dependencies: ShareServerDependencies
  readonly #clients = new Set<ShareClient>()
  #server: Server | undefined
  #leaveEvents: (() => void) | undefined
  #timer: NodeJS.Timeout | undefined
  #stopped = false

  constructor(dependencies: ShareServerDependencies) {
    this.#dependencies = dependencies
  }

  /** Listens; what prevents it is logged: everything else goes on without it. */
  async start(httpPort: number): Promise<void> {
    const { log, events, environment } = this.#dependencies
    try {
      const path = await pathFor(httpPort, environment)
      if (this.#stopped) return
      const server = createServer((socket) => this.#accept(socket))
      server.maxConnections = maxClients
      this.#server = server
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject)
        server.listen(path, resolve)
      })
      server.on('error', (err) => log.warn({ err }, 'the socket for plugins in OBS failed'))
      if (process.platform !== 'win32') chmodSync(path, 0o600)
      this.#leaveEvents = events.subscribe(({ topic }) => {
        if (topic.startsWith('studio.') || topic.startsWith('stream.')) this.#listLater()
      })
    } catch (error) {
      log.warn({ err: error }, 'sources of OBS on this machine cannot show what this host has')
    }
  }

  stop(): void {
    this.#stopped = true
    this.#leaveEvents?.()
    clearTimeout(this.#timer)
    this.#server?.close()
    for (const client of this.#clients) client.close()
  }

  #accept(socket: ConstructorParameters<typeof ShareClient>[0]['socket']): void {
    const { shares, program } = this.#dependencies
    const client = new ShareClient({ socket, shares, program })
    this.#clients.add(client)
    socket.once('close', () => this.#clients.delete(client))
  }

  #listLater(): void {
    if (this.#clients.size === 0) return
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      for (const client of this.#clients) client.list()
    }, listAfterMs).unref()
  }
}

async function pathFor(httpPort: number, environment: ShareServerDependencies['environment']): Promise<string> {
  // A pipe of Windows may be opened by its own user and administrators.
  if (process.platform === 'win32') return `\\\\.\\pipe\\ami-streams-obs-${httpPort}`
  const folder = socketFolder(environment, process.getuid?.() ?? 0)
  await sweepSockets(folder)
  return join(folder, socketName(httpPort))
}
