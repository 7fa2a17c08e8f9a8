import type { IceServer } from '../../../../media/realtime/sfu-engine.ts'

/** What the host asks of the process that sends over WebRTC. `session` is the channel of the media pipe too. */
export type ToWhipWorker =
  | { readonly type: 'open'; readonly session: number; readonly iceServers: readonly IceServer[] }
  | { readonly type: 'answer'; readonly session: number; readonly sdp: string }
  | { readonly type: 'close'; readonly session: number }

/** On the media pipe, before the frames that follow there. `originTimeMs`: wall clock at which their timeline started. */
export interface PlayNote {
  readonly originTimeMs: number
}

/** Messages from that process. */
export type FromWhipWorker =
  | { readonly type: 'offer'; readonly session: number; readonly sdp: string }
  | { readonly type: 'connected'; readonly session: number }
  | { readonly type: 'closed'; readonly session: number; readonly why: WhipEnd; readonly message: string }
  | { readonly type: 'loss'; readonly session: number; readonly lost: number; readonly retransmitted: number }

/** `missing`: the library does not load; `answer`: the far end's SDP is not usable; `path`: no way for media; `lost`: it broke; `silent`: no report came for long. */
export type WhipEnd = 'missing' | 'answer' | 'path' | 'lost' | 'silent'
