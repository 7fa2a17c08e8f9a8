import { describe, expect, it } from 'vitest'
import type { EncodingFacts, LiveFacts, OutputFacts, SourceFacts, StudioFacts } from '../../../media/part-facts.ts'
import type { MachineReading } from '../../machine/machine-reader.ts'
import type { DiskReading } from '../../sampling/disks.ts'
import type { Finding } from '../finding.ts'
import { Findings } from '../findings.ts'
import type { HealthReading } from '../rule.ts'
import { allRules } from './all-rules.ts'

const machine: MachineReading = {
  cpu: 0.3,
  cores: 4,
  memoryBytes: { total: 16e9, available: 8e9 },
  gpu: null,
  temperature: 60,
  throttled: 3,
  disk: null,
  network: null,
  processes: [{ pid: 1, name: 'host', of: undefined, cpu: 0.1, memoryBytes: 1e8 }],
}
const studio: StudioFacts = {
  state: 'running',
  frameRate: 30,
  framesPerSecond: 30,
  dropped: 0,
  late: 0,
  renderMs: 5,
  encodings: [],
  sources: [],
  outputs: [],
  tracks: [],
}
const live: LiveFacts = { streams: [], destinations: [], recordings: { folder: '/recordings', running: 0 } }
const encoding: EncodingFacts = {
  id: '1',
  encoder: 'libx264',
  preset: 'veryfast',
  width: 1280,
  height: 720,
  frames: 0,
  skipped: 0,
  lagMs: 60,
  bitrateKbps: 4000,
  outputs: ['twitch'],
}
const output: OutputFacts = {
  id: 'twitch',
  name: 'Twitch',
  kind: 'rtmp',
  state: 'live',
  error: undefined,
  videoKbps: 6000,
  targetKbps: null,
  bitrateKbps: 6000,
  queuedMs: 20,
  droppedFrames: 0,
  reconnects: 0,
  folder: null,
}
const microphone: SourceFacts = {
  id: 'mic',
  name: 'Voice',
  kind: 'microphone',
  state: 'running',
  problem: undefined,
  onAir: true,
  audible: true,
  peakDb: -20,
  gainDb: 0,
  driftPpm: 3,
  missingFrames: 0,
}
const disk: DiskReading = { folder: '/recordings', freeBytes: 500e9, totalBytes: 1e12, recording: true, fillingBytes: 1e6 }

type Step = Partial<Omit<HealthReading, 'studio' | 'live' | 'machine'>> & {
  readonly studio?: Partial<StudioFacts>
  readonly live?: Partial<LiveFacts>
  readonly machine?: Partial<MachineReading>
}

/** What is found after these readings. */
function found(steps: readonly Step[]): readonly Finding[] {
  const findings = new Findings(allRules)
  for (const [index, step] of steps.entries()) {
    const reading: HealthReading = {
      disks: [],
      problems: [],
      ...step,
      studio: { ...studio, ...step.studio },
      live: { ...live, ...step.live },
      machine: { ...machine, ...step.machine },
    }
    findings.judge(reading, index * 5000)
  }
  return findings.list
}

const times = (count: number, step: (index: number) => Step): readonly Step[] => Array.from({ length: count }, (_, index) => step(index))

describe('the rules', () => {
  it('find nothing where all is well', () => {
    const well: Step = {
      studio: { encodings: [encoding], outputs: [output], sources: [microphone], tracks: [{ track: 1, peakDb: -6 }] },
      disks: [disk],
    }
    expect(found(times(10, () => well))).toEqual([])
  })

  it('advise the next faster preset where an encoder leaves frames out', () => {
    const behind = times(4, (index) => ({ studio: { encodings: [{ ...encoding, skipped: index * 20 }], outputs: [output] } }))
    expect(found(behind)).toMatchObject([
      {
        code: 'encoder.behind',
        about: { id: 'twitch', name: 'Twitch' },
        params: { preset: 'veryfast', faster: 'superfast', skipped: 20 },
        fixes: [{ at: 'outputs/twitch', changes: { video: { preset: 'superfast' } } }],
      },
    ])
  })

  it('advise a smaller size where no preset is faster', () => {
    const fastest = { ...encoding, preset: 'ultrafast', lagMs: 3000 }
    expect(found(times(3, () => ({ studio: { encodings: [fastest], outputs: [output] } })))).toMatchObject([
      { code: 'encoder.behind', params: { faster: '', height: 540 }, fixes: [{ changes: { video: { height: 540 } } }] },
    ])
  })

  it('find a show that is not composed in time, and the page that costs most', () => {
    const page = { ...microphone, id: 'page', name: 'Chat', kind: 'browser', audible: false, peakDb: undefined }
    const slow = times(4, (index) => ({
      studio: { dropped: index * 30, renderMs: 40, sources: [page] },
      machine: { processes: [...machine.processes, { pid: 2, name: 'browser-source', of: 'page', cpu: 0.3, memoryBytes: 1e8 }] },
    }))
    expect(found(slow)).toMatchObject([{ code: 'render.overload', params: { lost: 30, source: 'Chat', percent: 30, frameMs: 33.3 } }])
  })

  it('find an upload that carries less than is asked for, and advise what it carries', () => {
    const slow = times(3, () => ({ studio: { outputs: [{ ...output, queuedMs: 2500, bitrateKbps: 3000 }] } }))
    expect(found(slow)).toMatchObject([
      {
        code: 'upload.too_small',
        params: { wanted: 6000, carried: 3000, advised: 2400 },
        fixes: [{ at: 'outputs/twitch', changes: { video: { bitrateKbps: 2400 } } }],
      },
    ])
    const follows = times(3, () => ({ studio: { outputs: [{ ...output, targetKbps: 2000, bitrateKbps: 2000 }] } }))
    expect(found(follows)).toMatchObject([{ code: 'upload.too_small', params: { follows: 1, advised: 1600 } }])
  })

  it('find a microphone that is on air and silent, not one that is muted or quiet', () => {
    const of = (mic: Partial<SourceFacts>) => times(4, () => ({ studio: { sources: [{ ...microphone, ...mic }] } }))
    expect(found(of({ peakDb: -95 }))).toMatchObject([{ code: 'microphone.silent', about: { id: 'mic' } }])
    expect(found(of({ peakDb: -95, audible: false, onAir: false }))).toEqual([])
    expect(found(of({ peakDb: -65 }))).toEqual([])
  })

  it('say which fader to lower where a track clips', () => {
    const loud = times(2, () => ({ studio: { sources: [{ ...microphone, peakDb: 2, gainDb: 1 }], tracks: [{ track: 1, peakDb: 3 }] } }))
    expect(found(loud)).toMatchObject([
      {
        code: 'audio.clipping',
        params: { overDb: 3, source: 'Voice', gainDb: -3 },
        fixes: [{ at: 'sources/mic', changes: { audio: { gainDb: -3 } } }],
      },
    ])
  })

  it('report a drift that is corrected, and a device that loses audio', () => {
    expect(found(times(4, () => ({ studio: { sources: [{ ...microphone, driftPpm: 80 }] } })))).toMatchObject([
      { code: 'audio.drift_corrected', severity: 'info', params: { ppm: 80, msAnHour: 288 } },
    ])
    const losing = times(4, (index) => ({ studio: { sources: [{ ...microphone, missingFrames: index * 9600 }] } }))
    expect(found(losing)).toMatchObject([{ code: 'audio.device_unreliable', params: { missingMs: 200 } }])
  })

  it('count the minutes that a disk lasts while something is recorded', () => {
    const filling = { ...disk, freeBytes: 840e6, fillingBytes: 1e6 }
    expect(found(times(3, () => ({ disks: [filling] })))).toMatchObject([
      { code: 'disk.full_soon', severity: 'warning', params: { minutes: 14, freeMb: 840, mbAMinute: 60 } },
    ])
    expect(found(times(3, () => ({ disks: [{ ...filling, recording: false, fillingBytes: 0 }] })))).toEqual([])
  })

  it('find a page that takes 40 % of a core', () => {
    const page = { ...microphone, id: 'page', name: 'Chat', kind: 'browser', audible: false, peakDb: undefined }
    const processes = [{ pid: 2, name: 'browser-source', of: 'page', cpu: 0.55, memoryBytes: 1e8 }]
    expect(found(times(4, () => ({ studio: { sources: [page] }, machine: { processes } })))).toMatchObject([
      { code: 'browser.costly', about: { id: 'page', name: 'Chat' }, params: { percent: 55 } },
    ])
  })

  it('find sources on air without a signal, keyframes that are far apart, and publishers that go away', () => {
    const camera = {
      ...microphone,
      id: 'cam',
      kind: 'camera',
      state: 'waiting' as const,
      problem: 'unplugged',
      audible: false,
      peakDb: undefined,
    }
    expect(found(times(3, () => ({ studio: { sources: [camera] } })))).toMatchObject([
      { code: 'source.no_signal', params: { problem: 'unplugged' } },
    ])
    expect(found(times(3, () => ({ studio: { sources: [{ ...camera, onAir: false }] } })))).toEqual([])
    const stream = {
      id: 's',
      name: 'cam',
      reconnecting: false,
      local: false,
      bitrateKbps: 1,
      frameRate: 30,
      keyframeIntervalMs: 10_000,
      lateFrames: 0,
    }
    expect(found(times(3, () => ({ live: { streams: [stream] } })))).toMatchObject([
      { code: 'stream.keyframes', params: { seconds: 10, behind: 30 } },
    ])
    const away = times(3, (index) => ({ live: { streams: [{ ...stream, keyframeIntervalMs: 2000, lateFrames: index * 60 }] } }))
    expect(found(away)).toMatchObject([{ code: 'publisher.unstable', params: { late: 60 } }])
  })

  it('find a machine that is busy, hot or out of memory, and say by what', () => {
    const processes = [{ pid: 2, name: 'studio', of: undefined, cpu: 2, memoryBytes: 9e9 }]
    expect(found(times(4, () => ({ machine: { cpu: 0.99, processes } })))).toMatchObject([
      { code: 'machine.overloaded', params: { percent: 99, ours: 50, others: 49, process: 'studio' } },
    ])
    expect(found(times(2, (index) => ({ machine: { throttled: index, temperature: 97 } })))).toMatchObject([
      { code: 'machine.throttled', params: { temperature: 97 } },
    ])
    const full = { memoryBytes: { total: 16e9, available: 0.4e9 }, processes }
    expect(found(times(3, () => ({ machine: full })))).toMatchObject([
      { code: 'machine.memory_low', severity: 'error', params: { freeMb: 400, process: 'studio' } },
    ])
  })

  it('name each problem of the host once, where no output says it itself', () => {
    expect(found([{ problems: ['storage.full', 'storage.full'] }])).toMatchObject([
      { code: 'host.problem', params: { error: 'storage.full' } },
    ])
    const failing = { ...output, kind: 'recording', state: 'retrying' as const, error: 'recording.disk_full' }
    expect(found([{ problems: ['recording.disk_full'], studio: { outputs: [failing] } }])).toMatchObject([{ code: 'output.failed' }])
  })
})
