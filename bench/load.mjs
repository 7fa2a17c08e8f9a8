/** Publishers for the benches: a prepared clip, sent in real time without encoding. */
import { fork, spawn } from 'node:child_process'
import { existsSync, mkdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { pinned, root } from './servers.mjs'

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

/**
 * Publishes the clip to every address until `stop()`, from one process (`core` pins it). Resolves when all of them publish.
 * `state()` is the loader's newest word: publishers lost, bytes that wait to be sent, and how late its own timers were.
 */
export async function publishAll(file, urls, { core } = {}) {
  const argument = JSON.stringify({ file, urls })
  const program = join(root, 'bench/publishers.mjs')
  const [command, args] = pinned(core, process.execPath, [program, argument])
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  let state = { lost: 0, queuedBytes: 0, latestMs: 0 }
  const gone = new Promise((resolve) => child.once('exit', resolve))
  await new Promise((resolve, reject) => {
    child.on('message', (message) => {
      if (message.started) resolve()
      else state = message
    })
    gone.then((code) => reject(new Error(`the publishers ended with code ${code}`)))
  })
  return {
    state: () => state,
    async stop() {
      child.kill('SIGKILL')
      await gone
    },
  }
}
