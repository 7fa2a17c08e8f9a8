import { setTimeout as wait } from 'node:timers/promises'
import type { NodeBook } from './node-book.ts'

const lookMs = 500
/** Requests a second at a node whose players have gone. */
const quietRequests = 0.5
/** So long there are hardly any requests, ms: players ask more often. */
const quietMs = 2000

/** Has a node drain, and waits until its players have gone, `drainS` seconds at most; not at all where viewers are not sent to nodes. */
export async function drainNode(
  {
    nodes,
    isRouting,
    drainS,
  }: { readonly nodes: Pick<NodeBook, 'find' | 'setBusy'>; readonly isRouting: () => boolean; readonly drainS: number },
  id: string,
  signal: AbortSignal,
): Promise<void> {
  nodes.setBusy(id, true)
  if (!isRouting()) return
  const end = performance.now() + drainS * 1000
  let [lookedMs, requests, quietSinceMs] = [performance.now(), nodes.find(id)?.requests ?? 0, performance.now()]
  while (performance.now() < end && performance.now() - quietSinceMs < quietMs) {
    await wait(lookMs, undefined, { signal })
    const nowMs = performance.now()
    const now = nodes.find(id)?.requests ?? 0
    if (((now - requests) * 1000) / (nowMs - lookedMs) > quietRequests) quietSinceMs = nowMs
    ;[lookedMs, requests] = [nowMs, now]
  }
}
