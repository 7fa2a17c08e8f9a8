import type { AppError } from '../../platform/errors.ts'
import type { ViewProtocol } from './viewer-registry.ts'

/** What a way out knows of somebody who begins to watch. */
export interface WouldBeViewer {
  readonly protocol: ViewProtocol
  /** `session` of our own player's addresses where given. */
  readonly sessionKey: string | undefined
  readonly remoteAddress: string
  readonly userAgent: string
  /** Signed address or token, on the ways out that are not HTTP: those of HTTP are read before. */
  readonly token?: string | undefined
}

type Verdict = AppError | undefined

/**
 * Asked by every way out when a player begins: the reason to refuse it, or undefined; at once where that can be told at once.
 * A promise never rejects.
 */
export type MayWatch = (stream: { readonly id: string; readonly name: string }, viewer: WouldBeViewer) => Verdict | Promise<Verdict>

/** Asks one after the other until one refuses. */
export function firstRefusal(checks: readonly MayWatch[]): MayWatch {
  return (stream, viewer) => {
    for (let index = 0; index < checks.length; index++) {
      const verdict = (checks[index] as MayWatch)(stream, viewer)
      if (verdict instanceof Promise) {
        const rest = firstRefusal(checks.slice(index + 1))
        return verdict.then((refusal) => refusal ?? rest(stream, viewer))
      }
      if (verdict !== undefined) return verdict
    }
    return undefined
  }
}
