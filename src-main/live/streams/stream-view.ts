import type { Track } from '../../formats/track.ts'
import { type AddressBase, streamAddresses } from '../addresses.ts'
import type { Stream, TrackInfo } from '../schemas.ts'
import type { StreamEntry } from './stream-entry.ts'
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
    publisher:
      publisher === undefined
        ? null
        : {
            sessionId: publisher.request.sessionId,
            protocol: publisher.request.protocol,
            remoteAddress: publisher.request.remoteAddress,
            encoder: publisher.request.encoder,
            keyId: publisher.keyId,
            connectedAt: publisher.connectedAt,
          },
    tracks: (entry.run?.tracks ?? []).map((track) => trackInfo(track, measured)),
    metadata: { ...entry.metadata },
    health,
    warnings: [...(entry.meter?.warnings ?? [])],
    viewers,
    demo: entry.demo,
    ...streamAddresses(entry.name, base),
  }
}

function trackInfo(track: Track, measuredFrameRate: number | undefined): TrackInfo {
  const info = { id: track.id, kind: track.kind, codec: track.codec, codecString: track.codecString }
  if (track.kind === 'audio') return { ...info, sampleRate: track.sampleRate, channels: track.channels }
  const frameRate = track.frameRate ?? measuredFrameRate
  return { ...info, width: track.width, height: track.height, ...(frameRate === undefined ? undefined : { frameRate }) }
}
