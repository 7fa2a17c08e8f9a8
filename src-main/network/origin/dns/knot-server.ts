import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { AppError } from '../../../platform/errors.ts'
import { lastLineOf, type ProgramOutcome, runProgram, systemProgram } from '../../../platform/programs/system-program.ts'
import { replaceFile } from '../../../platform/storage/replace-file.ts'
import { type KnotTexts, knotFiles } from './knot-texts.ts'

const startMs = 20_000

/**
 * Knot, in a process that goes on without this one: viewers find nodes also while the host is away. The next host finds it by its socket.
 */
export class KnotServer {
  readonly #folder: string
  #child: ChildProcess | undefined

  /** @param folder its own, absolute; others may not read it, because it has keys */
  constructor(folder: string) {
    this.#folder = folder
  }

  /** True while it answers commands. */
  async isRunning(): Promise<boolean> {
    return (await this.#control(['status'])).isDone
  }

  /** Checks texts as Knot does, without using them. Throws `network.knot_missing` and `network.dns_invalid`. */
  async check(write: (folder: string) => KnotTexts): Promise<void> {
    const draft = join(this.#folder, 'draft')
    mkdirSync(join(draft, 'db'), { recursive: true, mode: 0o700 })
    this.#write(draft, write(draft))
    for (const step of ['conf-check', 'zone-check']) {
      const { isDone, text } = await execute('knotc', ['-c', join(draft, knotFiles.configuration), step])
      if (!isDone) throw new AppError('network.dns_invalid', `knotc ${step}: ${lastLineOf(text)}`)
    }
    rmSync(draft, { recursive: true, force: true })
  }

  /** Serves texts that were checked: starts Knot, or has it take them without a pause. Throws `network.knot_failed`. */
  async serve(texts: KnotTexts, isRestart: boolean): Promise<void> {
    mkdirSync(join(this.#folder, 'db'), { recursive: true, mode: 0o700 })
    if (isRestart) await this.stop()
    this.#write(this.#folder, texts)
    if (!(await this.isRunning())) return this.#start()
    const { isDone, text } = await this.#control(['reload'])
    if (!isDone) throw new AppError('network.knot_failed', `knotc reload: ${lastLineOf(text)}`)
  }

  /** DS records of the zone's keys; none before it was signed. */
  async ds(zone: string): Promise<readonly string[]> {
    const { isDone, text } = await execute('keymgr', ['-c', this.#file, zone, 'ds'])
    return isDone ? text.split('\n').filter((line) => / DS /.test(line)) : []
  }

  /** Makes the key that the zone is signed with, where the zone has no key yet: the geoip module needs it before Knot starts. */
  async prepareKey(zone: string, texts: KnotTexts): Promise<void> {
    mkdirSync(join(this.#folder, 'db'), { recursive: true, mode: 0o700 })
    this.#write(this.#folder, texts)
    if ((await this.ds(zone)).length > 0) return
    const { isDone, text } = await execute('keymgr', [
      ...['-c', this.#file, zone, 'generate'],
      ...['algorithm=ecdsap256sha256', 'ksk=yes', 'zsk=yes'],
    ])
    if (!isDone) throw new AppError('network.knot_failed', `keymgr: ${lastLineOf(text)}`)
  }

  /** Ends Knot, also one that a former host started. */
  async stop(): Promise<void> {
    if (!(await this.isRunning())) return
    await this.#control(['stop'])
    for (const endMs = performance.now() + startMs; performance.now() < endMs; await delay(20)) if (!(await this.isRunning())) return
  }

  get #file(): string {
    return join(this.#folder, knotFiles.configuration)
  }

  #write(folder: string, { configuration, zone, geo }: KnotTexts): void {
    // the configuration has the secret of TSIG
    if (geo !== undefined) replaceFile(join(folder, knotFiles.geo), geo)
    replaceFile(join(folder, knotFiles.zone), zone)
    replaceFile(join(folder, knotFiles.configuration), configuration)
  }

  #control(command: readonly string[]): Promise<ProgramOutcome> {
    return execute('knotc', ['-c', this.#file, '-t', '5', ...command])
  }

  async #start(): Promise<void> {
    const logFile = join(this.#folder, 'knot.log')
    const log = openSync(logFile, 'w', 0o600)
    // A process group of its own, and no pipes to this process: it goes on without it.
    const child = spawn(programOf('knotd'), ['-c', this.#file], { detached: true, stdio: ['ignore', log, log] })
    closeSync(log)
    this.#child = child
    let ended: string | undefined
    child.on('error', ({ message }) => {
      ended = message
    })
    child.on('exit', (code, signal) => {
      ended = `it ended (${signal ?? code})`
      if (this.#child === child) this.#child = undefined
    })
    child.unref()
    for (const endMs = performance.now() + startMs; performance.now() < endMs; await delay(20)) {
      if (ended !== undefined) throw new AppError('network.knot_failed', reasonIn(logFile) ?? ended)
      if (await this.isRunning()) return
    }
    child.kill('SIGKILL')
    throw new AppError('network.knot_failed', `it did not start within ${startMs / 1000} s`)
  }
}

const programOf = (name: string): string => systemProgram(name, 'network.knot_missing')

const execute = async (name: string, args: readonly string[]): Promise<ProgramOutcome> => runProgram(programOf(name), args)

function reasonIn(logFile: string): string | undefined {
  const lines = readFileSync(logFile, 'utf8').split('\n')
  return lines
    .find((line) => / (?:error|critical): /.test(line))
    ?.replace(/^\S+ \w+: /, '')
    .slice(0, 300)
}
