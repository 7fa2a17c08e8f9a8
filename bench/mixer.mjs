/** The studio's mixer: what ten sources cost beside ffmpeg's filters, and an hour of devices whose clocks are not ours. */
import { execFile } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { audioFilterKinds } from '../src-main/studio/document/kinds/audio-filter-kinds.ts'
import { createMixer } from '../src-main/studio/worker/mixer/create-mixer.ts'
import { ProcessorMaker } from '../src-main/studio/worker/mixer/filters/create-processor.ts'
import { memoryAudioStore } from '../src-main/studio/worker/mixer/testing/memory-audio-store.ts'
import { SimulatedDevice } from '../src-main/studio/worker/mixer/testing/simulated-device.ts'
import { findTone } from '../src-main/studio/worker/mixer/testing/tone-analysis.ts'
import { root } from './servers.mjs'

const log = { debug() {}, info() {}, warn() {}, error() {}, child: () => log }
const rate = 48_000
const blockFrames = 480
const blockUs = 10_000

const filter = (kind, settings = {}) => ({ id: kind, name: kind, kind, enabled: true, settings })
const input = (source, store, filters = [], muted = false) => ({
  source,
  name: source,
  store,
  shown: true,
  audio: {
    ...{ gainDb: -3, pan: 0, muted, solo: false, syncOffsetMs: 0, tracks: [1, 2] },
    ...{ monitoring: 'off', followsVideo: false, filters },
  },
})

/** CPU seconds of this process, all threads. */
const cpuSeconds = () => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}

/** Half a second of noise and a tone, as chunks of 10 ms. */
function chunksOf(index, isMono) {
  const chunks = []
  for (let chunk = 0; chunk < 50; chunk++) {
    const samples = new Float32Array(blockFrames * 2)
    for (let frame = 0; frame < blockFrames; frame++) {
      const at = chunk * blockFrames + frame
      samples[frame * 2] = 0.2 * Math.sin((at * (index + 3)) / 40) + 0.05 * (Math.random() - 0.5)
      samples[frame * 2 + 1] = isMono ? samples[frame * 2] : 0.2 * Math.sin((at * (index + 3)) / 47)
    }
    chunks.push(samples)
  }
  return chunks
}

/** Share of a core (%) that mixing takes, writing to the stores taken off. */
async function share(sources, seconds, trackFilters = []) {
  const run = async (mixes) => {
    const devices = sources.map((source, index) => ({
      ...{ store: memoryAudioStore(rate), chunks: chunksOf(index, source.isMono) },
      ...{ trueRate: rate * (1 + (source.ppm ?? 0) * 1e-6), frame: 0 },
    }))
    const mixer = createMixer({ log })
    mixer.setTrackFilters(trackFilters)
    mixer.setInputs(devices.map(({ store }, index) => input(`source${index}`, store, sources[index].filters, sources[index].muted)))
    mixer.setTracks([1, 2])
    let from = 0
    for (let block = 0; block < (seconds + 5) * 100; block++) {
      // compiled by then
      if (block === 500) from = cpuSeconds()
      for (const device of devices) {
        while ((device.frame / device.trueRate) * 1e6 <= block * blockUs) {
          device.store.write(device.chunks[block % 50], (device.frame / device.trueRate) * 1e6)
          device.frame += blockFrames
        }
      }
      if (!mixes) continue
      mixer.mix(block * blockUs - 60_000)
      if (block % 3 === 0 && !sources[0].muted) mixer.meters()
      // Noise suppression is loaded meanwhile.
      if (block === 0) await sleep(500)
    }
    mixer.close()
    return cpuSeconds() - from
  }
  const writing = await run(false)
  return (((await run(true)) - writing) / seconds) * 100
}

/** Share of a core that one filter takes on stereo, %. */
async function filterShares() {
  const maker = new ProcessorMaker(log)
  await maker.denoisers.load()
  const shares = {}
  for (const { kind } of audioFilterKinds) {
    const processor = maker.make(kind, maker.completeSettings(kind, settingsOf[kind] ?? {}))
    const chunks = chunksOf(1, false)
    const block = new Float32Array(blockFrames * 2)
    const blocks = kind === 'noise-suppression' ? 300 : 3000
    let from = 0
    for (let index = -blocks / 3; index < blocks; index++) {
      if (index === 0) from = cpuSeconds()
      block.set(chunks[Math.abs(index) % 50])
      processor.process(block, undefined)
    }
    shares[kind] = Number((((cpuSeconds() - from) / (blocks / 100)) * 100).toFixed(3))
    processor.close?.()
  }
  return shares
}
const settingsOf = {
  'equalizer': { bands: [100, 400, 1600, 6400].map((frequency) => ({ shape: 'peak', frequency, gainDb: 3, q: 1 })) },
  'three-band-equalizer': { lowDb: 3, highDb: -3 },
}

/** The same audio and the same chain in ffmpeg: CPU seconds of its process for each second of audio, %. */
async function ffmpegShare(count, chain, seconds) {
  const folder = join(root, 'artifacts/bench/mixer')
  mkdirSync(folder, { recursive: true })
  const files = []
  for (let index = 0; index < count; index++) {
    const chunks = chunksOf(index, false)
    const file = join(folder, `${index}.f32`)
    writeFileSync(file, Buffer.concat(Array.from({ length: seconds * 100 }, (_, block) => Buffer.from(chunks[block % 50].buffer))))
    files.push(file)
  }
  const run = async (graph) => {
    const inputs = files.flatMap((file) => ['-f', 'f32le', '-ar', String(rate), '-ac', '2', '-i', file])
    const args = ['-hide_banner', '-loglevel', 'error', '-threads', '1', '-filter_complex_threads', '1', ...inputs]
    const command = ['ffmpeg', ...args, '-filter_complex', graph, '-map', '[out]', '-f', 'null', '-']
    const { stderr } = await promisify(execFile)('bash', ['-c', 'TIMEFORMAT="%U %S"; time "$@"', 'bash', ...command])
    const [user, system] = stderr.trim().split('\n').at(-1).split(' ').map(Number)
    return ((user + system) / seconds) * 100
  }
  try {
    const all = files.map((_, index) => `[${index}:a]`).join('')
    const filtered = files.map((_, index) => `[${index}:a]${chain}[f${index}]`).join(';')
    const mixed = `amix=inputs=${count}:normalize=0[out]`
    return {
      mix: await run(`${all}${mixed}`),
      filtered: await run(`${filtered};${files.map((_, index) => `[f${index}]`).join('')}${mixed}`),
    }
  } catch (error) {
    if (error.code === 'ENOENT') return undefined
    throw error
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Records a device for long, faster than real time: 997 Hz on the left tells rate and purity, 5 Hz on the right where it belongs. */
function drift(seconds, ppm, jitterUs, chunkFrames) {
  const device = new SimulatedDevice({
    ...{ ppm, jitterUs, chunkFrames },
    signal: (at) => [0.5 * Math.sin(2 * Math.PI * 997 * at), 0.5 * Math.sin(2 * Math.PI * 5 * at)],
  })
  const mixer = createMixer({ log })
  mixer.setInputs([{ ...input('device', device.store), audio: { ...input('device', device.store).audio, gainDb: 0 } }])
  mixer.setTracks([1])
  const left = new Float64Array(rate / 10)
  const right = new Float64Array(rate)
  const result = { ppm, jitterUs, seconds, settledMs: 0, worstMs: 0, finalMs: 0, worstFrequencyPpm: 0, thdNoiseDb: -200 }
  for (let block = 0; block < seconds * 100; block++) {
    const timeUs = block * blockUs
    device.runTo(timeUs + mixer.delayUs)
    const track = mixer.mix(timeUs).tracks[0]
    // the last second of each minute, and of the first ten seconds
    const inMinute = block % 6000
    const at = inMinute >= 5900 ? inMinute - 5900 : block >= 900 && block < 1000 ? block - 900 : -1
    if (at < 0) continue
    for (let frame = 0; frame < blockFrames; frame++) {
      right[at * blockFrames + frame] = track[frame * 2 + 1]
      if (at >= 90) left[(at - 90) * blockFrames + frame] = track[frame * 2]
    }
    if (at !== 99) continue
    const fromSeconds = (block - 99) / 100
    const phase = findTone(right, 5, 0).phase - 2 * Math.PI * 5 * (fromSeconds % 1)
    const offsetMs = (Math.atan2(Math.sin(phase), Math.cos(phase)) / (2 * Math.PI * 5)) * 1000
    const tone = findTone(left, 997, 200)
    const offPpm = Math.abs(tone.frequency / 997 - 1) * 1e6
    if (block < 1000) {
      result.settledMs = offsetMs
      continue
    }
    result.finalMs = offsetMs
    if (Math.abs(offsetMs) > Math.abs(result.worstMs)) result.worstMs = offsetMs
    result.worstFrequencyPpm = Math.max(result.worstFrequencyPpm, offPpm)
    result.thdNoiseDb = Math.max(result.thdNoiseDb, tone.restDb)
  }
  const [reading] = mixer.drift()
  result.reportedPpm = reading.ppm
  result.missing = reading.missing
  mixer.close()
  return result
}

export async function measureMixer(print, { minutes = 60 } = {}) {
  const microphone = {
    ppm: 40,
    isMono: true,
    filters: [filter('high-pass'), filter('gate'), filter('compressor'), filter('limiter')],
  }
  const desktop = { ppm: -30, filters: [] }
  const file = { filters: [filter('three-band-equalizer', { lowDb: 2, highDb: -2 }), filter('compressor')] }
  const typical = [...Array(4).fill(microphone), ...Array(2).fill(desktop), ...Array(4).fill(file)]
  const chain = [filter('high-pass'), filter('gate'), filter('compressor'), filter('limiter')]
  const seconds = 60
  const voice = { isMono: true, filters: [filter('noise-suppression')] }
  const masterBus = [filter('equalizer', settingsOf.equalizer), filter('compressor'), filter('loudness'), filter('limiter')]
  const results = {
    typical: await share(typical, seconds),
    mix: await share(Array(10).fill({ filters: [] }), seconds),
    filtered: await share(Array(10).fill({ filters: chain }), seconds),
    drifting: await share(Array(10).fill({ ppm: 50, filters: [] }), seconds),
    voice: await share([voice], 10),
    mutedVoice: await share([{ ...voice, muted: true }], 10),
    master: await share([{ filters: [] }], seconds, [masterBus, masterBus]),
    filters: await filterShares(),
    ffmpeg: await ffmpegShare(10, 'highpass=f=80,highpass=f=80,agate,acompressor,alimiter=level=0', seconds),
    drift: [],
  }
  const percent = (value) => `${value.toFixed(2)} % of a core`
  print(`ten typical sources with meters: ${percent(results.typical)} (aim: under 5)`)
  print(`ten on our clock, no filters: ${percent(results.mix)}; all on clocks of their own: ${percent(results.drifting)}`)
  print(`ten with high-pass, gate, compressor, limiter: ${percent(results.filtered)}`)
  print(
    `one voice with noise suppression: ${percent(results.voice)}; the same muted, with nobody at its meter: ${percent(results.mutedVoice)}`,
  )
  print(`one source on two tracks with equalizer, compressor, loudness, limiter each: ${percent(results.master)}`)
  if (results.ffmpeg === undefined) print('ffmpeg: not installed, left out')
  else print(`ffmpeg, without meters: amix ${percent(results.ffmpeg.mix)}; with the four filters ${percent(results.ffmpeg.filtered)}`)
  print(
    `a filter on one stereo source, % of a core: ${Object.entries(results.filters)
      .map(([kind, value]) => `${kind} ${value}`)
      .join(', ')}`,
  )
  for (const [ppm, jitterUs, chunkFrames] of [
    [200, 1000, 480],
    [-200, 1000, 1024],
    [200, 4000, 1024],
  ]) {
    const one = drift(minutes * 60, ppm, jitterUs, chunkFrames)
    results.drift.push(one)
    print(
      `${minutes} minutes of a device at ${ppm} ppm, times off by up to ${jitterUs} us: ${one.settledMs.toFixed(2)} ms off after 10 s, ` +
        `at worst ${one.worstMs.toFixed(2)}, at the end ${one.finalMs.toFixed(2)} (aim: under 20); reported ${one.reportedPpm.toFixed(1)} ppm; ` +
        `tone off by at most ${one.worstFrequencyPpm.toFixed(1)} ppm, THD+N ${one.thdNoiseDb.toFixed(1)} dB or better`,
    )
  }
  return results
}
