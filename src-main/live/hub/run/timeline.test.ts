import { describe, expect, it } from 'vitest'
import { ticks } from '../../../formats/media-time.ts'
import type { AudioTrack, Packet, VideoTrack } from '../../../formats/track.ts'
import { audioTicks } from '../publishers/joining/audio-ticks.ts'
import { Timeline } from './timeline.ts'

const none = new Uint8Array(0)
const video: VideoTrack = {
  id: 'v0',
  kind: 'video',
  codec: 'h264',
  timescale: 90_000,
  codecString: 'avc1.64001f',
  config: none,
  width: 2,
  height: 2,
}
const audio: AudioTrack = {
  id: 'a0',
  kind: 'audio',
  codec: 'aac',
  timescale: 44_100,
  codecString: 'mp4a.40.2',
  config: none,
  sampleRate: 44_100,
  channels: 2,
  samplesPerPacket: 1024,
}

function begin(startMs = 0, floorMs = 0): Timeline {
  const timeline = new Timeline({ startMs, floorMs, audioTicks })
  timeline.setTrack(video)
  timeline.setTrack(audio)
  return timeline
}

function frame(timeline: Timeline, trackId: string, dtsMs: number, arrivalMs = dtsMs, compositionMs = 0): Packet | undefined {
  // an encoder's whole milliseconds, and those of one that sends nanoseconds
  const perMs = Number.isInteger(dtsMs) ? 1 : 1e6
  const packet = { trackId, timescale: perMs * 1000, dts: ticks(Math.round(dtsMs * perMs)), composition: ticks(compositionMs * perMs) }
  return timeline.place({ ...packet, key: true, data: none }, arrivalMs)
}

/** Sends both tracks as an encoder does; returns where the last audio packet and frame landed, ms. */
function play(
  timeline: Timeline,
  fromMs: number,
  toMs: number,
  clock: (ms: number, id: string) => number,
): [audioOutMs: number, videoOutMs: number] {
  let audioOutMs = 0
  let videoOutMs = 0
  let audioMs = fromMs
  for (let ms = fromMs; ms <= toMs; ms += 40) {
    videoOutMs = (frame(timeline, 'v0', clock(ms, 'v0'), ms)?.dts ?? 0) / 90
    for (; audioMs < ms + 40 && audioMs <= toMs; audioMs += 1024 / 44.1) {
      audioOutMs = (frame(timeline, 'a0', clock(audioMs, 'a0'), audioMs)?.dts ?? audioOutMs * 44.1) / 44.1
    }
  }
  return [audioOutMs, videoOutMs]
}

describe('the timeline', () => {
  it('puts the first packet at zero, whatever the encoder calls it', () => {
    const timeline = begin()
    expect(frame(timeline, 'v0', 123_456)?.dts).toBe(0)
    expect(frame(timeline, 'a0', 123_466)?.dts).toBe(441)
    expect(timeline.repairs).toBe(0)
  })

  it('goes on behind what was delivered, at the wall clock, after a reconnect', () => {
    const timeline = begin(12_000, 9000)
    expect(frame(timeline, 'v0', 0)?.dts).toBe(12_000 * 90)
    expect(frame(begin(5000, 9000), 'v0', 0)?.dts).toBe(9000 * 90)
  })

  it('unwraps 32 bits without moving a frame', () => {
    const timeline = begin()
    frame(timeline, 'v0', 2 ** 32 - 40, 0)
    frame(timeline, 'a0', 2 ** 32 - 40, 0)
    expect(frame(timeline, 'v0', 0, 40)?.dts).toBe(3600)
    expect(frame(timeline, 'a0', 23 - 40, 24)?.dts).toBe(1024)
    expect(timeline.repairs).toBe(2)
    expect(timeline.seam).toBe(false)
  })

  it('joins a track that starts behind the wrap to one that started before it, and one before to one behind', () => {
    const timeline = begin()
    frame(timeline, 'v0', 2 ** 32 - 10, 0)
    expect(frame(timeline, 'a0', 10, 20)?.dts).toBe(Math.round(0.02 * 44_100))
    expect(timeline.repairs).toBe(1)
    const other = begin(1000)
    frame(other, 'v0', 10, 0)
    expect(frame(other, 'a0', 2 ** 32 - 10, 0)?.dts).toBe(Math.round(0.98 * 44_100))
    expect(other.repairs).toBe(1)
  })

  it('puts a track that starts somewhere else behind what was delivered, as one repair', () => {
    const timeline = begin()
    frame(timeline, 'v0', 0, 0)
    frame(timeline, 'v0', 40, 40)
    const { endMs } = timeline
    expect(endMs).toBeGreaterThan(40)
    expect(frame(timeline, 'a0', 5_000_000, 80)?.dts).toBe(Math.round(endMs * 44.1))
    expect(timeline.repairs).toBe(1)
  })

  it('keeps audio and video together when both jump, back or forward', () => {
    for (const jump of [-5000, 3_600_000]) {
      const timeline = begin()
      const [audioMs, videoMs] = play(timeline, 0, 12_000, (ms) => (ms > 10_000 ? ms + jump : ms))
      expect(Math.abs(videoMs - 12_000)).toBeLessThan(80)
      expect(Math.abs(audioMs - videoMs)).toBeLessThan(80)
      expect(timeline.repairs).toBe(2)
    }
  })

  it('corrects a track that jumps alone, and back again', () => {
    const timeline = begin()
    const jumps = (ms: number, id: string) => (id === 'v0' && ms >= 2000 && ms < 4000 ? ms + 500_000 : ms)
    const [audioMs, videoMs] = play(timeline, 0, 6000, jumps)
    expect(Math.abs(audioMs - videoMs)).toBeLessThan(80)
    expect(timeline.repairs).toBe(2)
  })

  it('squeezes small disorder in, without stepping back', () => {
    const timeline = begin()
    frame(timeline, 'v0', 0)
    frame(timeline, 'v0', 40)
    expect(frame(timeline, 'v0', 30)?.dts).toBe(3601)
    expect(frame(timeline, 'v0', 80)?.dts).toBe(7200)
    expect(timeline.repairs).toBe(1)
  })

  it('tells a hole of a true pause as a seam, once', () => {
    const timeline = begin()
    frame(timeline, 'v0', 0)
    frame(timeline, 'a0', 0)
    frame(timeline, 'v0', 6000)
    expect(timeline.seam).toBe(true)
    frame(timeline, 'a0', 6000)
    expect(timeline.seam).toBe(false)
    expect(frame(timeline, 'v0', 6040)?.dts).toBe(6040 * 90)
  })

  it('reports no seam where video pauses and audio goes on, nor where video that is alone pauses', () => {
    const timeline = begin()
    let seams = 0
    for (let ms = 0; ms < 12_000; ms += 20) {
      frame(timeline, 'a0', ms)
      if (timeline.seam) seams++
      if (ms % 5000 > 0) continue
      frame(timeline, 'v0', ms)
      if (timeline.seam) seams++
    }
    const alone = begin()
    for (const ms of [0, 5000, 10_000, 10_033, 28_000]) {
      frame(alone, 'v0', ms)
      if (alone.seam) seams++
    }
    expect(seams).toBe(0)
    frame(alone, 'v0', 49_000)
    expect(alone.seam).toBe(true)
  })

  it.each([
    ['the studio and WebRTC, which count as their tracks do', 90_000],
    ['a slate, which counts frames', 30_000],
  ])('moves no frame of 30000/1001 per second by a tick in two hours, wherever it starts: %s', (_, videoScale) => {
    // half a tick of 90 kHz: what rounding frame by frame would push to either side
    const timeline = new Timeline({ startMs: 1000 + 0.5 / 90, floorMs: 0, audioTicks })
    const audio48: AudioTrack = { ...audio, timescale: 48_000, sampleRate: 48_000 }
    timeline.setTrack(video)
    timeline.setTrack(audio48)
    let packets = 0
    let lastVideo: Packet | undefined
    let lastAudio: Packet | undefined
    for (let frame = 0; frame < (2 * 3600 * 30_000) / 1001; frame++) {
      const arrivalMs = (frame * 1001) / 30
      const dts = ticks((12_345 + frame * 1001) * (videoScale / 30_000))
      const placed = timeline.place({ trackId: 'v0', timescale: videoScale, dts, composition: ticks(0), key: true, data: none }, arrivalMs)
      if (lastVideo !== undefined && placed?.dts !== lastVideo.dts + 3003) throw new Error(`frame ${frame} is at ${placed?.dts}`)
      if (frame > 300 && placed?.duration !== 3003) throw new Error(`frame ${frame} lasts ${placed?.duration}`)
      lastVideo = placed
      for (; (packets * 1024) / 48 <= arrivalMs; packets++) {
        const packet = { trackId: 'a0', timescale: 48_000, dts: ticks(19_752 + packets * 1024), composition: ticks(0) }
        const heard = timeline.place({ ...packet, key: true, data: none }, arrivalMs)
        if (lastAudio !== undefined && heard?.dts !== lastAudio.dts + 1024) throw new Error(`packet ${packets} is at ${heard?.dts}`)
        lastAudio = heard
      }
    }
    expect(timeline.repairs).toBe(0)
    const apartMs = (lastVideo?.dts ?? 0) / 90 - (lastAudio?.dts ?? 0) / 48
    expect(Math.abs(apartMs)).toBeLessThan(34)
  })

  it('never shows a frame before it is decoded', () => {
    const timeline = begin()
    frame(timeline, 'v0', 0)
    const early = frame(timeline, 'v0', 40, 40, -20)
    expect(early?.pts).toBe(early?.dts)
    expect(frame(timeline, 'v0', 80, 80, 66)?.pts).toBe(146 * 90)
  })

  it('makes no gap out of rounded milliseconds', () => {
    const timeline = begin()
    for (let index = 0; index < 500; index++) {
      expect(frame(timeline, 'a0', Math.floor((index * 1024) / 44.1))?.dts).toBe(index * 1024)
    }
    expect(timeline.repairs).toBe(0)
  })

  it('leaves a hole where audio was lost, and drops a packet where there is too much of it', () => {
    const lost = begin()
    for (let index = 0; index < 100; index++) {
      if (index < 50 || index >= 70) frame(lost, 'a0', (index * 1024) / 44.1)
    }
    expect(lost.repairs).toBe(1)
    expect(frame(lost, 'a0', (100 * 1024) / 44.1)?.dts).toBe(100 * 1024)

    const flood = begin()
    let last: Packet | undefined
    for (let index = 0; index < 2000; index++) last = frame(flood, 'a0', (index * 1000) / 44.1) ?? last
    expect(Math.abs((last?.dts ?? 0) - 1999 * 1000)).toBeLessThan(1764)
    expect(flood.repairs).toBeGreaterThan(0)
  })

  it('keeps audio and video within 40 ms over an hour of a drifting, rounding encoder', () => {
    for (const ppm of [0, 200, -200]) {
      const timeline = begin()
      let worst = 0
      for (let index = 0; index < 155_000; index++) {
        const trueMs = ((index * 1024) / 44.1) * (1 + ppm / 1e6)
        const heard = frame(timeline, 'a0', Math.round(trueMs), trueMs)
        if (heard !== undefined) worst = Math.max(worst, Math.abs(heard.dts / 44.1 - trueMs))
        if (index % 50 > 0) continue
        const seen = frame(timeline, 'v0', Math.round(trueMs), trueMs)
        worst = Math.max(worst, Math.abs((seen?.dts ?? 0) / 90 - trueMs))
      }
      expect(worst).toBeLessThan(38)
    }
  })
})
