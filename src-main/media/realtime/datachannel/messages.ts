import type { PeerStats, SfuOptions } from '../sfu-engine.ts'

/** What the host asks of the worker. Answers carry the same `call`. */
export type ToSfuWorker =
  | {
      readonly type: 'start'
      readonly options: Pick<SfuOptions, 'bind' | 'port' | 'addresses'>
      readonly connectMs: number
      readonly keyframeMs: number
    }
  | {
      readonly type: 'publish' | 'play'
      readonly call: number
      readonly sessionId: string
      readonly room: string
      readonly sdp: string
      readonly channel: number
    }
  | { readonly type: 'feed'; readonly room: string; readonly channel: number; readonly originTimeMs: number }
  | { readonly type: 'unfeed'; readonly room: string; readonly channel: number }
  | { readonly type: 'keyframe'; readonly room: string }
  | { readonly type: 'layer'; readonly sessionId: string; readonly rid: string | undefined }
  | { readonly type: 'stats'; readonly call: number }
  | { readonly type: 'close'; readonly sessionId: string }

/** What the worker tells. Frames of publishers come over the media pipe, on the channel that `publish` named. */
export type FromSfuWorker =
  | { readonly type: 'started' }
  | { readonly type: 'failed'; readonly code: 'webrtc.engine_missing' | 'port.in_use' | 'port.forbidden'; readonly message: string }
  | { readonly type: 'answer'; readonly call: number; readonly sdp: string }
  | {
      readonly type: 'refused'
      readonly call: number
      readonly code: 'webrtc.no_codec' | 'stream.not_live' | 'webrtc.sdp_invalid'
      readonly message: string
    }
  | { readonly type: 'stats'; readonly call: number; readonly stats: readonly PeerStats[] }
  | { readonly type: 'connected'; readonly sessionId: string }
  | { readonly type: 'closed'; readonly sessionId: string; readonly why: 'closed' | 'left' | 'lost' | 'never-connected' }
  | { readonly type: 'fault'; readonly sessionId: string; readonly message: string }
