import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { buildMovieHead, type MovieTrack } from '../../../../formats/mp4/mp4-movie.ts'
import type { Packet, Track } from '../../../../formats/track.ts'
import { halfOf } from '../files/file-place.ts'

/** Pieces that one write takes. */
const maxPieces = 512

/**
 * Writes packets that start with a keyframe as a plain MP4 file, which is there whole or not at all: tracks by their names, players start
 * with the first audio track. Resolves with its bytes.
 */
export async function writeReplay(
  path: string,
  packets: readonly Packet[],
  createdMs: number,
  nameOf: (track: Track) => string,
): Promise<number> {
  const byTrack = new Map<string, Packet[]>()
  for (const packet of packets) {
    const lane = byTrack.get(packet.track.id)
    if (lane === undefined) byTrack.set(packet.track.id, [packet])
    else lane.push(packet)
  }
  const lanes = [...byTrack.values()].sort((one, other) => rank(one) - rank(other) || (idOf(one) < idOf(other) ? -1 : 1))
  const video = lanes[0] as Packet[]
  const startS = Math.min(...video.slice(0, 16).map(({ pts, track }) => pts / track.timescale))
  const tracks: MovieTrack[] = []
  for (const lane of lanes) {
    const { track } = lane[0] as Packet
    const last = lane.at(-1) as Packet
    const isAudio = track.kind === 'audio'
    tracks.push({
      track,
      labels: { alternate: isAudio ? 1 : 0, enabled: !isAudio || tracks.every((each) => each.track.kind !== 'audio'), name: nameOf(track) },
      samples: lane.map(({ data, pts, duration, key }) => ({ size: data.length, pts, duration, key })),
      startTicks: Math.round(startS * track.timescale),
      endTicks: lane.slice(-16).reduce((end, { pts, duration }) => Math.max(end, pts + duration), last.pts + last.duration),
    })
  }
  const { bytes, runs, fileBytes } = buildMovieHead(tracks, createdMs)
  const half = halfOf(path)
  const file = await open(half, 'wx', 0o640)
  try {
    let pieces: Uint8Array[] = [bytes]
    for (const { track, from, to } of runs) {
      const lane = lanes[track] as Packet[]
      for (let index = from; index < to; index++) {
        pieces.push((lane[index] as Packet).data)
        if (pieces.length < maxPieces) continue
        await writeAll(file, pieces)
        pieces = []
      }
    }
    await writeAll(file, pieces)
    await file.datasync()
    await file.close()
    await rename(half, path)
  } catch (error) {
    await file.close().catch(() => undefined)
    await rm(half, { force: true })
    throw error
  }
  return fileBytes
}

/** Video comes first. */
function rank(lane: readonly Packet[]): number {
  return lane[0]?.track.kind === 'video' ? 0 : 1
}

async function writeAll(file: FileHandle, pieces: readonly Uint8Array[]): Promise<void> {
  let wanted = 0
  for (const piece of pieces) wanted += piece.length
  if (wanted === 0) return
  const { bytesWritten } = await file.writev(pieces as Uint8Array[])
  if (bytesWritten === wanted) return
  // The disk took a part: the rest goes out in one piece.
  const rest = Buffer.concat(pieces).subarray(bytesWritten)
  for (let done = 0; done < rest.length; ) done += (await file.write(rest, done)).bytesWritten
}

function idOf(lane: readonly Packet[]): string {
  return lane[0]?.track.id ?? ''
}
