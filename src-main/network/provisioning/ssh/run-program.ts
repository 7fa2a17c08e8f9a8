import { type SpawnOptions, spawn } from 'node:child_process'
import { AppError } from '../../../platform/errors.ts'

/** Of each output; what is longer is cut off. */
const maxOutputChars = 64 * 1024

export interface ProgramEnd {
  /** Null where a signal ended it. */
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs a program of OpenSSH to its end. Throws `network.ssh_missing`, and what `signal` was aborted with. */
export function runProgram(
  name: string,
  args: readonly string[],
  { timeoutMs, signal }: { readonly timeoutMs: number; readonly signal?: AbortSignal },
): Promise<ProgramEnd> {
  return new Promise((resolve, reject) => {
    const child = spawnSsh(name, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
      ...(signal && { signal }),
    })
    const texts = { stdout: '', stderr: '' }
    for (const key of ['stdout', 'stderr'] as const)
      child[key]?.setEncoding('utf8').on('data', (text: string) => {
        texts[key] = (texts[key] + text).slice(0, maxOutputChars)
      })
    child.once('error', (error) => reject(signal?.aborted === true ? signal.reason : startError(name, error)))
    child.once('close', (code) => resolve({ code, ...texts }))
  })
}

/** Starts a program of OpenSSH with nothing of this process's environment but what it needs. */
export function spawnSsh(name: string, args: readonly string[], { env, ...options }: SpawnOptions): ReturnType<typeof spawn> {
  const { PATH, HOME, TMPDIR } = process.env
  return spawn(name, args, { ...options, env: { PATH, HOME, ...(TMPDIR === undefined ? {} : { TMPDIR }), LC_ALL: 'C', ...env } })
}

/** Why a program of OpenSSH did not start. */
export function startError(name: string, cause: Error): AppError {
  return new AppError('network.ssh_missing', `The program \`${name}\` could not be started: ${cause.message}`, { cause })
}
