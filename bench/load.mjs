/** Publishers for the benches: a prepared clip, copied in real time by ffmpeg, several streams to a process. */
import { fork, spawn } from 'node:child_process'
import { existsSync, mkdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './servers.mjs'

const seconds = 30

/** A clip of the test picture at about `kbps`, sound included; made once, kept in artifacts/bench. */
export async function clip(kbps) {
  const folder = join(root, 'artifacts/bench')
  mkdirSync(folder, { recursive: true })
  const file = join(folder, `clip-${kbps}.flv`)
  if (!existsSync(file)) {
    const large = kbps > 3000
    const options = {
      url: file,
      width: large ? 1920 : 1280,
      height: large ? 1080 : 720,
      fps: 30,
      videoKbps: kbps - 128,
      video: 'h264',
      audio: 'aac',
      frames: seconds * 30,
      paced: false,
    }
    await new Promise((resolve, reject) => {
      const child = fork(join(root, 'dist/host/demo-worker.js'), [], {
        serialization: 'advanced',
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      })
      child.on('message', ({ kind, body }) => {
        if (kind === 'ready') child.send({ kind: 'message', body: { type: 'start', options } })
        else if (kind === 'message' && (body.type === 'finished' || body.type === 'failed')) {
          child.send({ kind: 'stop' })
          if (body.type === 'finished') resolve()
          else reject(new Error(body.message))
        }
      })
      child.on('error', reject)
    })
  }
  return { file, mbps: (statSync(file).size * 8) / seconds / 1e6 }
}

/** Publishes the clip to every address until `stop()`; `failed()` counts ffmpeg processes that ended by themselves. */
export function publishAll(file, urls, { perProcess = 10 } = {}) {
  const children = []
  let stopped = false
  let failed = 0
  for (let from = 0; from < urls.length; from += perProcess) {
    const outputs = urls
      .slice(from, from + perProcess)
      .flatMap((url) => ['-c', 'copy', '-f', 'flv', '-flvflags', 'no_duration_filesize', url])
    const child = spawn('ffmpeg', ['-hide_banner', '-loglevel', 'error', '-nostdin', '-stream_loop', '-1', '-re', '-i', file, ...outputs], {
      stdio: ['ignore', 'ignore', process.env.DEBUG ? 'inherit' : 'ignore'],
    })
    child.on('exit', () => {
      if (!stopped) failed++
    })
    children.push(child)
  }
  return {
    failed: () => failed,
    async stop() {
      stopped = true
      await Promise.all(
        children.map((child) => {
          if (child.exitCode !== null || child.signalCode !== null) return undefined
          const gone = new Promise((resolve) => child.once('exit', resolve))
          child.kill('SIGKILL')
          return gone
        }),
      )
    },
  }
}
