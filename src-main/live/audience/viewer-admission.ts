import type { AppError } from '../../platform/errors.ts'
import type { ParsedRequest } from '../http/live-request.ts'
import type { ViewProtocol } from './viewer-registry.ts'

/** What an output knows of somebody who starts to watch. */
export interface WouldBeViewer {
  readonly protocol: ViewProtocol
  /** `session` of our own player's URLs, if given. */
  readonly sessionKey: string | undefined
  readonly remoteAddress: string
  readonly userAgent: string
  /** Signed URL or token, on outputs other than HTTP: those of HTTP are read before. */
  readonly token?: string | undefined
}

/** Who watches a stream, as the rules of access see it. */
export interface WatchRequest {
  /** Name of the stream. */
  readonly stream: string
  /** As the socket reports it. */
  readonly remoteAddress: string
  /** Signed URL or token, where one was given. */
  readonly token: string | undefined
}

/** Ends what a viewer plays, for that reason. */
export type EndPlayback = (rejection: AppError) => void

/**
 * Watches playback that goes on after the request that started it: `end` is called once, within about a second, where a change of rules
 * or keys or the end of a token's time does not allow it any more. Returns the way to stop watching.
 */
export type WhileAllowed = (viewer: WatchRequest, end: EndPlayback) => () => void

/** The same of a request that passed the rules before HTTP. */
export type WhileRequestAllowed = (request: ParsedRequest, end: EndPlayback) => () => void

type Verdict = AppError | undefined

/** The rules of who may watch, for playback whose media do not come with requests. */
export interface WatchAccess {
  /** Who watches by a request. */
  viewerOf(request: ParsedRequest): WatchRequest
  /** Why somebody may not watch, or undefined. A promise never rejects. */
  check(viewer: WatchRequest): Verdict | Promise<Verdict>
  readonly whileAllowed: WhileAllowed
}

/**
 * Asked by every output when a player starts: the reason to reject it, or undefined; at once where that is known at once.
 * A promise never rejects.
 */
export type MayWatch = (stream: { readonly id: string; readonly name: string }, viewer: WouldBeViewer) => Verdict | Promise<Verdict>

/** Asks one after the other until one rejects. */
export function firstRejection(checks: readonly MayWatch[]): MayWatch {
  return (stream, viewer) => {
    for (let index = 0; index < checks.length; index++) {
      const verdict = (checks[index] as MayWatch)(stream, viewer)
      if (verdict instanceof Promise) {
        const rest = firstRejection(checks.slice(index + 1))
        return verdict.then((rejection) => rejection ?? rest(stream, viewer))
      }
      if (verdict !== undefined) return verdict
    }
    return undefined
  }
}
