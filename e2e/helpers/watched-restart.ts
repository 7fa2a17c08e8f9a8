import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type DecodedFrame, readFrames } from './decode.ts'
import type { Machine } from './machine.ts'
import { root } from './paths.ts'
import { removeFolder } from './private-folder.ts'
import { until } from './until.ts'

/** What clients of a host saw while it was restarted. */
export interface WatchedRestart {
  /** Requests that were answered, connections that were made. */
  readonly answered: number
  readonly connected: number
  /** Connections that were rejected, and requests that failed otherwise: port and reason. */
  readonly rejected: readonly string[]
  readonly failed: readonly string[]
  readonly longestWaitMs: number
  /** Longest time between two frames of the test stream that a player got, by the clock that is drawn into them, ms. */
  readonly gapMs: number
  /** Longest times without data of the two streams, ms: what somebody sees who plays without a buffer. */
  readonly waitsMs: { readonly demo: number; readonly slate: number }
}

/** Watches the test stream `demo` and the stream `slate` of the machine's service through `restart`, and tries its ports meanwhile. */
export async function watchRestart(machine: Machine, restart: () => Promise<unknown>): Promise<WatchedRestart> {
  const folder = mkdtempSync(join(tmpdir(), 'ami-restart-'))
  const ports = ['8080', '8443', '1935', '1936']
  const probe = machine.inNetwork([process.execPath, join(root, 'e2e/helpers/restart-probe.mjs'), folder, ...ports])
  const lines: string[] = []
  createInterface({ input: probe.stdout! }).on('line', (line) => lines.push(line))
  const url = `http://127.0.0.1:${await machine.forward(8080)}`
  /** The run of the host that plays the test stream to the probe. */
  const playing = async (): Promise<string | undefined> => {
    try {
      const [info, stream] = await Promise.all(
        ['host', 'live/streams/demo'].map(async (path) => (await fetch(`${url}/api/v1/${path}`)).json() as Promise<any>),
      )
      return stream.state === 'active' && stream.viewers > 0 ? info.run : undefined
    } catch {
      return undefined
    }
  }
  try {
    await until(() => lines.length > 0, 'the probe runs')
    const before = await until(playing, 'the test stream is watched')
    await restart()
    await until(async () => ((await playing()) ?? before) !== before, 'the test stream is watched again')
    // Some frames of the new run.
    await new Promise((resolve) => setTimeout(resolve, 2000))
    probe.kill('SIGTERM')
    const { files, ...seen } = JSON.parse(await until(() => lines[1], 'the probe ends')) as Omit<WatchedRestart, 'gapMs'> & {
      files: readonly string[]
    }
    const frames: DecodedFrame[] = []
    for (const file of files) frames.push(...(await readFrames(file).catch(() => [])))
    const clock = frames.flatMap(({ code }) => code?.wallMs ?? [])
    const gapMs = Math.max(...clock.slice(1).map((wallMs, index) => wallMs - clock[index]!))
    return { ...seen, gapMs }
  } finally {
    probe.kill('SIGKILL')
    removeFolder(folder)
  }
}
