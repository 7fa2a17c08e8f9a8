import type { AppError } from '../../../platform/errors.ts'
import type { WatchRequest } from '../../audience/viewer-admission.ts'

/** Decides who may watch, whoever has the rules: this host, or a node's origin. */
export interface ViewerGate {
  /** False while there are no restrictions: most hosts need no further checks. */
  readonly restricted: boolean
  /** True where a stream needs a token that its manifest's URLs must carry on. */
  signed(stream: string): boolean
  /** True for who brings the token of the host's own processes. */
  isHost(token: string | undefined): boolean
  /** Why a viewer may not watch, or undefined; at once where that is known at once. A promise never rejects. */
  check(request: WatchRequest): AppError | undefined | Promise<AppError | undefined>
  /** Until when a verdict of `check` that allows a viewer is valid while nothing changes, on the gate's clock, ms. */
  untilMs(request: WatchRequest): number
  /** Calls back after every change of rules or keys. Returns the function that stops it. */
  onRefresh(listener: () => void): () => void
}
