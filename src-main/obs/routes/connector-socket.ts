import { Type } from 'typebox'
import { AppError } from '../../platform/errors.ts'
import { defineSocket, type SocketDefinition } from '../../platform/routes/sockets.ts'
import { connectorPath, tokenHeader } from '../connection/connector/connector-words.ts'
import { maxMessageBytes } from '../connection/obs-channel.ts'
import type { InstanceBook } from '../instances/instance-book.ts'
import { tag } from '../schemas/words.ts'

/** Two for each instance: one that is being replaced may still seem connected. */
const maxConnectors = 100
/** A flood of OBS waits in the network: see `ObsSocket`. */
const maxMessagesPerSecond = 100_000

/** Where `streams obs connect` connects to. Its token is for this alone. */
export function connectorSocket(book: Pick<InstanceBook, 'connector'>): SocketDefinition {
  return defineSocket({
    path: connectorPath.slice('/api/v1'.length),
    tag,
    summary: 'The connector of an OBS that this host cannot reach, with its token in `X-OBS-Connector-Token`',
    role: 'none',
    query: Type.Object({}),
    maxClients: maxConnectors,
    maxMessageBytes,
    maxMessagesPerSecond,
    accept({ header }) {
      const token = header(tokenHeader)
      if (token === undefined) throw new AppError('obs.connector_token', 'The request has no X-OBS-Connector-Token')
      return book.connector(token)
    },
  })
}
