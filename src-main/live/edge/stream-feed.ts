import type { RecordSink, StreamFeed } from '../../media/edge-delivery.ts'
import { type HeldRendition, RunFeed } from '../delivery/run-feed.ts'
import type { RunRecord, RunSink, RunState } from '../delivery/run-wire.ts'
import type { PackagedStream } from '../packaging/packaged-stream.ts'

/** By epoch and rendition: what a node said that it has. */
export type HeldRuns = Readonly<Record<string, Readonly<Record<string, HeldRendition>>>>

export interface StreamFeedOptions<Run extends PackagedStream> {
  /** Calls back with every run of the stream that is there or starts; the answer is called when that run is dropped. Returns the function that stops it. */
  readonly onRun: (listener: (run: Run) => () => void) => () => void
  /** What the packager does not know of the run. */
  readonly stateOf: (run: Run) => Pick<RunState, 'title' | 'guarded'>
  /** Clock of the machine where the run is packaged. */
  readonly clockOffsetOf: (run: Run) => number
  readonly held: HeldRuns
  readonly nextRun: () => number
}

/** Reports all runs of a stream to a node, then which there are: what the node has of others is gone. */
export function feedStream<Run extends PackagedStream>(
  name: string,
  { onRun, stateOf, clockOffsetOf, held, nextRun }: StreamFeedOptions<Run>,
  sink: RecordSink,
): StreamFeed {
  const runSink: RunSink = {
    write: (record, data) => sink.write(JSON.stringify(record satisfies RunRecord), data),
    hasSpace: () => sink.hasSpace(),
    together: (work) => work(),
  }
  const feeds = new Map<string, RunFeed>()
  let listed = false
  const list = (): void => {
    if (listed || [...feeds.values()].some(({ behind }) => behind)) return
    listed = true
    runSink.write({ type: 'runs', name, epochs: [...feeds.keys()] })
  }
  let started = false
  const stop = onRun((run) => {
    const known = Object.hasOwn(held, run.epoch) && !started ? held[run.epoch] : undefined
    const feed = new RunFeed(nextRun(), run, runSink, () => stateOf(run), {
      ...{ remote: true, clockOffsetMs: clockOffsetOf(run) },
      ...(known && { held: known }),
    })
    feeds.set(run.epoch, feed)
    return () => {
      feeds.delete(run.epoch)
      feed.stop()
    }
  })
  started = true
  list()
  return {
    resume() {
      for (const feed of feeds.values()) if (feed.behind) feed.sync()
      list()
    },
    stop,
  }
}
