import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { root } from './paths.ts'

export interface CommandResult {
  readonly code: number | null
  readonly out: string
  readonly errors: string
  /** Standard output as JSON; fails where it is anything else. */
  json<T = any>(): T
}

export interface CommandOptions {
  readonly dataDir?: string
  readonly env?: Readonly<Record<string, string>>
  readonly timeoutMs?: number
}

/** Options of a host of which only HTTP and RTMP listen, on free ports. */
export const freePorts = '--http-port 0 --rtmp-port 0 --https-port off --rtmps-port off --srt-port off'.split(' ')

/** Runs a command of the built command line to its end. */
export function streams(args: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  const data = options.dataDir === undefined ? [] : ['--data', options.dataDir]
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(root, 'dist/host/main.js'), ...data, ...args], {
      env: { ...process.env, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let out = ''
    let errors = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      errors += text
    })
    const timer = setTimeout(() => child.kill('SIGKILL'), options.timeoutMs ?? 120_000)
    child.on('error', reject)
    child.on('close', (code) => {
      clearTimeout(timer)
      resolve({
        code,
        out,
        errors,
        json() {
          try {
            return JSON.parse(out)
          } catch {
            throw new Error(`streams ${args.join(' ')} printed no JSON alone: ${out}\n${errors}`)
          }
        },
      })
    })
  })
}
