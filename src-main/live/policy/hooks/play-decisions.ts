import type { AppError } from '../../../platform/errors.ts'
import type { MayWatch, WouldBeViewer } from '../../audience/viewer-admission.ts'
import type { Hooks } from './hooks.ts'

/** How long a decision is valid for the same viewer: manifests are fetched often, and hooks are not called each time, ms. */
const allowedMs = 60_000
const deniedMs = 5000
/** Verdicts that are remembered. */
const maxRemembered = 20_000

/** Asks hooks before somebody starts to watch; viewers who are watching already continue. */
export function createPlayDecisions(
  hooks: Hooks,
  watches: (streamId: string, viewer: WouldBeViewer) => boolean,
  now: () => number,
): MayWatch {
  const verdicts = new Map<string, { readonly untilMs: number; readonly verdict: Promise<AppError | undefined> }>()
  return (stream, viewer) => {
    if (!hooks.decides('play', stream.name) || watches(stream.id, viewer)) return undefined
    const key = `${stream.id} ${viewer.sessionKey ?? `${viewer.remoteAddress} ${viewer.userAgent}`}`
    const known = verdicts.get(key)
    if (known !== undefined && known.untilMs > now()) return known.verdict
    const { protocol, remoteAddress, userAgent, sessionKey } = viewer
    const verdict = hooks.ask('play', stream.name, { protocol, remoteAddress, userAgent, session: sessionKey ?? null })
    const remember = (forMs: number): void => {
      verdicts.delete(key)
      const oldest = verdicts.keys().next()
      if (verdicts.size >= maxRemembered && !oldest.done) verdicts.delete(oldest.value)
      verdicts.set(key, { untilMs: now() + forMs, verdict })
    }
    remember(allowedMs)
    void verdict.then((rejection) => {
      if (rejection !== undefined) remember(deniedMs)
    })
    return verdict
  }
}
