import { expect, it } from 'vitest'
import { integersFrom } from '../testing/random.ts'
import { readRtcp, writeBitrate, writeNack, writeReceiverReport, writeSenderReport } from './rtcp.ts'
import { RtpHead } from './rtp.ts'
import { frameAssembler, startsKeyframe } from './rtp-frames.ts'
import { H264Packetizer } from './rtp-packets.ts'

const runs = 4000 * Number(process.env.FUZZ_RUNS ?? 1)
const random = integersFrom(Number(process.env.FUZZ_SEED ?? 11))

it('no bytes make an RTP or RTCP reader throw, hang or read beyond the packet', () => {
  const samples: Uint8Array[] = [
    Uint8Array.of(0x90, 96, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0xbe, 0xde, 0, 1, 0x10, 0x30, 0x40, 0x68, 0x7c, 0x85, 1, 2, 3),
    Uint8Array.of(0x80, 0xe0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 3, 0x68, 1, 0x10, 2, 0x30, 7, 9),
    Uint8Array.of(0x80, 0xe0, 0, 3, 0, 0, 0, 2, 0, 0, 0, 3, 0x8a, 0x80, 1, 0x18, 1, 0x30, 7, 9, 1, 2),
    writeSenderReport(5, 1e12, 1, 10, 2000, 'me'),
    writeReceiverReport(1, [{ ssrc: 5, fractionLost: 64, lost: 3, highestSequence: 7, jitter: 9, lastSr: 77, delay: 88 }]),
    writeNack(1, 5, [1, 2, 30]),
    writeBitrate(1, [5], 1e6),
    Uint8Array.of(0x8f, 205, 0, 6, 0, 0, 0, 1, 0, 0, 0, 2, 0xff, 0xfe, 0, 12, 0, 0, 1, 0, 0x20, 2, 0xe2, 0x40, 0, 3, 4, 8),
  ]
  new H264Packetizer(96, 1, (packet) => samples.push(new Uint8Array(packet))).push(Buffer.from([0, 0, 0, 3, 0x65, 1, 2]), true, 5)
  const head = new RtpHead()
  const codecs = ['h264', 'vp9', 'av1'] as const
  const assemblers = codecs.map((codec) => frameAssembler(codec))
  const count = (): void => undefined
  const handler = {
    onSenderReport: count,
    onReport: count,
    onNack: count,
    onKeyframeRequest: count,
    onBitrate: count,
    onBye: count,
    onArrival: count,
  }
  for (let run = 0; run < runs; run++) {
    let data = (samples[run % samples.length] as Uint8Array).slice()
    for (let i = random(5); i > 0; i--) data[random(data.length)] = random(256)
    if (random(3) === 0) data = data.subarray(0, random(data.length))
    readRtcp(data, handler)
    if (!head.read(data)) continue
    expect(head.start).toBeGreaterThanOrEqual(12)
    expect(head.end).toBeLessThanOrEqual(data.length)
    head.extensionText(data, 1 + random(15))
    for (const [i, codec] of codecs.entries()) {
      startsKeyframe(codec, data, head.start, head.end)
      const frame = assemblers[i]?.push(data.subarray(head.start, head.end), random(3), random(2) === 0)
      if (frame !== undefined) expect(frame.data.length).toBeGreaterThan(0)
    }
  }
})
