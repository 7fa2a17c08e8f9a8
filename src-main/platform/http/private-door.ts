import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import { makeWorkFolder } from '../work-folder.ts'
import { adoptClient } from './client-header.ts'

export interface PrivateDoorNeeds {
  readonly onRequest: (request: IncomingMessage, response: ServerResponse) => void
  readonly onUpgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void
}

/** Where processes of ours hand on what they do not answer themselves. */
export interface PrivateDoor {
  /** Of a Unix socket in a folder that only this user may enter. */
  readonly path: string
  stop(): Promise<void>
}

/** Opens the host's private door. Who comes in is believed about the client that it speaks for. */
export async function openPrivateDoor(needs: PrivateDoorNeeds): Promise<PrivateDoor> {
  // not in the data folder: the path of a Unix socket may be 107 bytes long
  const folder = makeWorkFolder('streams-door')
  const path = join(folder.path, 'door')
  const sockets = new Set<Socket>()
  // The other side keeps its connections and closes them itself: one that we closed could be just about to be used.
  const server = createServer({ keepAliveTimeout: 0, requestTimeout: 0 })
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  server.on('request', (request, response) => {
    if (adoptClient(request)) needs.onRequest(request, response)
    else response.writeHead(400).end()
  })
  server.on('upgrade', (request, socket, head) => {
    if (adoptClient(request)) needs.onUpgrade(request, socket, head)
    else socket.destroy()
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(path, resolve)
  })
  return {
    path,
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve))
      for (const socket of sockets) socket.destroy()
      await closed
      folder.remove()
    },
  }
}
