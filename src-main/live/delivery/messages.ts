import type { ViewerNode } from '../../media/viewer-nodes.ts'
import type { PerIpLimits } from '../../platform/http/client-limits.ts'
import type { PrivateSocket } from '../../platform/http/private-endpoint.ts'
import type { ViewerRequest } from '../audience/viewer-book.ts'
import type { UsableKey } from '../policy/access/grants.ts'
import type { HostAccess, StreamAccess } from '../policy/access/schemas.ts'
import type { PlaybackRequestKind } from '../protocols/hls/playback.ts'

/** What decides about viewers, as a delivery process needs it. */
export interface AccessRules {
  readonly keys: readonly UsableKey[]
  readonly ownKey: UsableKey
  readonly host: HostAccess
  readonly streams: readonly (readonly [name: string, access: StreamAccess])[]
}

/** Rules and settings that hold from now on. */
export interface DeliveryRules {
  readonly access: AccessRules
  readonly cdnPrefix: string
  readonly viewerNodes: readonly ViewerNode[]
}

export interface DeliverySetup {
  /** The host's private socket. */
  readonly behind: PrivateSocket
  readonly maxConnections: number
  readonly perAddress: PerIpLimits
  /** The option of that name. */
  readonly trustedProxies: string
  readonly container: 'fmp4' | 'mpegts'
  readonly tls: { readonly cert: string; readonly key: string; readonly ticketKeys: Uint8Array } | undefined
  readonly rules: DeliveryRules
}

export type ToDelivery =
  | { readonly type: 'setup'; readonly setup: DeliverySetup }
  /** Comes with the port to listen on; the HTTPS port, if there is one, comes first. */
  | { readonly type: 'port'; readonly secure: boolean }
  | { readonly type: 'rules'; readonly rules: DeliveryRules }
  | { readonly type: 'certificate'; readonly cert: string; readonly key: string }

/** What a delivery process did since it last reported. */
export interface DeliveryReport {
  readonly requests: Partial<Record<PlaybackRequestKind, number>>
  readonly bytes: number
  /** Requests that wait for media now. */
  readonly waiting: number
  /** What players fetched, joined by player, kind of request and rendition. */
  readonly seen: readonly { readonly name: string; readonly epoch: string; readonly request: ViewerRequest }[]
}

export type FromDelivery =
  | { readonly type: 'listening' }
  | { readonly type: 'failed'; readonly reason: string }
  | { readonly type: 'report'; readonly report: DeliveryReport }
