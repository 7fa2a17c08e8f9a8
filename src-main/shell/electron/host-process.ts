import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { Type } from 'typebox'
import Value from 'typebox/value'
import { type RestartPolicy, restartDelayMs } from '../../platform/workers/supervise-worker.ts'

/** What the host's program says where it cannot start, with `--json`. */
const FailureSchema = Type.Object({
  error: Type.Object({ code: Type.String(), message: Type.String(), remedy: Type.Optional(Type.String()) }),
})

/** Why a host is not there. */
export interface HostFailure {
  /** True where it listened before. */
  readonly ranBefore: boolean
  readonly message: string
  readonly remedy: string
}

export interface HostProcessPolicy extends RestartPolicy {
  /** Unexpected ends in a row after which it is not started again. */
  readonly maxEnds: number
  /** How long a host that was asked to end may take, ms. */
  readonly endMs: number
}

const usualPolicy: HostProcessPolicy = { firstMs: 200, maxMs: 10_000, goodAfterMs: 60_000, maxEnds: 5, endMs: 20_000 }

export interface HostProcessOptions {
  /** Node's binary, and the program with its arguments. */
  readonly command: readonly [node: string, ...args: string[]]
  readonly env: Readonly<Record<string, string | undefined>>
  readonly dataDir: string
  /** It is not there, and does not come by itself. */
  readonly onFailure: (failure: HostFailure) => void
  /** It ended by itself, in order. */
  readonly onEnded: () => void
  readonly policy?: HostProcessPolicy
}

/** Longest output that is looked at, bytes. */
const maxOutput = 64 * 1024

/**
 * The host as a process of its own, with its own Node. Its program has a supervisor, which starts a host again that crashed; this starts the
 * supervisor again, and says what went wrong where neither helps.
 */
export class HostProcess {
  readonly #options: HostProcessOptions
  readonly #policy: HostProcessPolicy
  #child: ChildProcess | undefined
  #ended: Promise<void> = Promise.resolve()
  #timer: NodeJS.Timeout | undefined
  #ends = 0
  #stopping = false

  constructor(options: HostProcessOptions) {
    this.#options = options
    this.#policy = options.policy ?? usualPolicy
  }

  /** Process of its supervisor, while it runs. */
  get pid(): number | undefined {
    return this.#child?.pid
  }

  /** Starts it; again where it was given up. */
  start(): void {
    if (this.#child !== undefined || this.#stopping) return
    clearTimeout(this.#timer)
    const [node, ...args] = this.#options.command
    const output = openOutput(this.#options.dataDir)
    const child = spawn(node, args, { env: this.#options.env, stdio: ['ignore', output ?? 'ignore', 'pipe'], windowsHide: true })
    this.#child = child
    const startedMs = performance.now()
    let err = ''
    child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      err = (err + text).slice(-2000)
    })
    this.#ended = new Promise((resolve) => {
      const end = (code: number | null, problem?: string): void => {
        if (this.#child !== child) return
        this.#child = undefined
        resolve()
        const out = output === undefined ? '' : readOutput(output)
        if (!this.#stopping) this.#onEnd(code, performance.now() - startedMs, out, problem ?? err)
      }
      child.once('error', (error) => end(1, `${node}: ${error.message}`))
      child.once('close', (code) => end(code))
    })
  }

  /** Ends it: it was asked to by its own channel, and is killed where it does not. Resolves when it is gone. */
  async stop(isAsked: boolean): Promise<void> {
    this.#stopping = true
    clearTimeout(this.#timer)
    const child = this.#child
    if (child === undefined) return
    if (!isAsked) child.kill()
    const kill = setTimeout(() => child.kill('SIGKILL'), this.#policy.endMs)
    await this.#ended
    clearTimeout(kill)
  }

  #onEnd(code: number | null, ranMs: number, out: string, err: string): void {
    const listened = out.includes('"httpPort"')
    if (code === 0) {
      this.#options.onEnded()
      return
    }
    const said = failureIn(out)
    // A supervisor that was killed, or a host of the one before it that is about to end.
    const comesBack = code === null || said?.code === 'host.already_running'
    if (ranMs >= this.#policy.goodAfterMs) this.#ends = 0
    this.#ends++
    if (comesBack && this.#ends < this.#policy.maxEnds) {
      this.#timer = setTimeout(() => this.start(), restartDelayMs(this.#policy, this.#ends))
      return
    }
    this.#ends = 0
    this.#options.onFailure({ ranBefore: listened, message: said?.message ?? err.trim(), remedy: said?.remedy ?? '' })
  }
}

/** What the last line of its output says went wrong. */
function failureIn(out: string): { readonly code: string; readonly message: string; readonly remedy?: string } | undefined {
  try {
    const said: unknown = JSON.parse(out.trim().split('\n').at(-1) ?? '')
    return Value.Check(FailureSchema, said) ? said.error : undefined
  } catch {
    return undefined
  }
}

/** A file that nobody else sees: a pipe would break with this process, and the host after it. */
function openOutput(dataDir: string): number | undefined {
  const folder = join(dataDir, 'desktop')
  const file = join(folder, `host-output-${process.pid}`)
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    const output = openSync(file, 'w+', 0o600)
    rmSync(file, { force: true })
    return output
  } catch {
    // A full disk costs the message, and the host says what is wrong with its data folder.
    return undefined
  }
}

function readOutput(output: number): string {
  const bytes = Buffer.alloc(maxOutput)
  try {
    return bytes.toString('utf8', 0, readSync(output, bytes, 0, maxOutput, 0))
  } catch {
    return ''
  } finally {
    closeSync(output)
  }
}
