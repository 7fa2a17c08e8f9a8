import type { AppError } from '../../platform/errors.ts'

/** Somebody wants to watch, by whatever protocol. */
export interface WatchRequest {
  /** Name of the stream. */
  readonly stream: string
  readonly protocol: 'http' | 'rtmp' | 'srt' | 'webrtc' | 'http-flv'
  /** As sockets tell it. */
  readonly remoteAddress: string
  /** Signed address or token, where one was given. */
  readonly token: string | undefined
}

/** Every door to a stream asks here before it opens. */
export interface WatchGate {
  /** Why the viewer stays out, or undefined to let it in; at once where that can be told at once. */
  check(request: WatchRequest): AppError | undefined | Promise<AppError | undefined>
}
