import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { AppError } from '../../../platform/errors.ts'
import type { Logger } from '../../../platform/logger.ts'
import { toListenError } from '../../../platform/net/listen-error.ts'
import { replaceFile } from '../../../platform/storage/replace-file.ts'
import { restartDelayMs } from '../../../platform/workers/supervise-worker.ts'
import { AcceptingWorkers } from './accepting-workers.ts'
import type { ConfigurationText } from './directives.ts'
import type { NginxProgram } from './find-nginx.ts'
import { mixedSlices, optionOfMessage, portOption, readNginxLine } from './nginx-messages.ts'
import { endNginxGroup } from './process-group.ts'

const restartPolicy = { firstMs: 100, maxMs: 10_000, goodAfterMs: 10_000 }

/** Longest time until a master has started workers, ms: loading a large cache's list comes later. */
const startMs = 20_000
/** nginx has workers of the former configuration take requests for 100 ms more; so long is waited for them, ms. */
const formerMs = 2000

/** Lines of nginx's log that are passed on in a second. */
const linesPerSecond = 20

export interface NginxProcessOptions {
  readonly program: NginxProgram
  /** Configuration and PID file; of this user alone. */
  readonly folder: string
  readonly log: Logger
  /** Something that an operator needs to know, e.g. that the disk is full. */
  readonly onProblem?: (message: string) => void
  /** Slices of a file are kept that do not belong together: it cannot be served before they are gone. */
  readonly onMixedSlices?: (url: string) => void
}

/** nginx under supervision: one master of our own, which is started again when it ends, and ends with us. */
export class NginxProcess {
  readonly #options: NginxProcessOptions
  #child: ChildProcess | undefined
  #stopping = false
  #failures = 0
  /** Started once: what ends from now on is started again. */
  #started = false
  #wake: (() => void) | undefined
  #restarting: Promise<void> = Promise.resolve()
  #listening: { resolve: () => void; reject: (error: Error) => void } | undefined
  readonly #workers = new AcceptingWorkers()
  #lastErrors: string[] = []
  #configuration: ConfigurationText | undefined
  #window = { second: 0, lines: 0 }

  constructor(options: NginxProcessOptions) {
    this.#options = options
    mkdirSync(options.folder, { recursive: true, mode: 0o700 })
  }

  /** PID of the master; undefined while it does not run. */
  get pid(): number | undefined {
    return this.#child?.pid
  }

  /**
   * Starts nginx, and ends what a former run left. Throws `network.nginx_rejected` for a configuration that nginx does not take, `port.*`
   * for a port that it cannot have, else `network.nginx_failed`.
   */
  async start(configuration: ConfigurationText): Promise<void> {
    await this.#endFormer()
    await this.#take(configuration)
    await this.#spawn()
    this.#started = true
  }

  /**
   * Changes the configuration without dropping a connection. Rejects as `start` does; the former one goes on then.
   * @param force also where the text is the same, because a file that it names has changed
   */
  async reload(configuration: ConfigurationText, force = false): Promise<void> {
    if (this.#stopping || (!force && configuration.text === this.#configuration?.text)) return
    const former = this.#configuration
    await this.#take(configuration)
    const child = this.#child
    // One that is being started again reads the new file by itself.
    if (child?.pid === undefined) return
    const workers = this.#workers.pids
    try {
      await this.#untilListening(() => child.kill('SIGHUP'))
      // A change applies once nobody is answered as before.
      await this.#workers.untilGone(workers, formerMs)
    } catch (error) {
      if (former !== undefined) {
        replaceFile(this.#file, former.text)
        this.#configuration = former
      }
      throw error
    }
  }

  /** Makes nginx open its logs by their names again. */
  reopenLogs(): void {
    this.#child?.kill('SIGUSR1')
  }

  /** Ends nginx: requests get `graceMs` to finish. */
  async stop(graceMs = 500): Promise<void> {
    this.#stopping = true
    this.#wake?.()
    await this.#restarting.catch(() => undefined)
    const child = this.#child
    if (child?.pid === undefined) return
    const group = child.pid
    const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
    child.kill('SIGQUIT')
    const terminate = setTimeout(() => child.kill('SIGTERM'), graceMs)
    const kill = setTimeout(() => child.kill('SIGKILL'), graceMs + 3000)
    if (child.exitCode === null && child.signalCode === null) await gone
    clearTimeout(terminate)
    clearTimeout(kill)
    await endNginxGroup(group)
    rmSync(this.#groupFile, { force: true })
  }

  get #groupFile(): string {
    return join(this.#options.folder, 'nginx.group')
  }

  get #file(): string {
    return join(this.#options.folder, 'nginx.conf')
  }

  /** Workers that a killed edge left would keep the ports. */
  async #endFormer(): Promise<void> {
    let group: number
    try {
      group = Number(readFileSync(this.#groupFile, 'utf8'))
    } catch {
      return
    }
    if (!Number.isInteger(group) || group <= 1) return
    const ended = await endNginxGroup(group)
    if (ended > 0) this.#options.log.warn({ group, ended }, 'ended processes of nginx that a former run left')
  }

  /** Lets nginx check a configuration, and puts it in the place of the former. */
  async #take(configuration: ConfigurationText): Promise<void> {
    const draft = `${this.#file}.new`
    replaceFile(draft, configuration.text)
    const { file } = this.#options.program
    const message = await new Promise<string | undefined>((resolve) => {
      execFile(file, ['-t', '-q', '-p', this.#options.folder, '-c', draft, '-e', 'stderr'], { timeout: 30_000 }, (error, _out, stderr) => {
        resolve(error === null ? undefined : stderr || error.message)
      })
    })
    if (message !== undefined) {
      rmSync(draft, { force: true })
      throw await this.#faultOf(message.split('\n'), configuration)
    }
    renameSync(draft, this.#file)
    this.#configuration = configuration
  }

  /** What lines of nginx's log mean for who configured it. */
  async #faultOf(lines: readonly string[], configuration: ConfigurationText): Promise<AppError> {
    const worst = lines.map(readNginxLine).filter(({ level }) => level === 'emerg' || level === 'alert')
    const taken = worst.find(({ text }) => /^bind\(\) to .* failed \((98|48|13|99):/.test(text))
    if (taken !== undefined) {
      const port = Number(/:(\d+) failed/.exec(taken.text)?.[1] ?? 0)
      const number = Number(/failed \((\d+):/.exec(taken.text)?.[1])
      const code = number === 13 ? 'EACCES' : number === 99 ? 'EADDRNOTAVAIL' : 'EADDRINUSE'
      return toListenError(Object.assign(new Error(taken.text), { code }), portOption(port, configuration), port)
    }
    const text = worst[0]?.text ?? (lines.find((line) => line.trim() !== '') || 'nginx gave no reason')
    const option = optionOfMessage(text, configuration)
    const about = option === undefined ? '' : `Option ${option}: `
    return new AppError('network.nginx_rejected', `${about}nginx says: ${text}`, { details: { option } })
  }

  async #spawn(): Promise<void> {
    const { program, folder, log } = this.#options
    const startedAt = performance.now()
    const args = ['-p', folder, '-c', this.#file, '-e', 'stderr']
    // The kernel ends it where this process is killed; the group of its own is how workers are found whose master is gone.
    const guard = ['/usr/bin/setpriv', '/bin/setpriv'].find((each) => existsSync(each))
    const [file, all] = guard === undefined ? [program.file, args] : [guard, ['--pdeathsig', 'TERM', program.file, ...args]]
    await this.#untilListening(() => {
      const child = spawn(file, all, { stdio: ['ignore', 'ignore', 'pipe'], detached: true })
      this.#child = child
      if (child.pid !== undefined) replaceFile(this.#groupFile, String(child.pid))
      if (child.stderr) createInterface({ input: child.stderr }).on('line', (line) => this.#onLine(line))
      let ended = false
      const onEnd = (why: string): void => {
        if (ended) return
        ended = true
        this.#child = undefined
        this.#workers.clear()
        this.#listening?.reject(new Error(why))
        if (this.#stopping || !this.#started) return
        if (performance.now() - startedAt >= restartPolicy.goodAfterMs) this.#failures = 0
        this.#failures++
        const restartInMs = restartDelayMs(restartPolicy, this.#failures)
        log.warn({ why, restartInMs }, 'nginx ended: starting it again')
        this.#restarting = this.#again(child.pid, restartInMs)
      }
      child.on('exit', (code, signal) => onEnd(`nginx ended (${signal ?? code})`))
      child.on('error', (error) => onEnd(error.message))
    })
  }

  /** The master is gone; its workers would keep the ports. */
  async #again(group: number | undefined, delayMs: number): Promise<void> {
    if (group !== undefined) await endNginxGroup(group)
    if (this.#stopping) return
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, delayMs)
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
    if (this.#stopping) return
    await this.#spawn().catch((error: AppError) => {
      this.#options.log.error({ err: error }, 'nginx could not be started again')
      this.#options.onProblem?.(error.message)
    })
  }

  /** Resolves once workers of the configuration that is there now run. Rejects with what kept them from it. */
  async #untilListening(act: () => void): Promise<void> {
    this.#lastErrors = []
    let timer: NodeJS.Timeout | undefined
    try {
      await new Promise<void>((resolve, reject) => {
        this.#listening = { resolve, reject }
        timer = setTimeout(() => reject(new Error(`nginx did not start within ${startMs} ms`)), startMs)
        act()
      })
    } catch (cause) {
      if (this.#lastErrors.length > 0) throw await this.#faultOf(this.#lastErrors, this.#configuration as ConfigurationText)
      throw new AppError('network.nginx_failed', (cause as Error).message, { cause })
    } finally {
      clearTimeout(timer)
      this.#listening = undefined
    }
  }

  #onLine(line: string): void {
    const { log, onProblem, onMixedSlices } = this.#options
    const read = readNginxLine(line)
    const { level, text } = read
    this.#workers.take(read)
    if (level === 'notice') {
      if (text.startsWith('start worker process ')) this.#listening?.resolve()
      return
    }
    if (level === 'emerg') {
      if (this.#lastErrors.length < 20) this.#lastErrors.push(line)
      // A reload fails without an end of the master.
      if (this.#listening !== undefined && !text.startsWith('bind() ')) this.#listening.reject(new Error(text))
    }
    if (/\((28|122|30|5): /.test(text)) onProblem?.(text)
    const mixed = mixedSlices(text)
    if (mixed !== undefined) onMixedSlices?.(mixed)
    const second = Math.floor(performance.now() / 1000)
    if (this.#window.second !== second) this.#window = { second, lines: 0 }
    if (++this.#window.lines > linesPerSecond) return
    if (level === 'emerg' || level === 'alert' || level === 'crit') log.error({ nginx: level }, text)
    else if (level === 'warn') log.warn({ nginx: level }, text)
    else log.debug({ nginx: level }, text)
  }
}
