import type { IncomingMessage } from 'node:http'

/** On the private socket between processes of ours: whose request it is, `PORT S ADDRESS`, S is 1 where it came over TLS. */
export const clientHeader = 'x-streams-client'

/** What is told of a client by the process that it reached. */
export interface Client {
  readonly remoteAddress: string
  readonly remotePort: number
  readonly encrypted: boolean
}

/** Writes a client for the header. */
export function writeClient({ remoteAddress, remotePort, encrypted }: Client): string {
  return `${remotePort} ${encrypted ? 1 : 0} ${remoteAddress}`
}

/** Reads the header; undefined where it is not what `writeClient` writes. */
export function readClient(text: unknown): Client | undefined {
  const match = typeof text === 'string' ? /^(\d{1,5}) ([01]) ([0-9A-Za-z:.%]{0,64})$/.exec(text) : null
  if (!match) return undefined
  return { remotePort: Number(match[1]), encrypted: match[2] === '1', remoteAddress: match[3] as string }
}

/**
 * Gives a request that came over the private socket the client's address, so that every door behind sees it as its own.
 * The socket carries one request at a time. False where the header is missing or malformed.
 */
export function adoptClient(request: IncomingMessage): boolean {
  const client = readClient(request.headers[clientHeader])
  delete request.headers[clientHeader]
  if (client === undefined) return false
  for (const [name, value] of Object.entries(client)) Object.defineProperty(request.socket, name, { value, configurable: true })
  return true
}
