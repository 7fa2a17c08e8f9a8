import { describe, expect, it } from 'vitest'
import { buildAvcDecoderConfiguration, parseAvcDecoderConfiguration } from '../codecs/h264.ts'
import { isFault } from '../fault.ts'
import { headers } from '../testing/header-samples.ts'
import { readRtcp, writeBitrate, writeKeyframeRequest, writeNack, writeReceiverReport, writeSenderReport } from './rtcp.ts'
import { RtpHead, sequenceDistance, timestampDistance, writeRtpHead } from './rtp.ts'
import { frameAssembler, type RtpFrame, startsKeyframe } from './rtp-frames.ts'
import { H264Packetizer, OpusPacketizer } from './rtp-packets.ts'

const head = new RtpHead()

/** A length-prefixed unit of `length` bytes. */
function unit(type: number, length: number, fill: number): Buffer {
  const nal = Buffer.alloc(4 + length, fill)
  nal.writeUInt32BE(length, 0)
  nal[4] = 0x60 | type
  return nal
}

describe('RTP', () => {
  it('reads back the head that it writes, and a rid out of the header extension', () => {
    const packet = new Uint8Array(20)
    writeRtpHead(packet, 96, true, 65_535, 0xfffffff0, 0x89abcdef)
    expect(head.read(packet)).toBe(true)
    expect(head).toMatchObject({
      payloadType: 96,
      marker: true,
      sequence: 65_535,
      timestamp: 0xfffffff0,
      ssrc: 0x89abcdef,
      start: 12,
      end: 20,
    })
    const extended = Uint8Array.of(0x90, 96, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0xbe, 0xde, 0, 2, 0x10, 0x30, 0x40, 0x68, 0x69, 0, 0, 0, 7)
    expect(head.read(extended)).toBe(true)
    expect(head.extensionText(extended, 1)).toBe('0')
    expect(head.extensionText(extended, 4)).toBe('h')
    expect(head.extensionText(extended, 5)).toBeUndefined()
    expect(head.start).toBe(24)
    expect([sequenceDistance(2, 65_534), timestampDistance(5, 0xfffffffb)]).toEqual([4, 10])
  })

  it('cuts an access unit to packets and puts it together again, whatever its units are', () => {
    const avc = parseAvcDecoderConfiguration(headers.avcB as Uint8Array)
    if (isFault(avc)) throw new Error(avc.fault)
    const packets: Buffer[] = []
    const packetizer = new H264Packetizer(96, 1, (packet) => packets.push(packet))
    packetizer.configure(headers.avcB as Uint8Array)
    const key = Buffer.concat([unit(6, 40, 1), unit(5, 5000, 2), unit(5, 1180, 3)])
    const next = unit(1, 900, 4)
    packetizer.push(key, true, 1000)
    packetizer.push(next, false, 4000)
    expect(packets.every((packet) => packet.length <= 1192)).toBe(true)
    const frames: RtpFrame[] = []
    const assembler = frameAssembler('h264')
    const starts: boolean[] = []
    for (const packet of packets) {
      expect(head.read(packet)).toBe(true)
      starts.push(startsKeyframe('h264', packet, head.start, head.end))
      const frame = assembler.push(packet.subarray(head.start, head.end), head.timestamp, head.marker)
      if (frame !== undefined) frames.push(frame)
    }
    expect(frames.map(({ key: isKey, timestamp, data }) => ({ isKey, timestamp, data: Buffer.from(data) }))).toEqual([
      { isKey: true, timestamp: 1000, data: key },
      { isKey: false, timestamp: 4000, data: next },
    ])
    expect(frames[0]?.config).toEqual(buildAvcDecoderConfiguration(avc.sps.slice(0, 1), avc.pps))
    expect(starts.indexOf(true)).toBe(0)
    expect(starts.at(-1)).toBe(false)
  })

  it('drops a frame that lost a packet and goes on with the next', () => {
    const packets: Buffer[] = []
    const packetizer = new H264Packetizer(96, 1, (packet) => packets.push(packet))
    packetizer.push(unit(1, 4000, 1), false, 0)
    packetizer.push(unit(1, 100, 2), false, 3000)
    const assembler = frameAssembler('h264')
    const frames = packets.flatMap((packet, i) => {
      if (i === 1) {
        assembler.gap()
        return []
      }
      head.read(packet)
      return assembler.push(packet.subarray(head.start, head.end), head.timestamp, head.marker) ?? []
    })
    expect(frames.map((frame) => frame.timestamp)).toEqual([3000])
  })

  it('puts AV1 temporal units together: fragments joined, sizes written, delimiters left out', () => {
    const assembler = frameAssembler('av1')
    // a new coded video sequence: delimiter, then a frame OBU of three bytes in two packets
    expect(assembler.push(Uint8Array.of(0x68, 1, 0x10, 0x30, 7), 90, false)).toBeUndefined()
    const frame = assembler.push(Uint8Array.of(0x90, 8, 9), 90, true)
    expect(frame?.data).toEqual(Uint8Array.of(0x32, 3, 7, 8, 9))
  })

  it('sends an Opus packet as it is', () => {
    const packets: Buffer[] = []
    new OpusPacketizer(111, 9, (packet) => packets.push(packet)).push(Uint8Array.of(0xfc, 1, 2), 960)
    expect(head.read(packets[0] as Buffer)).toBe(true)
    expect(head).toMatchObject({ payloadType: 111, timestamp: 960, ssrc: 9, start: 12, end: 15 })
  })
})

describe('RTCP', () => {
  it('reads when packets arrived: runs, vectors of both kinds, and steps back in time', () => {
    const reported: [number, number][] = []
    // two in a run of small steps; five by two bits each: lost, lost, a step back, a small one, lost
    const feedback = [0x8f, 205, 0, 6, 0, 0, 0, 1, 0, 0, 0, 2, 0xff, 0xfe, 0, 7, 0, 0, 1, 0, 0x20, 2, 0xc2, 0x40, 4, 8, 0xff, 0xfc]
    const small = [12, 0, 0, 0]
    const bytes = Uint8Array.from([...feedback, ...small])
    bytes[3] = bytes.length / 4 - 1
    expect(readRtcp(bytes, { onArrival: (sequence, atMs) => reported.push([sequence, atMs]) })).toBe(true)
    expect(reported).toEqual([
      [0xfffe, 65],
      [0xffff, 67],
      [0, Number.NaN],
      [1, Number.NaN],
      [2, 66],
      [3, 69],
      [4, Number.NaN],
    ])
    expect(readRtcp(bytes.subarray(0, 24), { onArrival: () => undefined })).toBe(false)
  })

  it('reads what it writes', () => {
    const heard: unknown[] = []
    const parts = [
      writeSenderReport(5, 1_700_000_000_123.5, 0xfffffff0, 10, 2000, 'me'),
      writeReceiverReport(1, [{ ssrc: 5, fractionLost: 64, lost: 3, highestSequence: 70_000, jitter: 9, lastSr: 77, delay: 88 }]),
      writeKeyframeRequest(1, 5),
      writeNack(1, 5, [65_534, 65_535, 0, 40]),
      writeBitrate(1, [5], 2_500_000),
    ]
    const whole = readRtcp(Buffer.concat(parts), {
      onSenderReport: (ssrc, ntpMs, timestamp) => heard.push(['sr', ssrc, Math.round(ntpMs * 10) / 10, timestamp]),
      onReport: (ssrc, fraction, lost, lastSr, delay) => heard.push(['report', ssrc, fraction, lost, lastSr, delay]),
      onKeyframeRequest: (ssrc) => heard.push(['key', ssrc]),
      onNack: (ssrc, sequence) => heard.push(['nack', ssrc, sequence]),
      onBitrate: (bitrate) => heard.push(['bitrate', Math.round(bitrate / 100_000)]),
    })
    expect(whole).toBe(true)
    expect(heard).toEqual([
      ['sr', 5, 1_700_000_000_123.5, 0xfffffff0],
      ['report', 5, 64, 3, 77, 88],
      ['key', 5],
      ...[65_534, 65_535, 0, 40].map((sequence) => ['nack', 5, sequence]),
      ['bitrate', 25],
    ])
  })
})
