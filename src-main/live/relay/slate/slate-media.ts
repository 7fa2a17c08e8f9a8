import { readFile } from 'node:fs/promises'
import { ticks } from '../../../formats/media-time.ts'
import type { Track } from '../../../formats/track.ts'
import type { IngestPacket } from '../../../media/ingest-packet.ts'
import type { Publication } from '../../hub/publishers/publisher.ts'
import type { SlateLoop } from '../../hub/publishers/slate/slate-show.ts'
import { MediaReceiver } from '../../protocols/flv/media-receiver.ts'

/** Reads the FLV file (FLV 10.1, section E.3) that the worker wrote. Rejects where nothing usable is in it. */
export async function readSlate(file: string, rate: SlateLoop['rate']): Promise<SlateLoop> {
  const bytes = await readFile(file)
  const tracks = new Map<string, Track>()
  const packets: IngestPacket[] = []
  const into: Publication = {
    streamId: '',
    streamName: '',
    setTrack: (track) => void tracks.set(track.id, track),
    write: (packet) => void packets.push(packet),
    setMetadata: () => undefined,
    report: () => undefined,
    close: () => undefined,
  }
  const receiver = new MediaReceiver(into, 2, () => undefined)
  let at = 9 + 4
  while (at + 11 <= bytes.length) {
    const type = (bytes[at] as number) & 31
    const length = bytes.readUIntBE(at + 1, 3)
    const body = bytes.subarray(at + 11, at + 11 + length)
    const timestampMs = bytes.readUIntBE(at + 4, 3)
    if (type === 9) receiver.onVideo(timestampMs, body)
    else if (type === 8) receiver.onAudio(timestampMs, body)
    at += 15 + length
  }
  const frames = packets.filter((packet) => packet.trackId === 'v0')
  // the encoder's first audio packets are its priming
  const silence = packets.findLast((packet) => packet.trackId === 'a0')
  if (frames.length === 0 || frames[0]?.key !== true) throw new Error('The encoder made no frame')
  const audio = tracks.get('a0')
  if (silence === undefined || audio?.kind !== 'audio') return { tracks: [...tracks.values()], frames, rate, silence: undefined }
  const { timescale, samplesPerPacket } = audio
  const lasts = ticks(samplesPerPacket ?? timescale / 50)
  return {
    tracks: [...tracks.values()],
    frames,
    rate,
    silence: { trackId: audio.id, timescale, ticks: lasts, data: silence.data },
  }
}
