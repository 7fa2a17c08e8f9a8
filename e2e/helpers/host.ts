import { type ChildProcess, spawn } from 'node:child_process'
import { appendFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Answer, HasRoute, Method } from '../../src-main/api/typed-api.ts'
import { type Contract, contractOf } from './contract.ts'
import { artifacts, root } from './paths.ts'
import { makeFolder, removeFolder } from './private-folder.ts'

/** The line that `streams host --json` prints when it listens. */
export interface ReadyLine {
  readonly [field: string]: unknown
}

export interface RunningHost {
  readonly ready: ReadyLine
  /** e.g. `http://127.0.0.1:41234` */
  readonly http: string
  /** e.g. `rtmp://127.0.0.1:41235/live` */
  readonly rtmp: string
  readonly httpPort: number
  readonly rtmpPort: number
  readonly dataDir: string
  readonly process: ChildProcess
  /** ms from spawning to the ready line. */
  readonly startMs: number
  readonly log: readonly string[]
  /** A request to a URL below /api/v1, of which every answer is checked against the description of the API. */
  api<const M extends string, const Path extends string>(
    method: M,
    path: Path,
    body?: unknown,
  ): Promise<{ status: number; body: Answered<M, Path> }>
  /** Makes a key for a stream and returns its secret; a stream of it ends as soon as its encoder stops, unless `more` says otherwise. */
  key(stream: string, more?: object): Promise<string>
  /** Waits until the stream's state makes `accept` true; fails with the last state. */
  until(stream: string, accept: (state: Stream) => boolean, timeoutMs?: number): Promise<Stream>
  kill(signal?: NodeJS.Signals): Promise<void>
  /** Ends the host and removes its data folder unless it was given. */
  stop(): Promise<void>
}

type Stream = Answer<'GET', '/live/streams/*'>

/** What every rejected request is answered with. */
interface Rejected {
  readonly code?: string
  readonly title?: string
  readonly detail?: string
  readonly remedy?: string
}

/** What a request is answered with: as its route says, or why it was rejected. Anything where only the running test knows the URL. */
type Answered<M extends string, Path extends string> = M extends Method
  ? HasRoute<M, Path> extends true
    ? Answer<M, Path> extends undefined
      ? Rejected
      : Answer<M, Path> & Rejected
    : any
  : any

/** Finds a value by any of the names anywhere in the ready line. */
function field(line: unknown, ...names: string[]): unknown {
  if (typeof line !== 'object' || line === null) return undefined
  for (const [name, value] of Object.entries(line)) {
    if (names.includes(name) && typeof value !== 'object') return value
  }
  for (const value of Object.values(line)) {
    const inside = field(value, ...names)
    if (inside !== undefined) return inside
  }
  return undefined
}

export interface HostOptions {
  readonly args?: readonly string[]
  readonly dataDir?: string
  readonly env?: Readonly<Record<string, string>>
  /** Ports; 0 takes a free one. */
  readonly httpPort?: number
  readonly rtmpPort?: number
  readonly name?: string
  /** Program that starts the host, e.g. `ip netns exec NAME`. */
  readonly within?: readonly string[]
  /** Starts it as users do, below the supervisor: then `process` is the supervisor, and a host that dies comes back. */
  readonly supervised?: boolean
  /** Folder of the installation: this checkout where left out. */
  readonly installation?: string
}

/**
 * A test that waits for a program (`execFileSync`) sees nothing else meanwhile: a connection that the host closed in that time is still taken
 * for open, and the next request on it would fail. The first turn of the event loop may have read its events before; the second has not.
 */
async function noticeClosedConnections(): Promise<void> {
  for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve))
}

/** Starts the built host on a data folder of its own and waits until it listens. */
export async function startHost(options: HostOptions = {}): Promise<RunningHost> {
  const dataDir = options.dataDir ?? makeFolder('ami-streams-')
  mkdirSync(artifacts, { recursive: true })
  const logFile = join(artifacts, `host-${options.name ?? 'e2e'}.log`)
  const from = performance.now()
  const [program = process.execPath, ...before] = [...(options.within ?? []), process.execPath]
  const child = spawn(
    program,
    [
      ...before,
      join(options.installation ?? root, options.supervised === true ? 'bin/streams.mjs' : 'dist/host/main.js'),
      'host',
      '--json',
      '--data',
      dataDir,
      '--http-port',
      String(options.httpPort ?? 0),
      '--rtmp-port',
      String(options.rtmpPort ?? 0),
      '--https-port',
      '0',
      '--rtmps-port',
      '0',
      '--srt-port',
      '0',
      '--webrtc-port',
      '0',
      '--desktop-webrtc-port',
      '0',
      ...(options.args ?? []),
    ],
    // The engine of WebRTC is the one that comes with the installation, whatever was built on this machine, unless a test names the other.
    // Terminals start this shell: what the one of the machine's user reads at its start may take a minute.
    { env: { ...process.env, SHELL: '/bin/sh', AMI_MEDIASOUP_CACHE: dataDir, ...options.env }, stdio: ['ignore', 'pipe', 'pipe'] },
  )
  const log: string[] = []
  const exited = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)))
  createInterface({ input: child.stderr! }).on('line', (line) => {
    log.push(line)
    appendFileSync(logFile, `${line}\n`)
  })
  const ready = await new Promise<ReadyLine>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`host not ready in 60 s\n${log.slice(-20).join('\n')}`)), 60_000)
    createInterface({ input: child.stdout! }).on('line', (line) => {
      appendFileSync(logFile, `${line}\n`)
      try {
        clearTimeout(timer)
        resolve(JSON.parse(line) as ReadyLine)
      } catch {
        reject(new Error(`not JSON on standard output: ${line}`))
      }
    })
    void exited.then((code) => {
      clearTimeout(timer)
      reject(new HostEnded(code, log))
    })
  })
  const startMs = performance.now() - from
  const httpPort = Number(field(ready, 'httpPort', 'http_port') ?? new URL(String(field(ready, 'http', 'url', 'httpUrl'))).port)
  const rtmpPort = Number(
    field(ready, 'rtmpPort', 'rtmp_port') ?? String(field(ready, 'rtmp', 'rtmpServer', 'rtmpUrl')).match(/:(\d+)/)?.[1],
  )
  const http = `http://127.0.0.1:${httpPort}`

  let contract: Promise<Contract> | undefined
  const readContract = async (): Promise<Contract> => contractOf((await (await fetch(`${http}/api/v1/openapi.json`)).json()) as never)
  const host: RunningHost = {
    ready,
    http,
    rtmp: `rtmp://127.0.0.1:${rtmpPort}/live`,
    httpPort,
    rtmpPort,
    dataDir,
    process: child,
    startMs,
    log,
    async api(method, path, body) {
      await noticeClosedConnections()
      const reply = await fetch(`${http}/api/v1${path}`, {
        method,
        ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
      })
      const text = await reply.text()
      const answer = text === '' ? undefined : JSON.parse(text)
      // every end-to-end test checks answers against the API's description
      contract ??= readContract()
      ;(await contract).check(method, path, reply.status, answer)
      return { status: reply.status, body: answer }
    },
    async key(stream, more = {}) {
      const reply = await host.api('POST', '/live/keys', { stream, restartWindowMs: 0, ...more })
      if (reply.status !== 201) throw new Error(`no key: ${JSON.stringify(reply)}`)
      return reply.body.secret
    },
    async until(stream, accept, timeoutMs = 60_000) {
      const end = performance.now() + timeoutMs
      for (;;) {
        const reply = await host.api('GET', `/live/streams/${stream}`)
        if (reply.status === 200 && accept(reply.body)) return reply.body
        if (performance.now() > end) throw new Error(`stream ${stream} stays ${JSON.stringify(reply.body)}`)
        await new Promise((resolve) => setTimeout(resolve, 100))
      }
    },
    async kill(signal = 'SIGKILL') {
      child.kill(signal)
      await exited
    },
    async stop() {
      child.kill('SIGTERM')
      const timer = setTimeout(() => child.kill('SIGKILL'), 8000)
      await exited
      clearTimeout(timer)
      if (options.dataDir === undefined) removeFolder(dataDir)
    },
  }
  return host
}

/** The host ended before it was ready. */
export class HostEnded extends Error {
  readonly code: number | null
  readonly log: readonly string[]

  constructor(code: number | null, log: readonly string[]) {
    super(`host ended with code ${code}\n${log.slice(-20).join('\n')}`)
    this.code = code
    this.log = log
  }
}
