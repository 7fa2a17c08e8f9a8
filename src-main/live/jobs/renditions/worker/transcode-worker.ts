/** The process that transcodes one stream: FFmpeg runs in it, so that a crash of FFmpeg does not crash the host. */
import type { Packet, Track } from '../../../../formats/track.ts'
import { openMediaWire } from '../../../../platform/workers/media-wire.ts'
import { connectToHost, openMediaPipe } from '../../../../platform/workers/worker-side.ts'
import type { FromTranscoder, InputNote, OutputNote } from '../messages.ts'

const reportEveryMs = 1000

const host = connectToHost<never, FromTranscoder>(() => undefined)
host.stopping.addEventListener('abort', () => host.end())

const { Transcode } = await import('./transcode.ts').catch((error: Error) => {
  host.send({ type: 'failed', reason: 'engine-missing', message: (error.message.split('\n')[0] as string).slice(0, 300) })
  return { Transcode: undefined }
})

if (Transcode) {
  const wire = openMediaWire(openMediaPipe(), {
    onTrack: (_channel, track: Track) => transcode.setTrack(track),
    onPacket: (_channel, packet: Packet) => transcode.push(packet),
    onNote: (_channel, note) => transcode.note(note as InputNote),
    onClosed: () => host.end(),
  })
  const transcode = new Transcode({
    track: wire.track,
    packet: wire.packet,
    failed: (channel, id, message) => wire.note(channel, { type: 'failed', id, message: message.slice(0, 300) } satisfies OutputNote),
  })
  setInterval(() => host.send({ type: 'report', report: transcode.report() }), reportEveryMs)
  host.ready()
}
