import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import WebSocket from 'ws'
import { LevelMeter } from '../src-main/studio/worker/mixer/metering/level-meter.ts'
import { findTone } from '../src-main/studio/worker/mixer/testing/tone-analysis.ts'
import { flashTimes, readBeeps, readFrames } from './helpers/decode.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { type PrivatePipeWire, pipeWireMissing, startPipeWire } from './helpers/pipewire.ts'
import { requestsTo } from './helpers/requests.ts'
import { skipBecause } from './helpers/skip.ts'
import { undisturbed, until } from './helpers/until.ts'

/** Decodes a track of a file to 48 kHz stereo. */
function decode(file: string, track: number): Float32Array {
  const data = execFileSync('ffmpeg', ['-v', 'error', '-i', file, '-map', `0:a:${track}`, '-ar', '48000', '-ac', '2', '-f', 'f32le', '-'], {
    maxBuffer: 1e9,
  })
  return new Float32Array(data.buffer, data.byteOffset, data.length / 4)
}

/** Level of a tone in the left channel, dB of its amplitude, for each tenth of a second. */
function levels(samples: Float32Array, hz: number): number[] {
  const window = 4800
  const found: number[] = []
  for (let from = 0; (from + window) * 2 <= samples.length; from += window) {
    let sin = 0
    let cos = 0
    for (let frame = 0; frame < window; frame++) {
      const weight = 1 - Math.cos((2 * Math.PI * frame) / window)
      sin += weight * samples[(from + frame) * 2]! * Math.sin((2 * Math.PI * hz * frame) / 48_000)
      cos += weight * samples[(from + frame) * 2]! * Math.cos((2 * Math.PI * hz * frame) / 48_000)
    }
    found.push(20 * Math.log10(Math.max(1e-7, (2 * Math.hypot(sin, cos)) / window)))
  }
  return found
}

/** Without the windows in which something starts or ends, or a machine was delayed: that is heard at all frequencies, and not for long. */
const steadily = (all: readonly number[]) => all.toSorted((a, b) => b - a)[Math.floor(all.length / 4)] ?? 0

const isNear = (level: number, wanted: number) => Math.abs(level - wanted) < 1

describe('audio through the mixer and an encoder into a file', () => {
  let pipeWire: PrivatePipeWire | undefined
  let host: RunningHost
  const folder = mkdtempSync(join(tmpdir(), 'ami-mixer-'))
  const voiceHz = 1000
  const musicHz = 440
  /** What `playTone` plays at, dB of the amplitude. */
  const playedDb = 20 * Math.log10(0.25)

  beforeAll(async () => {
    if (pipeWireMissing() === undefined) {
      pipeWire = await startPipeWire()
      await pipeWire.addMicrophone('voice')
      await pipeWire.addSink('music')
    }
    host = await startHost({ env: pipeWire?.env ?? {}, name: 'studio-mixer' })
  })
  afterAll(async () => {
    await host?.stop()
    await pipeWire?.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  const api = requestsTo(() => host)
  const patchAudio = (source: string, audio: object) => api('PATCH', `/studio/sources/${source}`, { audio })
  const aac = (track: number) => ({ codec: 'aac', bitrateKbps: 192, track })

  const collection = {
    format: 'ami-streams/collection',
    version: 1,
    scenes: [{ id: 'one', name: 'One' }],
    sources: [
      { id: 'voice', kind: 'microphone', settings: { device: 'voice' }, audio: { tracks: [1, 2] } },
      {
        id: 'music',
        kind: 'system-sound',
        settings: { device: 'music' },
        audio: {
          tracks: [1, 3],
          filters: [
            {
              id: 'ducking',
              kind: 'compressor',
              settings: { key: 'voice', thresholdDb: -40, ratio: 10, kneeDb: 0, attackMs: 5, releaseMs: 100, gainDb: 0 },
            },
            { id: 'ceiling', kind: 'limiter', settings: {} },
          ],
        },
      },
    ],
    outputs: [
      { id: 'file', kind: 'recording', video: null, audio: [aac(1), aac(2), aac(3)], settings: { folder, name: 'mix', container: 'mp4' } },
    ],
  }

  it('keeps tones that come through PipeWire on their tracks, ducks, mutes, measures and tells the drift', async (context) => {
    const missing = pipeWireMissing()
    if (missing !== undefined) skipBecause(context, missing)
    await api('POST', '/studio/collections', { name: 'Mix', collection })
    await api('POST', '/studio/collections/Mix/open', {})
    const kinds = await api<{ items: { kind: string }[] }>('GET', '/studio/audio-filter-kinds')
    expect(kinds.items.map(({ kind }) => kind)).toContain('noise-suppression')
    const bad = { kind: 'limiter', name: 'Bad', settings: { ceilingDb: 40 } }
    const refused = await host.api('POST', '/studio/sources/music/audio-filters', bad)
    expect(refused.status).toBe(400)
    expect(JSON.stringify(refused.body)).toContain('ceilingDb')

    const meters: { of: string; peakDb: [number, number]; lufs: number }[][] = []
    const drifts: { source: string; ppm: number; offsetMs: number; missing: number }[][] = []
    const socket = new WebSocket(`${host.http.replace('http', 'ws')}/api/v1/events?topics=studio.meters,studio.drift`)
    socket.on('message', (text) => {
      const message = JSON.parse(String(text)) as { topic?: string; data: never }
      if (message.topic === 'studio.meters') meters.push((message.data as { meters: never }).meters)
      if (message.topic === 'studio.drift') drifts.push((message.data as { drift: never }).drift)
    })
    const heard = (of: string) => meters.at(-1)?.find((each) => each.of === of)
    await pipeWire!.playTone(musicHz, { on: 'music' })
    await until(() => isNear(heard('source:music')?.peakDb[0] ?? -120, playedDb), 'the music is heard')
    // Where the machine was delayed while it started, the clock is found after some seconds in which the tone glides.
    await until(() => {
      const found = drifts.slice(-2).map((drift) => drift.find((each) => each.source === 'music'))
      return found.length === 2 && found.every((each) => each !== undefined && Math.abs(each.ppm) < 100 && Math.abs(each.offsetMs) < 1)
    }, 'its clock is found')
    await api('POST', '/studio/outputs/file/start')
    await until(() => isNear(heard('track:3')?.peakDb[0] ?? -120, playedDb), 'a track is measured')
    // A sine is 3.01 dB less than its peak, and both channels together 3.01 dB more than one; 440 Hz is weighed with -0.65 dB.
    await until(() => Math.abs((heard('track:3')?.lufs ?? -120) - (playedDb - 0.69 + 0.04)) < 0.7, 'momentary loudness has settled')
    await sleep(1500)

    const voice = await pipeWire!.playTone(voiceHz, { on: 'voice' })
    await until(() => isNear(heard('source:voice')?.peakDb[0] ?? -120, playedDb), 'the voice is heard')
    await until(() => (heard('track:3')?.peakDb[0] ?? 0) < playedDb - 20, 'the music gives way')
    await sleep(1500)
    await patchAudio('music', { muted: true })
    await until(() => heard('track:3')?.peakDb[0] === -120, 'the music is muted')
    await sleep(1000)
    await patchAudio('voice', { muted: true })
    await patchAudio('music', { muted: false })
    // Levels are those since the last reading: on a slow machine one reading covers what was before and after.
    await until(
      () => isNear(heard('track:3')?.peakDb[0] ?? -120, playedDb) && heard('track:2')?.peakDb[0] === -120,
      'a muted voice does not duck',
    )
    expect(isNear(heard('source:voice')!.peakDb[0], playedDb)).toBe(true)
    await sleep(1000)
    // 30 times a second where the machine can, and never twice that.
    const [reported, since] = [meters.length, Date.now()]
    await until(() => meters.length - reported >= 60, 'levels go on being told')
    expect(Date.now() - since).toBeGreaterThan(700)
    await api('POST', '/studio/outputs/file/stop')
    await voice.remove()
    socket.close()

    // A machine that is delayed moves a clock for a moment: what counts is that it is found again.
    for (const source of ['voice', 'music']) {
      const reported = drifts.flatMap((drift) => drift.filter((each) => each.source === source))
      expect(reported.some(({ ppm, offsetMs }) => Math.abs(ppm) < 500 && Math.abs(offsetMs) < 20)).toBe(true)
    }

    const file = join(folder, readdirSync(folder).find((name) => name.endsWith('.mp4'))!)
    const [mixed, voiceTrack, musicTrack] = [decode(file, 0), decode(file, 1), decode(file, 2)]
    const music = levels(musicTrack, musicHz)
    const talk = levels(voiceTrack, voiceHz)
    // Each track has what it was given and nothing else.
    expect(steadily(levels(voiceTrack, musicHz))).toBeLessThan(-50)
    expect(steadily(levels(musicTrack, voiceHz))).toBeLessThan(-50)
    expect(talk.some((level) => isNear(level, playedDb))).toBe(true)
    // Alone, under the voice, muted, and back: in this order. What lasts for less than three windows is the machine's, and so is a silence.
    const phaseOf = (level: number) => (isNear(level, playedDb) ? 'full' : level < -70 ? 'muted' : level < playedDb - 20 ? 'ducked' : '')
    const phases: string[] = []
    for (const [at, level] of music.entries()) {
      const phase = phaseOf(level)
      const lasts = music.slice(at, at + 3).every((each) => phaseOf(each) === phase)
      if (phase !== '' && lasts && phase !== phases.at(-1)) phases.push(phase)
    }
    expect(phases.join(' ')).toMatch(
      /^(muted )*full( muted full)* ducked( muted ducked)* muted (ducked )?(muted )?full( muted full)*( ducked)?( muted)?$/,
    )
    expect(levels(mixed, voiceHz).some((level) => isNear(level, playedDb))).toBe(true)
    expect(levels(mixed, musicHz).some((level) => isNear(level, playedDb))).toBe(true)

    // The tone is still the tone, within half a cent: three tenths of a second of it, while it was alone and the machine was not delayed.
    const tones = music.flatMap((_, from) => {
      if (!music.slice(from, from + 3).every((level) => isNear(level, playedDb)) || from + 3 > music.length) return []
      return [
        findTone(
          Float64Array.from({ length: 14_400 }, (_, frame) => musicTrack[(from * 4800 + frame) * 2]!),
          musicHz,
          2000,
        ),
      ]
    })
    const isTrue = tones.some(({ frequency, restDb }) => Math.abs(frequency / musicHz - 1) < 3e-4 && restDb < -50)
    expect(isTrue, JSON.stringify(tones)).toBe(true)
  })

  it('is earlier and later than its video by its sync offset, and in sync without one', async () => {
    const sync = {
      format: 'ami-streams/collection',
      version: 1,
      frameRate: { numerator: 30, denominator: 1 },
      canvases: [{ id: 'main', width: 640, height: 360 }],
      scenes: [{ id: 'one', name: 'One', items: [{ source: 'card' }] }],
      sources: [{ id: 'card', kind: 'test-pattern', settings: { width: 640, height: 360 } }],
      outputs: [{ id: 'sync', kind: 'recording', video: { bitrateKbps: 1000 }, settings: { folder, name: 'sync', container: 'mkv' } }],
    }
    await api('POST', '/studio/collections', { name: 'Sync', collection: sync })
    await api('POST', '/studio/collections/Sync/open', { force: true })
    // What the mix's own filters look ahead moves nothing.
    await api('POST', '/studio/tracks/1/audio-filters', { kind: 'limiter', settings: { ceilingDb: -14 } })
    type Report = { item: { report: { state: string; statistics: { durationMs: number; file: string } } } }
    const report = async () => (await api<Report>('GET', '/studio/outputs/sync')).item.report
    const file = await undisturbed(async () => {
      await api('POST', '/studio/outputs/sync/start')
      await until(async () => (await report()).state === 'live', 'it is recorded')
      const { file } = (await report()).statistics
      for (const offset of [0, -300, 400]) {
        await patchAudio('card', { syncOffsetMs: offset })
        const from = (await report()).statistics.durationMs
        await until(async () => (await report()).statistics.durationMs >= from + 2500, `nothing is recorded with an offset of ${offset} ms`)
      }
      await api('POST', '/studio/outputs/sync/stop')
      await until(async () => (await report()).state === 'off', 'the recording does not end')
      const [beeps, frames] = await Promise.all([readBeeps(file), readFrames(file)])
      const flashes = flashTimes(frames)
      const offsets = beeps.map((beep) => {
        const flash = flashes.toSorted((a, b) => Math.abs(a - beep) - Math.abs(b - beep))[0]!
        return Math.round((beep - flash) * 1000)
      })
      const near = (wanted: number) => offsets.some((offset) => Math.abs(offset - wanted) < 45)
      expect(near(0) && near(-300) && near(400), JSON.stringify({ beeps, flashes, offsets })).toBe(true)
      return file
    })
    const loudest = 20 * Math.log10(decode(file, 0).reduce((max, sample) => Math.max(max, Math.abs(sample)), 0))
    expect(Math.abs(loudest - -14), `${loudest} dB`).toBeLessThan(2)
  })
})

describe('loudness', () => {
  const speech = '/usr/share/sounds/freedesktop/stereo/audio-channel-front-center.oga'
  const signals: Record<string, readonly string[]> = {
    'pink noise that swells': [
      ...['-f', 'lavfi', '-i'],
      'anoisesrc=color=pink:duration=5:amplitude=0.3:seed=1,tremolo=f=1:d=0.9,pan=stereo|c0=c0|c1=0.5*c0',
    ],
    'a sweep': ['-f', 'lavfi', '-i', "aevalsrc='0.3*sin(2*PI*(40*t+1200*t*t))|0.2*sin(2*PI*(9000*t-800*t*t))':d=5:s=48000"],
    ...(existsSync(speech) ? { speech: ['-i', speech] } : {}),
  }

  it.each(Object.keys(signals))("of %s is ffmpeg's within 0.1 LU", (name) => {
    const sound = execFileSync('ffmpeg', ['-v', 'error', ...signals[name]!, '-ar', '48000', '-ac', '2', '-f', 'f32le', '-'], {
      maxBuffer: 1e9,
    })
    const samples = new Float32Array(sound.buffer, sound.byteOffset, sound.length / 4)
    const reported = execFileSync(
      'ffmpeg',
      [
        ...['-v', 'error', '-f', 'f32le', '-ar', '48000', '-ac', '2', '-i', '-'],
        ...['-af', 'ebur128=metadata=1,ametadata=print:key=lavfi.r128.M:file=-', '-f', 'null', '-'],
      ],
      { input: sound },
    ).toString()
    const theirs = [...reported.matchAll(/lavfi\.r128\.M=(-?[\d.]+)/g)].map((match) => Number(match[1]))
    const meter = new LevelMeter()
    let compared = 0
    for (let block = 0; (block + 1) * 960 <= samples.length; block++) {
      meter.measure(samples.subarray(block * 960, (block + 1) * 960))
      // Theirs are reported for each 100 ms, of the 400 ms before their end.
      const wanted = theirs[(block - 9) / 10]
      if (wanted === undefined || block < 39 || wanted < -69) continue
      expect(Math.abs(meter.read(name).lufs - wanted)).toBeLessThan(0.1)
      compared++
    }
    expect(compared).toBeGreaterThan(5)
  })
})
