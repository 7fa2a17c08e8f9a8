import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, readFileSync } from 'node:fs'
import { constants } from 'node:os'
import { createInterface } from 'node:readline'
import type { Duplex } from 'node:stream'
import { type PassedSocket, passedVariables, readPassedSockets } from '../../platform/service-manager/passed-sockets.ts'
import { type RestartPolicy, restartDelayMs } from '../../platform/workers/supervise-worker.ts'
import { Watchdog, waitedForProcessorMs } from '../../platform/workers/watchdog.ts'
import { crashLogName, logCrash } from './crash-log.ts'
import { inspectorLine, readHungStack } from './hung-stack.ts'
import {
  type Handover,
  type HostMessage,
  type HostPorts,
  handoverVariable,
  type Restart,
  type SupervisorMessage,
  supervisorFd,
} from './messages.ts'

/** `firstMs` and what follows it apply from the second crash in a row on: after the first the host is started at once. */
export interface SupervisorPolicy extends RestartPolicy {
  /** Crashes in a row after which the host is not started again. */
  readonly maxCrashes: number
  /** Silence of a host that listens after which it counts as hung, ms; what a busy machine takes from it does not count. */
  readonly silenceMs: number
  /** The same from its start until it listens, for a host that is started again. */
  readonly startMs: number
  /** How long a host may take to end once it was asked to, ms. */
  readonly endMs: number
}

export const usualPolicy: SupervisorPolicy = {
  firstMs: 100,
  maxMs: 30_000,
  goodAfterMs: 60_000,
  maxCrashes: 8,
  silenceMs: 30_000,
  startMs: 120_000,
  endMs: 15_000,
}

export interface SupervisorOptions {
  /** Node's binary, its own options, the program and its arguments. */
  readonly command: readonly [string, ...string[]]
  readonly env: Readonly<Record<string, string | undefined>>
  readonly stderr: NodeJS.WriteStream
  /** True where a terminal sends Ctrl+C, and its own end, to the host itself. */
  readonly onTerminal: boolean
  readonly policy?: SupervisorPolicy
}

/** How the program ended. */
export interface SupervisorEnd {
  readonly exitCode: number
  /** Set where the host was given up. */
  readonly failure?: { readonly code: string; readonly message: string; readonly remedy: string }
}

type ReadyMessage = Omit<Extract<HostMessage, { kind: 'ready' }>, 'kind'>

/** Of what listens on none. */
const noPorts: HostPorts = { httpPort: 0, httpsPort: null, rtmpPort: 0, rtmpsPort: null, srtPort: null }

/** Bytes of the newest standard error that are kept for the crash log. */
const tailBytes = 16 * 1024
/** How long standard error may still come after the end of a process, ms: its own processes may hold it open. */
const drainMs = 200
const stackMs = 3000
/** How soon a host has noticed a signal from the terminal, ms. */
const terminalMs = 1000
/** Looks that a process which waits for a disk is excused. */
const maxDiskWaits = 4

/**
 * Runs the program and starts it again when it was a host that listened and did not end by itself. Everything else passes through:
 * commands, wrong options and ports in use end as they would without a supervisor. Runs on Node 20 too.
 */
export class HostSupervisor {
  readonly #options: SupervisorOptions
  readonly #policy: SupervisorPolicy
  readonly #ended: Promise<SupervisorEnd>
  #resolve: (end: SupervisorEnd) => void = () => undefined
  #child: ChildProcess | undefined
  /** The host that is to take over, and where it takes the listening sockets once it is loaded. */
  #next: { readonly child: ChildProcess; readonly timer: NodeJS.Timeout; path?: string } | undefined
  #watchdog: Watchdog | undefined
  #timer: NodeJS.Timeout | undefined
  /** What the newest host said of itself once it listened. */
  #host: ReadyMessage | undefined
  /** What is started again, as people read it. */
  #name: 'The host' | 'The icon' = 'The host'
  /** The host that ends was asked to by us, for one that has ended itself since. */
  #lostNext = false
  #windowPid: number | undefined
  #listens = false
  #startedMs = 0
  #crashes = 0
  /** Asked to end by a signal. */
  #signal: NodeJS.Signals | undefined
  #hostEnds = false
  #tail = ''
  #hungStack: string | undefined
  #hung = false
  #diskWaits = 0
  /** Listening sockets of the service manager: each host gets them. */
  #sockets: readonly PassedSocket[] = []

  constructor(options: SupervisorOptions) {
    this.#options = options
    this.#policy = options.policy ?? usualPolicy
    this.#ended = new Promise((resolve) => {
      this.#resolve = resolve
    })
  }

  /** Starts the program; resolves when it has ended for good. */
  run(): Promise<SupervisorEnd> {
    // What reads our standard error may be gone: the host is not.
    this.#options.stderr.on('error', () => undefined)
    try {
      this.#sockets = readPassedSockets(this.#options.env, process.pid)
      this.#start(undefined)
    } catch (error) {
      const remedy = 'Correct the socket unit, or start the program without it.'
      this.#finish(1, { code: 'service.sockets_invalid', message: (error as Error).message, remedy })
    }
    return this.#ended
  }

  /** True once the host that runs has said that it listens. */
  get hostListens(): boolean {
    return this.#listens
  }

  /**
   * Replaces the host that runs by a new one of the program that is on the disk now: it is loaded beside the other, which ends only then.
   * One that does not come so far is given up, and the other goes on.
   */
  replace(): void {
    if (!this.#listens || this.#name === 'The icon' || this.#hostEnds || this.#signal !== undefined || this.#next !== undefined) return
    const child = this.#spawn({ standby: true })
    const giveUp = (): void => void child.kill('SIGKILL')
    this.#next = { child, timer: setTimeout(giveUp, this.#policy.startMs) }
  }

  /** Passes a signal on; the host is not started again. */
  end(signal: NodeJS.Signals): void {
    this.#signal = signal
    this.#next?.child.kill('SIGKILL')
    const child = this.#child
    if (child === undefined) {
      clearTimeout(this.#timer)
      this.#finish(128 + constants.signals[signal])
      return
    }
    const fromTerminal = this.#options.onTerminal && signal !== 'SIGTERM'
    if (!fromTerminal) child.kill(signal)
    clearTimeout(this.#timer)
    const kill = (): void => {
      this.#note(`${this.#name} does not end, and is killed.`)
      child.kill('SIGKILL')
    }
    const passOn = (): void => {
      // It came to us alone.
      if (this.#listens && !this.#hostEnds) child.kill(signal)
      this.#timer = setTimeout(kill, this.#policy.endMs)
    }
    this.#timer = fromTerminal ? setTimeout(passOn, terminalMs) : setTimeout(kill, this.#policy.endMs)
  }

  #start(restart: Restart | undefined): void {
    this.#attend(this.#spawn(restart && { restart }))
    if (restart !== undefined) this.#watch(this.#child, this.#policy.startMs)
  }

  /** Starts a process; it is the host's once it is attended. */
  #spawn(more: Pick<Handover, 'restart' | 'standby'> = {}): ChildProcess {
    const { command, env, stderr } = this.#options
    const sockets = this.#sockets.map(({ name }, index) => ({ name, fd: supervisorFd + 1 + index }))
    const handover: Handover = { stderrIsTerminal: stderr.isTTY === true, ...more, ...(sockets.length > 0 && { sockets }) }
    const [node, ...args] = command
    const child = spawn(node, args, {
      stdio: ['inherit', 'inherit', 'pipe', 'pipe', ...this.#sockets.map(({ fd }) => fd)],
      env: {
        ...env,
        ...Object.fromEntries(passedVariables.map((name) => [name, undefined])),
        [handoverVariable]: JSON.stringify(handover),
      },
    })
    child.stderr?.on('data', (bytes: Buffer) => {
      if (child === this.#child) this.#tail = (this.#tail + bytes.toString('latin1')).slice(-tailBytes)
      stderr.write(bytes)
    })
    const channel = channelOf(child)
    channel.on('error', () => undefined)
    createInterface({ input: channel }).on('line', (line) => this.#hear(child, JSON.parse(line) as HostMessage))
    child.on('error', (error) => {
      if (child.pid !== undefined) return
      if (child === this.#next?.child) this.#onNextExit()
      else this.#finish(1, { code: 'setup.node', message: `Node does not start: ${error.message}`, remedy: 'Run `npm run setup`.' })
    })
    child.on('exit', (code, signal) => {
      if (child === this.#child) this.#watchdog?.stop()
      const drained = new Promise((resolve) => child.once('close', resolve))
      void Promise.race([drained, new Promise((resolve) => setTimeout(resolve, drainMs))]).then(() => {
        child.stderr?.destroy()
        channel.destroy()
        if (child === this.#next?.child) this.#onNextExit()
        else this.#onExit(code, signal)
      })
    })
    return child
  }

  #attend(child: ChildProcess): void {
    this.#child = child
    this.#startedMs = performance.now()
    this.#listens = this.#hostEnds = this.#hung = this.#lostNext = false
    this.#tail = ''
    this.#hungStack = undefined
  }

  #hear(child: ChildProcess, message: HostMessage): void {
    if (child === this.#next?.child) {
      if (message.kind === 'standby') this.#onStandby(message.path)
      return
    }
    this.#watchdog?.heard()
    switch (message.kind) {
      case 'ready':
        this.#onReady(message)
        break
      case 'icon-ready':
        this.#name = 'The icon'
        this.#onReady({ ...message, ports: noPorts })
        break
      case 'window':
        this.#windowPid = message.pid ?? undefined
        break
      case 'release':
        for (const { name, fd } of this.#sockets) if (message.sockets.includes(name)) closeSync(fd)
        this.#sockets = this.#sockets.filter(({ name }) => !message.sockets.includes(name))
        break
      case 'ending':
        this.#hostEnds = true
        break
    }
  }

  #onReady(ready: ReadyMessage): void {
    this.#host = ready
    this.#listens = true
    if (this.#crashes > 0) this.#note(`${this.#name} runs again.`)
    if (this.#watchdog === undefined) this.#watch(this.#child, this.#policy.silenceMs)
    else this.#watchdog.allow(this.#policy.silenceMs)
  }

  /** The next host is loaded: the one that runs ends, and sends it what listens. */
  #onStandby(path: string): void {
    const [next, child] = [this.#next, this.#child]
    if (next === undefined) return
    clearTimeout(next.timer)
    // A crash or a person came in between: what follows that is decided already.
    if (child === undefined || this.#hostEnds) {
      next.child.kill('SIGKILL')
      return
    }
    next.path = path
    tell(child, { kind: 'hand-over', path })
    this.#timer = setTimeout(() => {
      this.#note('The host does not end, and is killed.')
      child.kill('SIGKILL')
    }, this.#policy.endMs)
  }

  /** The next host ended before it took over. */
  #onNextExit(): void {
    clearTimeout(this.#next?.timer)
    this.#lostNext = this.#next?.path !== undefined
    this.#next = undefined
    if (this.#signal !== undefined) return
    this.#note(
      this.#lostNext ? 'The new host has ended before it took over.' : 'The new host could not be loaded. The one before it goes on.',
    )
  }

  #onExit(code: number | null, signal: NodeJS.Signals | null): void {
    this.#child = undefined
    this.#watchdog = undefined
    clearTimeout(this.#timer)
    const exitCode = code ?? 128 + (constants.signals[signal ?? 'SIGTERM'] ?? 15)
    const isWanted = this.#hostEnds || this.#signal !== undefined || code === 0 || code === 130
    const next = this.#next
    if (this.#host !== undefined && this.#signal === undefined && next?.path !== undefined) {
      this.#takeOver(next.child, isWanted ? undefined : { cause: this.#causeOf(code, signal), ports: this.#host.ports })
    } else if (this.#host !== undefined && this.#signal === undefined && this.#lostNext) {
      this.#start({ cause: 'was to be replaced, and the next host ended', ports: this.#host.ports })
    } else if (this.#host === undefined || isWanted) this.#finish(exitCode)
    else this.#onCrash(this.#host, exitCode, this.#causeOf(code, signal))
  }

  /** The host before is gone: the one that waited goes on in its place. */
  #takeOver(next: ChildProcess, restart: Restart | undefined): void {
    this.#next = undefined
    this.#attend(next)
    this.#watch(next, this.#policy.startMs)
    tell(next, { kind: 'go', ...(restart && { restart }) })
  }

  #onCrash({ dataDir, version, ports }: ReadyMessage, exitCode: number, cause: string): void {
    const { goodAfterMs, maxCrashes } = this.#policy
    const ranMs = performance.now() - this.#startedMs
    if (this.#listens && ranMs >= goodAfterMs) this.#crashes = 0
    this.#crashes++
    const givesUp = this.#crashes >= maxCrashes
    const what = `${this.#name === 'The icon' ? 'The icon of ' : ''}AMI Streams ${version}`
    this.#log(dataDir, `${what} ${cause} after ${lengthText(ranMs)}; ${givesUp ? 'given up' : 'started again'}`)
    const where = `See ${crashLogName} in ${dataDir}.`
    if (givesUp) {
      const message = `${this.#name} ended ${this.#crashes} times in a row and is not started again: it ${cause}.`
      this.#finish(exitCode, { code: this.#name === 'The icon' ? 'shell.icon_crashes' : 'host.crashes', message, remedy: where })
      return
    }
    const delayMs = this.#crashes === 1 ? 0 : restartDelayMs(this.#policy, this.#crashes - 1)
    this.#note(`${this.#name} ${cause}. It is started again${delayMs < 1000 ? '' : ` in ${Math.round(delayMs / 1000)} s`}. ${where}`)
    const restart = { cause, ports, ...(this.#windowPid === undefined ? {} : { windowPid: this.#windowPid }) }
    this.#timer = setTimeout(() => this.#start(restart), delayMs)
  }

  #causeOf(code: number | null, signal: NodeJS.Signals | null): string {
    if (this.#hung) return `did not answer for ${this.#policy.silenceMs / 1000} s`
    if (/JavaScript heap out of memory/.test(this.#tail)) return 'ran out of memory'
    if (signal === 'SIGKILL') return 'was killed (SIGKILL)'
    if (signal !== null) return `crashed (${signal})`
    return this.#listens ? `failed (exit code ${code})` : `could not start again (exit code ${code})`
  }

  #log(dataDir: string, title: string): void {
    const stack = this.#hungStack === undefined ? '' : `It ran:\n${this.#hungStack}\n`
    try {
      const tail = Buffer.from(this.#tail, 'latin1').toString('utf8')
      logCrash(dataDir, { time: new Date(), title, details: `${stack}${tail.slice(tail.indexOf('\n') + 1) || tail}` })
    } catch (error) {
      this.#note(`The crash could not be logged: ${(error as Error).message}`)
    }
  }

  #watch(child: ChildProcess | undefined, silenceMs: number): void {
    if (child === undefined) return
    this.#diskWaits = 0
    this.#watchdog = new Watchdog({
      silenceMs,
      nowMs: () => performance.now(),
      waitedMs: () => waitedForProcessorMs(child.pid),
      onHung: () => void this.#onHung(child),
    })
  }

  async #onHung(child: ChildProcess): Promise<void> {
    const state = stateOf(child.pid)
    // Stopped by a person, or by a disk that does not answer.
    if (state === 'T' || state === 't' || (state === 'D' && this.#diskWaits++ < maxDiskWaits)) {
      this.#watchdog?.allow(this.#policy.silenceMs)
      return
    }
    this.#hung = true
    const from = this.#tail.length
    // Node starts its inspector on this signal, in a thread of its own.
    if (process.platform !== 'win32') child.kill('SIGUSR1')
    const url = await this.#heardInspector(from)
    if (url !== undefined) this.#hungStack = await readHungStack(url, stackMs)
    child.kill('SIGKILL')
  }

  /** Waits until the host says where its inspector listens. */
  async #heardInspector(from: number): Promise<string | undefined> {
    for (const end = performance.now() + stackMs; performance.now() < end; await new Promise((resolve) => setTimeout(resolve, 50))) {
      const url = inspectorLine.exec(this.#tail.slice(Math.min(from, this.#tail.length)) || this.#tail)?.[1]
      if (url !== undefined) return url
    }
    return undefined
  }

  #note(text: string): void {
    this.#options.stderr.write(`${text}\n`)
  }

  #finish(exitCode: number, failure?: SupervisorEnd['failure']): void {
    this.#resolve({ exitCode, ...(failure && { failure }) })
  }
}

/** The channel between a host and its supervisor, on this side. */
const channelOf = (child: ChildProcess): Duplex => child.stdio[supervisorFd] as unknown as Duplex

const tell = (host: ChildProcess, message: SupervisorMessage): void => void channelOf(host).write(`${JSON.stringify(message)}\n`)

/** The state of a process's main thread, a letter of proc(5); undefined where the system does not tell. */
function stateOf(pid: number | undefined): string | undefined {
  try {
    return /\) (\w)/.exec(readFileSync(`/proc/${pid}/stat`, 'latin1'))?.[1]
  } catch {
    return undefined
  }
}

function lengthText(ms: number): string {
  const seconds = Math.round(ms / 1000)
  if (seconds < 120) return `${seconds} s`
  return seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`
}
