import type { Cmcd } from '../../formats/playlists/cmcd.ts'
import type { ViewerSession } from '../schemas.ts'

export type ViewProtocol = ViewerSession['protocol']

/** One request or write that a playing client caused; the registry joins them into sessions. */
export interface ViewerActivity {
  readonly streamId: string
  readonly protocol: ViewProtocol
  /** `session` of our own player's URLs, or `sid` of CMCD, where given; others are distinguished by IP address and user agent. */
  readonly sessionKey?: string
  readonly remoteAddress: string
  readonly userAgent: string
  readonly bytes: number
  /** Rendition id that was fetched (`v0`), where the activity is media. */
  readonly rendition?: string
  /** What the player said with the request. */
  readonly cmcd?: Cmcd
}

/**
 * What outputs report of playing clients. Plain objects go in and nothing comes back, so that a process of its own can gather
 * calls and hand them over in batches.
 */
export interface ViewerRegistry {
  active(activity: ViewerActivity): void
  /** Ends a session at once if the protocol reports it (RTMP, SRT, WebRTC); others expire. */
  leave(streamId: string, protocol: ViewProtocol, sessionKey: string): void
}
