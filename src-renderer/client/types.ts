import type { HealthSample, Stream, StreamKey, ViewerSession } from '../../src-main/live/schemas.ts'

export type { AddressRules } from '../../src-main/live/policy/access/address-rules.ts'
export type { PlaybackKey } from '../../src-main/live/policy/access/playback-key.ts'
export type { HostAccess, SignedAddresses, StreamAccess } from '../../src-main/live/policy/access/schemas.ts'
export type { Alert, AlertKind, AlertRule, Channel as AlertChannel } from '../../src-main/live/policy/alerts/schemas.ts'
export type { Delivery as HookDelivery, Hook, HookEvent } from '../../src-main/live/policy/hooks/schemas.ts'
export type { Source } from '../../src-main/live/relay/pull/schemas.ts'
export type {
  HealthSample,
  Stream,
  StreamKey,
  StreamKeyCreated,
  TrackInfo,
  ViewerSession,
} from '../../src-main/live/schemas.ts'

export type Role = 'viewer' | 'editor' | 'admin'

/** GET /sessions/me */
export interface Me {
  readonly principal: { readonly id: string; readonly role: Role | 'none' }
  /** False where loopback needs no sign-in. */
  readonly signInRequired: boolean
}

/** GET /live/publish-addresses */
export interface PublishAddresses {
  readonly rtmpServer: string
  readonly rtmpsServer: string | null
  readonly srtServer: string | null
  /** The whole SRT address, with the key. */
  readonly srtUrl?: string
  readonly key?: string
  readonly ffmpeg?: string
}

/** What GET /host tells; the page shows what it finds and leaves out what is missing. */
export type HostInfo = Readonly<Record<string, unknown>>

/** Runtime settings; unknown keys are kept and not shown. */
export type Settings = Readonly<Record<string, unknown>>

/** One line of GET /audit and of event `audit`. */
export interface AuditLine {
  readonly id: string | number
  readonly time: string
  readonly kind: string
  readonly message: string
  readonly streamId?: string | null
  readonly streamName?: string | null
  readonly sessionId?: string | null
  readonly remoteAddress?: string | null
  readonly actor?: string | null
  readonly code?: string | null
  readonly data?: Readonly<Record<string, unknown>> | null
}

export interface TokenInfo {
  readonly id: string
  readonly label: string
  readonly role: Role
  readonly createdAt: string
  readonly expiresAt: string | null
  readonly revokedAt?: string | null
  readonly lastUsedAt?: string | null
}

/** One of GET /sessions and of event `browser-session.created`. */
export interface SignedInBrowser {
  readonly id: string
  /** Label of the token that it signed in with; null for a link. */
  readonly label: string | null
  readonly role: Role
  readonly createdAt: string
  readonly lastUsedAt: string
  readonly userAgent: string
  readonly remoteAddress: string
  /** True for the browser that asks. */
  readonly current: boolean
}

export interface Page<T> {
  readonly items: readonly T[]
  readonly nextCursor: string | null
}

/** Newest `host.health`, read tolerantly: a field that is missing is undefined. */
export interface HostHealth {
  readonly cpuPercent: number | undefined
  readonly memoryBytes: number | undefined
}

/** What the event socket sends. */
export type SocketMessage =
  | { readonly type: 'hello'; readonly seq: number; readonly run: string }
  | { readonly type: 'reset'; readonly seq: number; readonly run: string }
  | {
      readonly type?: undefined
      readonly seq: number
      readonly time: string
      readonly topic: string
      readonly stream?: string
      readonly data: unknown
    }

export type EventMessage = Extract<SocketMessage, { topic: string }>

export interface Snapshot {
  readonly streams: readonly Stream[]
  readonly keys: readonly StreamKey[]
}

export interface StreamDetail {
  readonly samples: readonly HealthSample[]
  readonly sessions: readonly ViewerSession[]
}
