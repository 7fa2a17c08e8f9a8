import { expect, it } from 'vitest'
import { ticks } from '../../formats/media-time.ts'
import { numbersFrom } from '../../formats/testing/random.ts'
import type { Packet, Track } from '../../formats/track.ts'
import { createPackager } from './packager.ts'
import { brokenRules } from './packaging-rules.ts'
import { audioTrackOf, SyntheticStream, videoTrackOf } from './testing/synthetic-stream.ts'

const runs = 60 * Number(process.env.FUZZ_RUNS ?? 1)
const firstSeed = Number(process.env.FUZZ_SEED ?? 1)

it('no order of packets, jumps, seams and silences breaks a rule', () => {
  for (let run = 0; run < runs; run++) {
    const random = numbersFrom(firstSeed * 100_003 + run)
    const candidates: Track[] = [videoTrackOf('v0'), videoTrackOf('v1'), audioTrackOf('a0'), audioTrackOf('a1', 22_050)]
    const tracks = candidates.filter(() => random() < 0.6)
    if (tracks.length === 0) tracks.push(candidates[0] as Track)
    const stream = new SyntheticStream(random() < 0.7 ? tracks : tracks.slice(0, 1))
    const packager = createPackager(stream, {
      segmentMs: [1000, 2000, 4000][run % 3] as number,
      partMs: [100, 200, 500][run % 2] as number,
      windowMs: 8000,
    })
    const clocks = tracks.map(() => 0)
    for (let step = 0; step < 800; step++) {
      const which = Math.floor(random() * tracks.length)
      const track = tracks[which] as Track
      const event = random()
      const frameS = track.kind === 'audio' ? 1024 / track.timescale : 1 / (10 + Math.floor(random() * 50))
      let clock = (clocks[which] as number) + frameS
      if (event < 0.01) clock += random() * 10
      else if (event < 0.02) clock = Math.max(0, clock - random())
      else if (event < 0.1) clock += (random() - 0.5) * 0.1
      clocks[which] = clock
      if (event > 0.997) {
        stream.subscriber?.onDiscontinuity('timestamp-jump')
        for (let i = 0; i < clocks.length; i++) clocks[i] = Math.max(...clocks)
      }
      if (event > 0.995) stream.subscriber?.onTrack(track)
      const dts = Math.max(0, Math.round(clock * track.timescale))
      const pts = track.kind === 'audio' ? dts : Math.max(0, dts + Math.floor(random() * 9000 - 1000))
      const packet: Packet = {
        track,
        pts: ticks(pts),
        dts: ticks(dts),
        duration: ticks(Math.ceil(frameS * track.timescale)),
        key: track.kind === 'audio' || random() < 0.05,
        data: new Uint8Array(1 + Math.floor(random() * 20)),
      }
      stream.subscriber?.onPacket(packet)
      if (step % 200 === 199) expect(brokenRules(packager), `run ${run} step ${step}`).toEqual([])
    }
    stream.subscriber?.onEnd()
    expect(brokenRules(packager), `run ${run}`).toEqual([])
    packager.stop()
  }
})
