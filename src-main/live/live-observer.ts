import type { LiveObserver, StreamFacts } from '../media/part-facts.ts'
import type { ManagedStream } from './hub/managed-stream.ts'
import type { RecordingPart } from './jobs/recording/index.ts'
import type { Destinations } from './relay/push/index.ts'

export interface LiveObserverDependencies {
  readonly streams: () => readonly ManagedStream[]
  readonly destinations: Pick<Destinations, 'list'>
  readonly recording: Pick<RecordingPart, 'folder' | 'running'>
}

/** What live streaming reports of itself for the health of the whole. */
export function createLiveObserver({ streams, destinations, recording }: LiveObserverDependencies): LiveObserver {
  return {
    read: () => ({
      streams: streams().flatMap((stream) =>
        stream.phase === 'active' || stream.phase === 'reconnecting' ? factsOf(stream, stream.phase === 'reconnecting') : [],
      ),
      destinations: destinations.list().map(({ id, label, stream, state, error, statistics }) => ({
        id,
        label,
        stream,
        state,
        error: error?.code,
        bitrateKbps: statistics.bitrateKbps,
        queuedMs: statistics.queuedMs,
        droppedFrames: statistics.droppedFrames,
      })),
      recordings: { folder: recording.folder, running: recording.running() },
    }),
    privateTexts: () =>
      destinations.list().flatMap(({ url }) => {
        const host = URL.parse(url)?.hostname
        return host ? [url, host] : [url]
      }),
  }
}

function factsOf({ id, name, meter, publisher, demo }: ManagedStream, reconnecting: boolean): StreamFacts {
  const health = meter?.latest
  return {
    id,
    name,
    reconnecting,
    local: demo || publisher?.request.protocol === 'studio' || publisher?.request.protocol === 'desktop',
    bitrateKbps: (health?.videoBitrateKbps ?? 0) + (health?.audioBitrateKbps ?? 0),
    frameRate: health?.frameRate ?? 0,
    keyframeIntervalMs: health?.keyframeIntervalMs ?? null,
    lateFrames: health?.lateFrames ?? 0,
  }
}
