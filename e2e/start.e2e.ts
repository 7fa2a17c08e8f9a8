import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { freePorts } from './helpers/command.ts'
import { root } from './helpers/paths.ts'
import { until } from './helpers/until.ts'

/** A window that ends within three seconds counts as one that could not show anything. */
const longEnough = (): Promise<void> => pause(4000)
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** The browser that shows the window of a data folder: its first process, which has no `--type`. */
function windowProcess(dataDir: string): number | undefined {
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const args = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
      const isBrowser = args.includes(`--user-data-dir=${join(dataDir, 'window')}`) && args[0]!.includes('chrom')
      if (isBrowser && !args.some((arg) => arg.startsWith('--type='))) return Number(pid)
    } catch {
      // It ended while it was looked at.
    }
  }
  return undefined
}

describe.runIf(process.platform === 'linux')('streams start', () => {
  let dataDir: string
  let program: ChildProcess
  let out: string
  let ended: Promise<number | null>

  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'ami-streams-'))
  })
  afterEach(async () => {
    program.kill('SIGTERM')
    await ended
    await pause(500)
    rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 })
  })

  function start(wrapper: readonly string[], env: Record<string, string>, more: readonly string[] = []): void {
    const command = [...wrapper, process.execPath, join(root, 'dist/host/main.js'), 'start', '--data', dataDir, ...freePorts, ...more]
    program = spawn(command[0]!, command.slice(1), { env: { ...process.env, CI: '', ...env }, stdio: ['ignore', 'pipe', 'ignore'] })
    out = ''
    program.stdout!.on('data', (chunk: Buffer) => {
      out += chunk.toString()
    })
    ended = new Promise((resolve) => program.once('exit', resolve))
  }
  function hostFile(): { pid: number; token: string; url: string } | undefined {
    try {
      return JSON.parse(readFileSync(join(dataDir, 'host.json'), 'utf8'))
    } catch {
      return undefined
    }
  }
  const reported = (what: string) => () => `in vain: ${what}\n${out}`

  it('without a display prints the URL with a one-time sign-in link, and serves', async () => {
    start([], { DISPLAY: '', WAYLAND_DISPLAY: '' })
    const link = await until(() => out.match(/No window: there is no display[\s\S]*(http:\S+#link=\S+)/)?.[1], reported('the link'))
    expect((await fetch(link)).status).toBe(200)
  })

  it('opens a window on the host and ends with it, but not while a stream is live', async () => {
    start(['xvfb-run', '-a'], {})
    const window = await until(() => windowProcess(dataDir), reported('a window'))
    const { pid, token, url } = await until(() => hostFile(), reported('the host'))
    const call = (method: string, path: string): Promise<Response> =>
      fetch(`${url}/api/v1${path}`, {
        method,
        headers: { 'authorization': `Bearer ${token}`, 'content-type': 'application/json' },
        ...(method === 'POST' ? { body: '{}' } : {}),
      })
    expect((await call('POST', '/live/demo')).status).toBe(200)
    await longEnough()
    process.kill(window, 'SIGTERM')
    await until(() => out.includes('the host goes on'), reported('what happens now'))
    expect((await call('GET', '/health')).status).toBe(200)
    process.kill(pid, 'SIGTERM')
    expect(await ended).toBe(0)

    start(['xvfb-run', '-a'], {}, ['--auth', 'on'])
    const again = await until(() => windowProcess(dataDir), reported('a window'))
    await until(() => out.includes('is ready'), reported('the host'))
    const next = await until(() => hostFile(), reported('the host'))
    const signedIn = async (): Promise<boolean> => {
      const reply = await fetch(`${next.url}/api/v1/audit?kind=sign-in`, { headers: { authorization: `Bearer ${next.token}` } })
      const { items } = (await reply.json()) as { items: { message: string }[] }
      return items.some(({ message }) => message === 'a browser signed in')
    }
    await until(signedIn, reported('the sign-in of the window'))
    const listed = readdirSync('/proc').flatMap((name) => {
      try {
        return /^\d+$/.test(name) ? [readFileSync(`/proc/${name}/cmdline`, 'utf8')] : []
      } catch {
        return []
      }
    })
    const ofWindow = listed.filter((args) => args.includes(dataDir))
    expect(ofWindow.length).toBeGreaterThan(1)
    expect(
      ofWindow.filter((args) => args.includes('link=')),
      'a sign-in link in the list of processes',
    ).toEqual([])
    await longEnough()
    process.kill(again, 'SIGTERM')
    expect(await ended, 'nothing is live: the host ends with its window').toBe(0)
  })
})
