import { availableParallelism } from 'node:os'
import type { Logger } from '../../platform/logger.ts'
import type { LivePart } from '../live-part.ts'
import type { LiveStream } from '../streams/stream.ts'
import type { DerivedStreams, LadderStream } from './derived-streams.ts'
import { LadderView } from './ladder-stream.ts'
import { RealtimeStream } from './realtime-stream.ts'
import { StreamTranscoder } from './stream-transcoder.ts'

export interface RenditionsNeeds {
  readonly log: Logger
  /** File of the transcoder process; found beside this module when left out. */
  readonly workerEntry?: string | URL
}

/** What is made of streams beside what their publishers send. */
export interface Renditions extends LivePart {
  readonly derived: DerivedStreams
}

interface Made {
  readonly transcoder: StreamTranscoder
  readonly realtime: RealtimeStream
  readonly ladder: LadderView
}

/** Makes the part; no process runs until somebody wants what must be made. */
export function createRenditions(needs: RenditionsNeeds): Renditions {
  const { log } = needs
  const made = new Map<LiveStream, Made>()
  const slow = availableParallelism() < 4

  function of(stream: LiveStream): Made {
    const known = made.get(stream)
    if (known) return known
    const transcoder = new StreamTranscoder({
      stream,
      log: log.child({ streamId: stream.id }),
      ...(needs.workerEntry === undefined ? {} : { workerEntry: needs.workerEntry }),
    })
    const fresh: Made = {
      transcoder,
      realtime: new RealtimeStream({
        source: stream,
        transcoder,
        log,
        preset: () => (slow ? 'superfast' : 'veryfast'),
      }),
      ladder: new LadderView(stream),
    }
    made.set(stream, fresh)
    stream.subscribe(
      {
        onTrack: () => undefined,
        onPacket: () => undefined,
        onDiscontinuity: () => undefined,
        onEnd: () => {
          made.delete(stream)
          void transcoder.stop()
        },
      },
      { from: 'live' },
    )
    return fresh
  }

  return {
    derived: {
      ladder: (stream): LadderStream => of(stream).ladder,
      realtime: (stream) => of(stream).realtime,
    },
    async stop() {
      await Promise.all([...made.values()].map((each) => each.transcoder.stop()))
      made.clear()
    },
  }
}
