import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { AppError } from '../../../platform/errors.ts'
import type { Logger } from '../../../platform/logger.ts'
import { findSystemProgram } from '../../../platform/programs/find-program.ts'
import { lastLineOf, type ProgramOutcome, runProgram, systemProgram } from '../../../platform/programs/system-program.ts'
import { replaceFile } from '../../../platform/storage/replace-file.ts'

const startMs = 10_000
/** BIRD that did not end by itself is killed after this time, ms. */
const endMs = 2000

/**
 * BIRD 2 as a child process: it ends with this process, also when that is killed, so that routers learn at once that the node is gone.
 */
export class BirdProcess {
  readonly #folder: string
  readonly #log: Logger
  #child: ChildProcess | undefined

  /** @param folder its own, absolute; others may not read it, because it has passwords */
  constructor(folder: string, log: Logger) {
    this.#folder = folder
    this.#log = log
  }

  get isRunning(): boolean {
    return this.#child !== undefined
  }

  /**
   * Uses a configuration, which BIRD checks first: starts it, or changes it without ending a connection that stays. Throws
   * `network.bird_missing`, `config.invalid` (what was used before goes on) and `network.bird_failed`.
   */
  async use(text: string): Promise<void> {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 })
    const draft = `${this.#file}.new`
    replaceFile(draft, text)
    const checked = await execute('bird', ['-p', '-c', draft])
    if (!checked.isDone) {
      rmSync(draft, { force: true })
      throw new AppError('config.invalid', `Option anycast: bird says: ${lastLineOf(checked.text)}`, { details: { option: 'anycast' } })
    }
    renameSync(draft, this.#file)
    if (this.#child === undefined) return this.#start()
    const { isDone, text: answer } = await this.#control('configure')
    if (!isDone) throw new AppError('network.bird_failed', `birdc configure: ${lastLineOf(answer)}`)
  }

  /** What `birdc show protocols` prints; empty while it does not run. */
  async protocols(): Promise<string> {
    if (this.#child === undefined) return ''
    const { isDone, text } = await this.#control('show protocols')
    return isDone ? text : ''
  }

  /** Ends BIRD, which says goodbye to its routers first. */
  async stop(): Promise<void> {
    const child = this.#child
    if (child === undefined) return
    const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
    child.kill('SIGTERM')
    const timer = setTimeout(() => child.kill('SIGKILL'), endMs)
    await gone
    clearTimeout(timer)
  }

  get #file(): string {
    return join(this.#folder, 'bird.conf')
  }

  get #socket(): string {
    return join(this.#folder, 'bird.ctl')
  }

  #control(command: string): Promise<ProgramOutcome> {
    return execute('birdc', ['-s', this.#socket, ...command.split(' ')])
  }

  async #start(): Promise<void> {
    const args = ['-f', '-c', this.#file, '-s', this.#socket, '-P', join(this.#folder, 'bird.pid')]
    const guard = findSystemProgram('setpriv')
    const bird = programOf('bird')
    const child =
      guard === undefined
        ? spawn(bird, args, { stdio: ['ignore', 'ignore', 'pipe'] })
        : spawn(guard, ['--pdeathsig', 'TERM', bird, ...args], { stdio: ['ignore', 'ignore', 'pipe'] })
    this.#child = child
    let ended: string | undefined
    let lastError: string | undefined
    createInterface({ input: child.stderr }).on('line', (line) => {
      lastError = line.replace(/^[\d-]+ [\d:.]+ /, '').slice(0, 300)
      this.#log.warn({ bird: lastError }, 'BIRD says')
    })
    const onEnd = (why: string): void => {
      ended ??= why
      if (this.#child === child) this.#child = undefined
    }
    child.on('error', ({ message }) => onEnd(message))
    child.on('exit', (code, signal) => onEnd(`it ended (${signal ?? code})`))
    for (const untilMs = performance.now() + startMs; performance.now() < untilMs; await delay(20)) {
      if (ended !== undefined) throw new AppError('network.bird_failed', lastError ?? ended)
      if (existsSync(this.#socket) && (await this.#control('show status')).isDone) return
    }
    child.kill('SIGKILL')
    throw new AppError('network.bird_failed', `it did not start within ${startMs / 1000} s`)
  }
}

const programOf = (name: string): string => systemProgram(name, 'network.bird_missing')

const execute = async (name: string, args: readonly string[]): Promise<ProgramOutcome> => runProgram(programOf(name), args)
