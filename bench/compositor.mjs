/**
 * CPU time of compositing, in ms a frame, compared with FFmpeg's filters in the same run: a moving 1080p screen (BGRA), a moving 720p video
 * (I420) shown at 640x360, a PNG of 400x300 and a text of 400x64 with alpha. Both start with raw frames and end with a 1080p I420 frame.
 * Also the moving video turned by ten degrees, at its own size, moved by a tenth of a pixel a frame: with our compositor only.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { loadCompositor } from '../src-main/studio/worker/compositor/load-compositor.ts'

const folder = fileURLToPath(new URL('../artifacts/bench/', import.meta.url))
const sourceFrames = 8
const font = '/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf'

function ffmpeg(args) {
  const result = spawnSync('ffmpeg', ['-v', 'error', '-nostdin', '-y', ...args], { encoding: 'utf8', maxBuffer: 1 << 26 })
  if (result.status !== 0) throw new Error(`ffmpeg: ${result.stderr ?? result.error}`)
  return result.stderr
}

/** Raw files of the four sources; returns their paths. */
function makeSources() {
  mkdirSync(folder, { recursive: true })
  const raw = (name, source, format, frames) => {
    const path = join(folder, name)
    ffmpeg(['-f', 'lavfi', '-i', source, '-frames:v', String(frames), '-pix_fmt', format, '-f', 'rawvideo', path])
    return path
  }
  const ring = "format=rgba,geq=r='255':g='X/2':b='Y':a='255*between(hypot(X-200,Y-150),60,140)'"
  const text = `drawtext=fontfile=${font}:text='Now live from the studio':fontsize=30:fontcolor=white:x=10:y=14`
  return {
    screen: raw('screen.bgra', 'testsrc2=size=1920x1080:rate=60', 'bgra', sourceFrames),
    video: raw('video.i420', 'testsrc2=size=1280x720:rate=60', 'yuv420p', sourceFrames),
    logo: raw('logo.rgba', `color=black:size=400x300,${ring}`, 'rgba', 1),
    text: raw('text.rgba', `color=black@0:size=400x64,format=rgba,${text}`, 'rgba', 1),
  }
}

/** CPU of a run of our compositor, ms a frame, with writing the moving frames into their stores and without. */
function ours(sources, frames) {
  const compositor = loadCompositor()
  const surface = compositor.createSurface({ width: 1920, height: 1080, background: '#000000' })
  const [screen, video, logo, text] = Array.from({ length: 4 }, () => compositor.createFrameStore())
  const still = (path, width, height) => ({ layout: 'rgba', width, height, planes: [readFileSync(path)], strides: [width * 4], timeUs: 0 })
  logo.write(still(sources.logo, 400, 300))
  text.write(still(sources.text, 400, 64))
  const layer = (store, transform) => ({ content: { store }, transform, opacity: 1, blend: 'normal', sampling: 'smooth' })
  surface.setLayers([
    layer(screen, [1, 0, 0, 1, 0, 0]),
    layer(video, [0.5, 0, 0, 0.5, 1240, 40]),
    layer(logo, [1, 0, 0, 1, 60, 600]),
    layer(text, [1, 0, 0, 1, 41, 961]),
  ])
  const screens = readFileSync(sources.screen)
  const videos = readFileSync(sources.video)
  const screenBytes = 1920 * 1080 * 4
  const videoBytes = (1280 * 720 * 3) / 2
  const planes = [new Uint8Array(1920 * 1080), new Uint8Array(960 * 540), new Uint8Array(960 * 540)]
  const into = { width: 1920, height: 1080, planes, strides: [1920, 960, 960] }
  const cpu = { write: 0, render: 0 }
  const timed = (key, work) => {
    const from = process.cpuUsage()
    work()
    const spent = process.cpuUsage(from)
    cpu[key] += (spent.user + spent.system) / 1000
  }
  for (let frame = -20; frame < frames; frame++) {
    if (frame === 0) cpu.write = cpu.render = 0
    const at = (frame + 20) % sourceFrames
    const y = at * videoBytes
    timed('write', () => {
      const shown = screens.subarray(at * screenBytes, (at + 1) * screenBytes)
      screen.write({ layout: 'bgra', width: 1920, height: 1080, planes: [shown], strides: [7680], opaque: true, timeUs: frame })
      const u = y + 1280 * 720
      const v = u + 640 * 360
      const parts = [videos.subarray(y, u), videos.subarray(u, v), videos.subarray(v, y + videoBytes)]
      video.write({ layout: 'i420', width: 1280, height: 720, planes: parts, strides: [1280, 640, 640], timeUs: frame })
    })
    timed('render', () => compositor.render(surface, into, frame))
  }
  for (const one of [surface, screen, video, logo, text]) one.close()
  return { write: cpu.write / frames, render: cpu.render / frames }
}

/** CPU of composing the moving video alone in its own size, ms a frame; `transformOf` says where it is in each. */
function oneVideo(sources, frames, transformOf) {
  const compositor = loadCompositor()
  const surface = compositor.createSurface({ width: 1920, height: 1080, background: '#000000' })
  const store = compositor.createFrameStore()
  const videos = readFileSync(sources.video)
  const planes = [new Uint8Array(1920 * 1080), new Uint8Array(960 * 540), new Uint8Array(960 * 540)]
  const into = { width: 1920, height: 1080, planes, strides: [1920, 960, 960] }
  const [y, c] = [1280 * 720, 640 * 360]
  let spent = 0
  for (let frame = -20; frame < frames; frame++) {
    const from = ((frame + 20) % sourceFrames) * (y + 2 * c)
    const parts = [
      videos.subarray(from, from + y),
      videos.subarray(from + y, from + y + c),
      videos.subarray(from + y + c, from + y + 2 * c),
    ]
    store.write({ layout: 'i420', width: 1280, height: 720, planes: parts, strides: [1280, 640, 640], timeUs: frame })
    surface.setLayers([{ content: { store }, transform: transformOf(frame), opacity: 1, blend: 'normal', sampling: 'smooth' }])
    const before = process.cpuUsage()
    compositor.render(surface, into, frame)
    const { user, system } = process.cpuUsage(before)
    if (frame >= 0) spent += (user + system) / 1000
  }
  for (const one of [surface, store]) one.close()
  return spent / frames
}

/** CPU of ffmpeg's filters for the same, ms a frame; the reading of the raw files alone is taken off. */
function filters(sources, frames) {
  const input = (path, format, size, loop) => [
    ...(loop ? ['-stream_loop', '-1'] : []),
    ...['-f', 'rawvideo', '-pixel_format', format, '-video_size', size, '-framerate', '60', '-i', path],
  ]
  const moving = [...input(sources.screen, 'bgra', '1920x1080', true), ...input(sources.video, 'yuv420p', '1280x720', true)]
  const still = [...input(sources.logo, 'rgba', '400x300', false), ...input(sources.text, 'rgba', '400x64', false)]
  const end = ['-frames:v', String(frames), '-f', 'null', '-']
  const graph =
    '[0]format=yuv420p[screen];[1]scale=640:360[video];[2]format=yuva420p[logo];[3]format=yuva420p[text];' +
    '[screen][video]overlay=1240:40[a];[a][logo]overlay=60:600[b];[b][text]overlay=41:961[out]'
  const cpuOf = (args) => {
    const reported = ffmpegBenchmark(args)
    const [, user, system] = /utime=([\d.]+)s stime=([\d.]+)s/.exec(reported) ?? []
    return ((Number(user) + Number(system)) * 1000) / frames
  }
  const whole = cpuOf([...moving, ...still, '-filter_complex', graph, '-map', '[out]', ...end])
  const reading = cpuOf([...moving, '-map', '0', '-map', '1', '-c', 'copy', ...end])
  return whole - reading
}

function ffmpegBenchmark(args) {
  const result = spawnSync('ffmpeg', ['-v', 'info', '-benchmark', '-nostdin', '-y', ...args], { encoding: 'utf8', maxBuffer: 1 << 26 })
  if (result.status !== 0) throw new Error(`ffmpeg: ${(result.stderr ?? '').slice(-2000)}`)
  return result.stderr
}

/** Both in turns, the median of three: a busy machine slows either. */
export function measureCompositor(print, frames = 300) {
  const sources = makeSources()
  const [cos, sin] = [Math.cos(Math.PI / 18), Math.sin(Math.PI / 18)]
  const turns = Array.from({ length: 3 }, () => ({
    ...ours(sources, frames),
    filters: filters(sources, frames),
    turned: oneVideo(sources, frames, () => [cos, sin, -sin, cos, 360, 80]),
    slid: oneVideo(sources, frames, (frame) => [1, 0, 0, 1, 300 + frame / 10, 150 + frame / 20]),
  }))
  const median = (of) => turns.map(of).sort((a, b) => a - b)[1]
  const result = {
    writeMs: Number(median((turn) => turn.write).toFixed(2)),
    renderMs: Number(median((turn) => turn.render).toFixed(2)),
    ffmpegFiltersMs: Number(median((turn) => turn.filters).toFixed(2)),
    turnedMs: Number(median((turn) => turn.turned).toFixed(2)),
    slidMs: Number(median((turn) => turn.slid).toFixed(2)),
  }
  const sum = result.writeMs + result.renderMs
  print(
    `four sources at 1080p, CPU a frame: ours ${sum.toFixed(2)} ms (writing ${result.writeMs}, composing ${result.renderMs}), ` +
      `ffmpeg's filters ${result.ffmpegFiltersMs} ms (aim: at most 4)${sum <= 4 ? '' : '   MISSED'}`,
  )
  print(`a 720p video in its own size, CPU a frame: turned ${result.turnedMs} ms, slid between pixels ${result.slidMs} ms`)
  return result
}
