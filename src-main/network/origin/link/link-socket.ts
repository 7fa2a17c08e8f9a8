import { Type } from 'typebox'
import { Strangers } from '../../../platform/net/strangers.ts'
import { defineSocket, type SocketDefinition } from '../../../platform/routes/sockets.ts'
import { tag } from '../nodes/node-schemas.ts'
import { OriginLink, type OriginLinkDependencies } from './origin-link.ts'

/** Connections that have not said yet which node they are. */
const maxStrangers = 64

/** Where nodes connect. */
export const linkPath = '/network/edge/link'

/** The WebSocket that nodes open: each proves its key before it is sent anything. */
export function linkSocket(dependencies: OriginLinkDependencies): SocketDefinition {
  const strangers = new Strangers(maxStrangers)
  return defineSocket({
    path: linkPath,
    tag,
    summary: 'Sends streams to a node, which proves its key first',
    role: 'none',
    query: Type.Object({}),
    maxClients: 1000,
    maxMessageBytes: 1024 * 1024,
    maxMessagesPerSecond: 5000,
    accept:
      ({ remoteAddress }) =>
      (client) =>
        new OriginLink(dependencies, client, remoteAddress, strangers),
  })
}
