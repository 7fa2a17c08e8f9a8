import type { ServerResponse } from 'node:http'
import type { EdgeFigures } from '../../media/edge-delivery.ts'
import type { AcmeStatus } from '../../platform/acme/acme-status.ts'
import type { AnycastState } from '../front/anycast/anycast-schemas.ts'
import type { FrontHealth } from '../front/start-front.ts'
import type { LinkState } from './link/edge-link.ts'

/** Where a node answers how it is. */
export const healthPath = '/api/v1/cdn/health'

/** What a node answers at `/api/v1/cdn/health`. */
export interface NodeHealth {
  readonly status: 'ok' | 'degraded'
  readonly role: 'node'
  readonly origin: LinkState
  /** Why there is no connection to the origin; null while there is one. */
  readonly reason: string | null
  /** How far its clock is ahead of that of the origin, ms; null before both were compared. */
  readonly clockAheadMs: number | null
  /** Nodes that are connected to this one as their origin. */
  readonly nodes: number
  readonly streams: number
  readonly waiting: number
  /** Its WebRTC viewers and its UDP port; null where they are the origin's. */
  readonly webrtc: EdgeFigures['webrtc']
  /** Certificate of an ACME authority; null where none is asked. */
  readonly acme: AcmeStatus | null
  /** Null without a cache. */
  readonly cache: FrontHealth | null
  /** Prefixes that it announces by BGP; null where its file says nothing of it. */
  readonly anycast: Pick<AnycastState, 'announced' | 'reason'> | null
}

/** Answers 503 where something is wrong, as programs that watch a node expect it. */
export function sendHealth(response: ServerResponse, health: NodeHealth): void {
  const body = JSON.stringify(health)
  response.writeHead(health.status === 'ok' ? 200 : 503, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
  })
  response.end(body)
}
