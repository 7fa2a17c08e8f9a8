import type { Answer, Item } from '../../src-main/api/typed-api.ts'
import type { HealthSample, Stream, StreamKey, ViewerSession } from '../../src-main/live/schemas.ts'

export type { IpRules } from '../../src-main/live/policy/access/ip-rules.ts'
export type { PlaybackKey } from '../../src-main/live/policy/access/playback-key.ts'
export type { HostAccess, SignedUrls, StreamAccess } from '../../src-main/live/policy/access/schemas.ts'
export type { Alert, AlertKind, AlertRule, Channel as AlertChannel } from '../../src-main/live/policy/alerts/schemas.ts'
export type { Delivery as HookDelivery, Hook, HookEvent } from '../../src-main/live/policy/hooks/schemas.ts'
export type { Source } from '../../src-main/live/relay/pull/schemas.ts'
export type { HealthSample, Stream, StreamKey, StreamKeyCreated, ViewerSession } from '../../src-main/live/schemas.ts'
export type { TrackInfo } from '../../src-main/media/track-info.ts'

export type Role = 'viewer' | 'editor' | 'admin'

export type Me = Answer<'GET', '/sessions/me'>
export type PublishUrls = Answer<'GET', '/live/publish-addresses'>
export type HostInfo = Answer<'GET', '/host'>
export type Settings = Answer<'GET', '/settings'>
/** Also the data of event `audit`. */
export type AuditLine = Item<'/audit'>
export type TokenInfo = Item<'/tokens'>
/** Also the data of event `browser-session.created`. */
export type SignedInBrowser = Item<'/sessions'>

export interface Page<T> {
  readonly items: readonly T[]
  readonly nextCursor: string | null
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
