import { type LoggedRequest, unescaped } from '../logged-request.ts'

/** A request that nginx answered by itself. */
export interface CountedRequest {
  /** IPv4 address, or the first half of an IPv6 address. */
  readonly network: string
  /** The signature of a signed URL; empty for others, and not valid where the status is 403. */
  readonly user: string
  readonly status: number
  /** Decoded, without the query, shortened. */
  readonly path: string
  readonly agent: string
  /** ISO 3166-1 alpha-2; empty where it is not known. */
  readonly country: string
}

const maxPath = 200
const maxAgent = 120

/** What of a request is limited. Undefined for who is never limited, and for what is live: it is counted where it is answered. */
export function countedRequest({ client, status, path, agent, country }: LoggedRequest): CountedRequest | undefined {
  if (client === undefined || path.startsWith('/live/')) return undefined
  return {
    ...{ network: client.network, user: client.user, status, country: country ?? '' },
    path: unescaped(path.slice(0, maxPath * 4)).slice(0, maxPath),
    agent: unescaped(agent.slice(0, maxAgent * 4)).slice(0, maxAgent),
  }
}
