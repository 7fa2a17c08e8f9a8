/** What happens to audio and video when the studio gets a fair share of a busy machine: a recording beside N processes that never rest. */
import { spawn, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const rate = 48_000
/** A stretch of audio that is quieter than this is silence: the tones are far louder. */
const silence = 0.01
const stretchFrames = rate / 50

/** Two tracks with a tone each, one generated and one from a media file, and video at 720p30 that is composited and encoded. */
function collection(tone, out) {
  return {
    format: 'ami-streams/collection',
    version: 1,
    name: 'Load',
    frameRate: { numerator: 30, denominator: 1 },
    canvases: [{ id: 'main', name: 'Main', width: 1280, height: 720 }],
    sources: [
      { id: 'card', name: 'Card', kind: 'test-pattern', settings: { beep: false } },
      { id: 'tone', name: 'Tone', kind: 'tone', settings: { frequency: 997 }, audio: { tracks: [1] } },
      { id: 'film', name: 'Film', kind: 'media', settings: { file: tone, loop: true }, audio: { tracks: [2] } },
      { id: 'clock', name: 'Clock', kind: 'clock' },
    ],
    scenes: [
      {
        id: 'all',
        name: 'All',
        items: [
          { source: 'card', bounds: { fit: 'stretch', width: 1280, height: 720 } },
          { source: 'film', position: { x: 700, y: 300 }, scale: { x: 0.4, y: 0.4 } },
          { source: 'tone' },
          { source: 'clock', position: { x: 40, y: 100 } },
        ],
      },
    ],
    outputs: [
      {
        id: 'out',
        name: 'Out',
        kind: 'recording',
        settings: { folder: out, container: 'mkv' },
        video: { encoder: 'libx264', preset: 'ultrafast', bitrateKbps: 2500, keyframeMs: 2000 },
        audio: [{ track: 1 }, { track: 2 }],
      },
    ],
  }
}

function run(program, args) {
  const { status, stdout, stderr } = spawnSync(program, ['-v', 'error', ...args], { maxBuffer: 2 ** 30 })
  if (status !== 0) throw new Error(`${program}: ${stderr}`)
  return stdout
}

const linesOf = (args) => run('ffprobe', args).toString().trim().split('\n')

/** Seconds of a track in a file: from its first packet to its last, with packets, and in which the tone is heard. */
function audioOf(file, track) {
  const times = linesOf(['-select_streams', `a:${track}`, '-show_entries', 'packet=pts_time', '-of', 'csv=p=0', file]).map(Number)
  const packetS = 1024 / rate
  const wholeS = times.at(-1) - times[0] + packetS
  const raw = run('ffmpeg', ['-i', file, '-map', `0:a:${track}`, '-ac', '1', '-ar', String(rate), '-f', 'f32le', '-'])
  const samples = new Float32Array(raw.buffer.slice(raw.byteOffset, raw.byteOffset + raw.length))
  let heard = 0
  for (let from = 0; from + stretchFrames <= samples.length; from += stretchFrames) {
    let power = 0
    for (let index = from; index < from + stretchFrames; index++) power += samples[index] ** 2
    if (Math.sqrt(power / stretchFrames) > silence) heard++
  }
  return { wholeS, encodedS: times.length * packetS, heardS: (heard * stretchFrames) / rate }
}

/** The same of all parts of a recording, shares of its whole time: what a lost process leaves out between two parts is missing. */
function audioOfParts(parts, track) {
  const each = parts.map(({ path }) => audioOf(path, track))
  const sum = (name) => each.reduce((total, part) => total + part[name], 0)
  const wholeS = (Date.parse(parts.at(-1).startedAt) - Date.parse(parts[0].startedAt)) / 1000 + each.at(-1).wholeS
  return { wholeS, missingS: wholeS - sum('encodedS'), encoded: sum('encodedS') / wholeS, heard: sum('heardS') / wholeS }
}

/**
 * Records for some seconds beside each number of busy processes.
 * @param startStudio makes a studio with a collection, its output `out` running: `{ host, api }`
 */
export async function measureUnderLoad({ folder, seconds, busy, startStudio, print }) {
  const tone = join(folder, 'studio-tone.mp4')
  const sources = ['-f', 'lavfi', '-i', 'testsrc2=size=1280x720:rate=30', '-f', 'lavfi', '-i', 'sine=frequency=440:sample_rate=48000']
  const encoders = ['-t', '20', '-c:v', 'libx264', '-preset', 'veryfast', '-b:v', '3M', '-c:a', 'aac']
  if (!existsSync(tone)) run('ffmpeg', ['-y', ...sources, ...encoders, tone])
  for (const count of [0, busy]) {
    const { host, api } = await startStudio(collection(tone, folder))
    const load = Array.from({ length: count }, () => spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' }))
    try {
      await sleep(1000 * seconds)
      for (const each of load) each.kill('SIGKILL')
      await api('POST', '/studio/outputs/out/stop', {})
      const { items } = await api('GET', '/studio/files?output=out')
      const parts = items.toSorted((one, other) => Date.parse(one.startedAt) - Date.parse(other.startedAt))
      const [drawn, film] = [audioOfParts(parts, 0), audioOfParts(parts, 1)]
      const frames = parts.flatMap(({ path }) => linesOf(['-select_streams', 'v:0', '-show_entries', 'packet=pts', '-of', 'csv=p=0', path]))
      const share = (value) => `${(100 * value).toFixed(1)} %`
      print(
        `load    ${count} busy processes: audio encoded ${share(drawn.encoded)} (${drawn.missingS.toFixed(2)} of ${drawn.wholeS.toFixed(1)} s missing), ` +
          `heard ${share(drawn.heard)} of a tone, ${share(film.heard)} of a film's; frames ${share(frames.length / (30 * drawn.wholeS))}; ${parts.length - 1} times the studio was lost`,
      )
    } finally {
      for (const each of load) each.kill('SIGKILL')
      await host.stop()
    }
  }
}
