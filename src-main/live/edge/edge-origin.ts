import Value from 'typebox/value'
import type { DeliverySettings, EdgeOrigin, ViewerAnswer } from '../../media/edge-delivery.ts'
import type { ViewerRequest } from '../audience/viewer-book.ts'
import type { RunRecord, RunState } from '../delivery/run-wire.ts'
import type { PackagedStream } from '../packaging/packaged-stream.ts'
import type { AccessGate } from '../policy/access/access-gate.ts'
import { HeldSchema, LeftSchema, SeenReportSchema, SeenSchema } from './edge-schemas.ts'
import { feedOnceOpen, type OnOpening } from './guarded-feed.ts'
import { feedPackets, type PacketSource } from './packet-feed.ts'
import type { PacketRecord } from './packet-wire.ts'
import { feedStream, type HeldRuns } from './stream-feed.ts'

export interface EdgeOriginDependencies {
  /** Calls back with every run that is there or starts; the answer is called when that run is dropped. Returns the function that stops it. */
  readonly onRun: (listener: (run: PackagedStream) => () => void) => () => void
  readonly stateOf: (name: string) => Pick<RunState, 'title' | 'guarded'>
  /** Somebody was allowed to watch a stream at a node a short time ago. */
  readonly isWatchedAt: (name: string, node: string) => boolean
  /** Somebody goes on watching there. */
  readonly onWatched?: (name: string, node: string) => void
  /** Calls back when somebody is allowed at a node where nobody was, or when a stream may no longer need it. Returns the function that stops it. */
  readonly onOpening: OnOpening
  readonly gate: Pick<AccessGate, 'restricted' | 'check' | 'untilMs' | 'onRefresh'>
  readonly settings: () => Omit<DeliverySettings, 'restricted'>
  readonly seen: (name: string, epoch: string, request: ViewerRequest) => void
  /** A WebRTC viewer at a node has left. */
  readonly left: (name: string, session: string) => void
  /** Runs of a stream as WebRTC peers play them. */
  readonly followPackets: (name: string, listener: Parameters<PacketSource['follow']>[0]) => () => void
  /** ms since 1970. */
  readonly now: () => number
}

/** How long a node may go on with an answer about a viewer without asking again, ms: so long a rule may be late where the connection is broken. */
const maxAnswerMs = 60_000

/** The live platform as the origin of nodes on other machines. */
export function createEdgeOrigin(dependencies: EdgeOriginDependencies): EdgeOrigin {
  const { gate, now } = dependencies
  let nextRun = 0
  return {
    feed(stream, held, sink, node) {
      const feed = {
        onRun: (listener: (run: PackagedStream) => () => void) =>
          dependencies.onRun((run) => (run.name === stream ? listener(run) : () => undefined)),
        stateOf: () => dependencies.stateOf(stream),
        clockOffsetOf: ({ clockOffsetMs }: PackagedStream) => clockOffsetMs,
        held: heldBy(held),
        nextRun: () => nextRun++,
      }
      const isOpen = (): boolean => !dependencies.stateOf(stream).guarded || dependencies.isWatchedAt(stream, node)
      // Who waits at the node need not: the answer is here.
      if (!isOpen()) sink.write(JSON.stringify({ type: 'runs', name: stream, epochs: [] } satisfies RunRecord))
      return feedOnceOpen(isOpen, dependencies.onOpening, () => feedStream(stream, feed, sink))
    },
    feedPackets(stream, sink) {
      const source: PacketSource = {
        follow: (listener) => dependencies.followPackets(stream, listener),
        isGuarded: () => dependencies.stateOf(stream).guarded,
      }
      // Nodes have the origin answer who asks for a guarded stream.
      if (source.isGuarded()) sink.write(JSON.stringify({ type: 'packets', name: stream, run: null, guarded: true } satisfies PacketRecord))
      return feedOnceOpen(
        () => !source.isGuarded(),
        dependencies.onOpening,
        () => feedPackets(stream, source, sink),
      )
    },
    settings: () => ({ restricted: gate.restricted, ...dependencies.settings() }),
    onSettings: (listener) => gate.onRefresh(listener),
    async check({ stream, remoteAddress, token }) {
      const request = { stream, remoteAddress, token: token ?? undefined }
      const rejection = await gate.check(request)
      if (rejection !== undefined) return { allowed: false, code: rejection.code, message: rejection.message } satisfies ViewerAnswer
      return { allowed: true, forMs: Math.max(0, Math.min(maxAnswerMs, gate.untilMs(request) - now())) }
    },
    seen(report, node) {
      if (!Value.Check(SeenReportSchema, report)) return
      // what one player made up costs no other its place
      for (const each of report.seen) {
        if (!Value.Check(SeenSchema, each)) continue
        const { name, epoch, request } = each
        dependencies.onWatched?.(name, node)
        dependencies.seen(name, epoch, { session: undefined, hint: undefined, rendition: undefined, ...request } as ViewerRequest)
      }
      for (const each of report.left ?? []) if (Value.Check(LeftSchema, each)) dependencies.left(each.name, each.session)
    },
  }
}

/** What a node said that it has, as far as that makes sense. */
export function heldBy(held: unknown): HeldRuns {
  return Value.Check(HeldSchema, held) ? held : {}
}
