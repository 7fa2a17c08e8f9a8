import { describe, expect, it } from 'vitest'
import { buildAvcDecoderConfiguration } from '../../../formats/codecs/h264.ts'
import type { Track } from '../../../formats/track.ts'
import type { IngestPacket } from '../../../media/ingest-packet.ts'
import type { AppError } from '../../../platform/errors.ts'
import { MediaReceiver } from './media-receiver.ts'

const sps = Buffer.from('6764001eacd940a02ff970110000030001000003003c0f162d96', 'hex')
const pps = Buffer.from('68efbcb0', 'hex')
// The same sequence at level 4.0.
const otherSps = Buffer.from(sps)
otherSps[3] = 0x28

function nal(bytes: Buffer): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(bytes.length)
  return Buffer.concat([length, bytes])
}

const header = (set: Buffer) => Buffer.concat([Buffer.from('1700000000', 'hex'), buildAvcDecoderConfiguration([set], [pps]) as Uint8Array])
const frame = (key: boolean, ...nals: Buffer[]) => Buffer.concat([Buffer.from(key ? '1701000000' : '2701000000', 'hex'), ...nals.map(nal)])
const idr = Buffer.from('6588', 'hex')
const slice = Buffer.from('4188', 'hex')

function receive() {
  const tracks: Track[] = []
  const packets: IngestPacket[] = []
  const reports: AppError[] = []
  const rejections: AppError[] = []
  const receiver = new MediaReceiver(
    {
      streamName: 'show',
      streamId: 'id',
      setTrack: (track) => tracks.push(track),
      write: (packet) => packets.push(packet),
      setMetadata: () => {},
      report: (fault) => reports.push(fault),
      close: () => {},
    },
    3,
    (reason) => rejections.push(reason),
  )
  return { receiver, tracks, packets, reports, rejections }
}

describe('a publisher’s media', () => {
  it('tells a changed header and a changed SPS inside the stream, and nothing that only repeats', () => {
    const { receiver, tracks } = receive()
    receiver.onVideo(0, header(sps))
    receiver.onVideo(0, frame(true, sps, pps, idr))
    receiver.onVideo(40, header(sps))
    expect(tracks).toHaveLength(1)
    receiver.onVideo(80, frame(true, otherSps, pps, idr))
    receiver.onVideo(120, frame(true, otherSps, pps, idr))
    receiver.onVideo(160, header(sps))
    expect(tracks.map(({ codecString }) => codecString)).toEqual(['avc1.64001e', 'avc1.640028'])
    receiver.onVideo(200, header(otherSps))
    expect(tracks).toHaveLength(3)
  })

  it('finds the keyframes of an encoder that never sets the flag', () => {
    const { receiver, packets } = receive()
    receiver.onVideo(0, header(sps))
    receiver.onVideo(0, frame(false, idr))
    receiver.onVideo(40, frame(false, slice))
    receiver.onVideo(80, frame(false, sps, pps, idr))
    expect(packets.map(({ key }) => key)).toEqual([true, false, true])
  })

  it('adds nanoseconds to the time of a frame', () => {
    const { receiver, packets } = receive()
    const fourCc = Buffer.from('mp4a')
    receiver.onAudio(0, Buffer.concat([Buffer.from([0x90]), fourCc, Buffer.from('1190', 'hex')]))
    receiver.onAudio(100, Buffer.concat([Buffer.from('970207a12001', 'hex'), fourCc, Buffer.from('21', 'hex')]))
    expect(packets[0]).toMatchObject({ timescale: 1e9, dts: 100_500_000 })
  })

  it('bounds tracks, and rejects one who sends nothing but garbage', () => {
    const { receiver, tracks, reports, rejections } = receive()
    for (let track = 0; track < 5; track += 1) {
      receiver.onAudio(
        0,
        Buffer.concat([Buffer.from('9500', 'hex'), Buffer.from('mp4a'), Buffer.from([track]), Buffer.from('1190', 'hex')]),
      )
    }
    expect(tracks.map(({ id }) => id)).toEqual(['a0', 'a1', 'a2'])
    expect(reports).toHaveLength(2)
    for (let count = 0; count < 1000; count += 1) receiver.onVideo(0, frame(true, idr))
    expect(rejections[0]?.code).toBe('ingest.media')
  })

  it('reports AAC with ADTS headers', () => {
    const { receiver, packets, reports } = receive()
    receiver.onAudio(0, Buffer.from('af001190', 'hex'))
    receiver.onAudio(0, Buffer.from('af01fff15080', 'hex'))
    expect([packets.length, reports[0]?.code]).toEqual([0, 'ingest.media'])
  })
})
