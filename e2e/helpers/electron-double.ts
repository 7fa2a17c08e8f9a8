import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import type { DoubleCommand, DoubleReport } from '../../src-main/shell/testing/electron-double.ts'
import { root } from './paths.ts'
import { until } from './until.ts'

/** The built desktop shell on the Electron double (`src-main/shell/testing`). */
export interface DoubledProgram {
  readonly child: ChildProcess
  readonly said: () => string
  /** Resolves with its exit code, or its signal. */
  readonly ended: Promise<number | string>
  do(command: DoubleCommand): Promise<any>
  report(): Promise<DoubleReport>
  /** The report once `accept` is true of it. */
  until(what: string, accept: (report: DoubleReport) => boolean): Promise<DoubleReport>
}

export interface DoubledOptions {
  /** Its folders are below this one: `data` of the host, `resources` as in an installed program. */
  readonly folder: string
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

const ports = {
  STREAMS_HTTP_PORT: '0',
  STREAMS_RTMP_PORT: '0',
  STREAMS_HTTPS_PORT: 'off',
  STREAMS_RTMPS_PORT: 'off',
  STREAMS_SRT_PORT: 'off',
}
export const doubleHook = join(root, 'src-main/shell/testing/use-electron-double.ts')
const main = join(root, 'dist/shell/main.js')

/** Starts the desktop shell as an installed one is: with the host in its resources. */
export function startDoubled({ folder, args = [], env = {} }: DoubledOptions): DoubledProgram {
  const resources = join(folder, 'resources')
  mkdirSync(join(resources, 'program/bin'), { recursive: true })
  for (const [name, target] of [
    ['node', process.execPath],
    ['streams.mjs', join(root, 'bin/streams.mjs')],
  ] as const)
    try {
      symlinkSync(target, join(resources, 'program/bin', name))
    } catch {
      // It is there from the start before this one.
    }
  const all = {
    ...process.env,
    ...ports,
    STREAMS_DATA: join(folder, 'data'),
    ELECTRON_DOUBLE_RESOURCES: resources,
    LANG: 'C.UTF-8',
    LANGUAGE: '',
    ...env,
  }
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', '--import', doubleHook, main, ...args], {
    env: all,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  let said = ''
  for (const stream of [child.stdout!, child.stderr!])
    stream.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-20_000)
    })
  const waiting = new Map<number, { readonly done: (value: any) => void; readonly failed: (error: Error) => void }>()
  let number = 0
  child.on('message', ({ id, value, error }: { id: number; value?: unknown; error?: string }) => {
    const one = waiting.get(id)
    waiting.delete(id)
    if (error === undefined) one?.done(value)
    else one?.failed(new Error(error))
  })
  const ended = new Promise<number | string>((resolve) => child.once('close', (code, signal) => resolve(code ?? signal ?? 0)))
  void ended.then(() => {
    for (const { failed } of waiting.values()) failed(new Error(`the program has ended: ${said}`))
  })
  const program: DoubledProgram = {
    child,
    said: () => said,
    ended,
    do: (command) =>
      new Promise((done, failed) => {
        waiting.set(++number, { done, failed })
        child.send({ id: number, command })
      }),
    report: () => program.do({ do: 'report' }),
    async until(what, accept) {
      let last: DoubleReport | undefined
      return until(
        async () => {
          last = await program.report()
          return accept(last) ? last : undefined
        },
        () => `in vain: ${what}\n${JSON.stringify(last, null, 1)}\n${said}`,
      )
    },
  }
  return program
}

/** What the host of a data folder says; undefined where none runs. */
export async function askHost(dataDir: string, method: string, path: string, body?: unknown): Promise<any> {
  try {
    const { url, token } = JSON.parse(readFileSync(join(dataDir, 'host.json'), 'utf8'))
    const headers = { 'authorization': `Bearer ${token}`, 'content-type': 'application/json' }
    const reply = await fetch(`${url}/api/v1${path}`, {
      method,
      headers,
      ...(method === 'GET' ? {} : { body: JSON.stringify(body ?? {}) }),
    })
    return reply.status === 204 ? { status: 204 } : { status: reply.status, ...((await reply.json()) as object) }
  } catch {
    return undefined
  }
}
