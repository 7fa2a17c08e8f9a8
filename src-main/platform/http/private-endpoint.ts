import { randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import type { Socket } from 'node:net'
import { join } from 'node:path'
import type { Logger } from '../logger.ts'
import { makeWorkFolder } from '../storage/work-folder.ts'
import { adoptClient } from './client.ts'
import { guardHandlers, type HttpHandlers } from './guarded-handlers.ts'
import { isWebSocket } from './request-target.ts'

export interface PrivateEndpointOptions extends HttpHandlers {
  readonly log: Pick<Logger, 'error'>
}

/** What a process of ours needs to pass requests on to the host. */
export interface PrivateSocket {
  /** Unix socket in a folder that only this user may enter. */
  readonly path: string
  /** Random for each run. Only requests that carry it may name the client they come from. */
  readonly secret: string
}

/** The host's listener for requests that delivery processes do not answer themselves. */
export interface PrivateEndpoint extends PrivateSocket {
  stop(): Promise<void>
}

/** Opens the host's private listener. Requests without its secret are rejected. */
export async function openPrivateEndpoint(options: PrivateEndpointOptions): Promise<PrivateEndpoint> {
  // not in the data folder: the path of a Unix socket may be 107 bytes long
  const folder = makeWorkFolder('streams-endpoint')
  const path = join(folder.path, 'socket')
  const secret = randomBytes(24).toString('base64url')
  const sockets = new Set<Socket>()
  // The other side keeps its connections and closes them itself: one that we closed could be just about to be used.
  const server = createServer({ keepAliveTimeout: 0, requestTimeout: 0 })
  Object.assign(server, { shouldUpgradeCallback: isWebSocket })
  server.maxHeadersCount = 0
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  const { onRequest, onUpgrade } = guardHandlers(
    {
      onRequest: (request, response) => {
        if (adoptClient(request, secret)) options.onRequest(request, response)
        else response.writeHead(400).end()
      },
      onUpgrade: (request, socket, head) => {
        if (adoptClient(request, secret)) options.onUpgrade(request, socket, head)
        else socket.destroy()
      },
    },
    options.log,
  )
  server.on('request', onRequest)
  server.on('upgrade', onUpgrade)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(path, resolve)
  })
  server.on('error', (error) => options.log.error({ err: error }, 'the private listener failed'))
  return {
    path,
    secret,
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve))
      for (const socket of sockets) socket.destroy()
      await closed
      folder.remove()
    },
  }
}
