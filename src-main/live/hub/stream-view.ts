import { trackInfo } from '../../media/track-info.ts'
import type { Stream, StreamPublisher } from '../schemas.ts'
import { streamUrls, type UrlBase } from '../stream-urls.ts'
import type { ManagedStream } from './managed-stream.ts'
import type { LivePublisher } from './publishers/live-publisher.ts'

/** A stream as the API and the events show it. */
export function streamView(stream: ManagedStream, viewers: number, base: UrlBase): Stream {
  const publisher = stream.publisher
  const health = stream.meter?.latest ?? null
  const measured = stream.phase === 'active' && health !== null && health.frameRate > 0 ? health.frameRate : undefined
  return {
    id: stream.id,
    name: stream.name,
    title: stream.title,
    state: stream.state,
    reconnecting: stream.phase === 'reconnecting',
    error: stream.error === null ? null : { ...stream.error },
    createdAt: stream.createdAt,
    startedAt: stream.startedAt,
    endedAt: stream.endedAt,
    publisher: publisher === undefined ? null : publisherInfo(publisher),
    onAir: publisher?.role ?? (stream.slateOnAir ? 'slate' : null),
    publishers: publishersOf(stream),
    tracks: (stream.run?.tracks ?? []).map((track) => trackInfo(track, measured)),
    metadata: { ...stream.metadata },
    health,
    warnings: [...(stream.meter?.warnings ?? [])],
    viewers,
    demo: stream.demo,
    ...streamUrls(stream.name, base),
  }
}

function publisherInfo({ request, keyId, connectedAt, role }: LivePublisher): NonNullable<Stream['publisher']> {
  const { sessionId, protocol, remoteAddress, encoder } = request
  return { sessionId, protocol, remoteAddress, encoder, keyId, connectedAt, role }
}

/** Primary first. */
function publishersOf({ publisher, standby }: ManagedStream): StreamPublisher[] {
  const both: StreamPublisher[] = []
  for (const each of [publisher, standby]) {
    if (each === undefined) continue
    const { meter, tracks, onAir } = each.publication
    both.push({
      ...publisherInfo(each),
      onAir,
      tracks: [...tracks.values()].map((track) => trackInfo(track, meter.latest?.frameRate || undefined)),
      health: meter.latest,
      warnings: [...meter.warnings],
    })
  }
  return both.sort((a, b) => Number(a.role === 'backup') - Number(b.role === 'backup'))
}
