import type { Track } from '../../formats/track.ts'
import { type AddressBase, streamAddresses } from '../addresses.ts'
import type { Stream, StreamPublisher, TrackInfo } from '../schemas.ts'
import type { LivePublisher, StreamEntry } from './live-publisher.ts'
import { stateOf } from './stream-state.ts'

/** A stream as the API and the events show it. */
export function streamView(entry: StreamEntry, viewers: number, base: AddressBase): Stream {
  const publisher = entry.publisher
  const health = entry.meter?.latest ?? null
  const measured = entry.phase === 'active' && health !== null && health.frameRate > 0 ? health.frameRate : undefined
  return {
    id: entry.id,
    name: entry.name,
    title: entry.title,
    state: stateOf(entry.phase),
    reconnecting: entry.phase === 'reconnecting',
    error: entry.error === null ? null : { ...entry.error },
    createdAt: entry.createdAt,
    startedAt: entry.startedAt,
    endedAt: entry.endedAt,
    publisher: publisher === undefined ? null : publisherInfo(publisher),
    onAir: publisher?.role ?? (entry.slate?.publication === undefined ? null : 'slate'),
    publishers: publishersOf(entry),
    tracks: (entry.run?.tracks ?? []).map((track) => trackInfo(track, measured)),
    metadata: { ...entry.metadata },
    health,
    warnings: [...(entry.meter?.warnings ?? [])],
    viewers,
    demo: entry.demo,
    ...streamAddresses(entry.name, base),
  }
}

function publisherInfo({ request, keyId, connectedAt, role }: LivePublisher): NonNullable<Stream['publisher']> {
  const { sessionId, protocol, remoteAddress, encoder } = request
  return { sessionId, protocol, remoteAddress, encoder, keyId, connectedAt, role }
}

/** Primary first. */
function publishersOf({ publisher, standby }: StreamEntry): StreamPublisher[] {
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

/** A track as the API shows it. */
export function trackInfo(track: Track, measuredFrameRate: number | undefined): TrackInfo {
  const info = { id: track.id, kind: track.kind, codec: track.codec, codecString: track.codecString }
  if (track.kind === 'audio') return { ...info, sampleRate: track.sampleRate, channels: track.channels }
  const frameRate = track.frameRate ?? measuredFrameRate
  return { ...info, width: track.width, height: track.height, ...(frameRate === undefined ? undefined : { frameRate }) }
}
