import { repeat } from '../../../platform/timing/repeat.ts'
import {
  cpuMs,
  type FromWorker,
  type LogLevel,
  memoryMib,
  type RunFault,
  type RunnableFunction,
  type RunRequest,
  type ToWorker,
} from '../run-messages.ts'
import { secretMaskOf } from '../secret-mask.ts'
import { checkFiles } from './check-files.ts'
import { readCall } from './checked-call.ts'
import { answerCall } from './host-calls.ts'
import { LineLimit } from './line-limit.ts'
import { ReadyIsolates } from './ready-isolates.ts'
import { Sandbox, StartFault } from './sandbox.ts'
import { StartAhead } from './start-ahead.ts'

interface Run {
  readonly function: RunnableFunction
  readonly request: RunRequest
  readonly startedAt: number
  sandbox: Sandbox | undefined
  /** Time on a processor so far, ms. */
  usedMs: number
  /** Starts of it: a run that another one ended is repeated once. */
  attempts: number
  /** It has asked for something outside: it cannot be repeated. */
  hasCalled: boolean
  /** Calls that are answered in this process. */
  calls: number
  slow: boolean
}

/** Sandboxes that are kept ready. */
const maxSandboxes = 32
/** More are ended so long after one was started, ms. */
const spaceAfterMs = 50
/** Functions are started before anybody asks for them while there are fewer. */
const maxAhead = 16
/** Memory of the whole process at which sandboxes are ended, and at which it ends itself, bytes. */
const fullBytes = 640 * 2 ** 20
const maxBytes = 1024 * 2 ** 20
const watchMs = 50
/** A sandbox that nothing has ended so long after its time gets no more requests, ms; those that wait for it go to another one. */
const stuckMs = 1000
/** A process whose engine has lost a sandbox finishes what else it has within this time, ms. */
const finishMs = 1000
/** Lines of one request. */
const maxCalls = 200

/** Requests in this process, and the sandboxes that they run in: one for each version of a function. */
export class RunTable {
  readonly #send: (message: FromWorker) => void
  readonly #functions = new Map<string, RunnableFunction>()
  readonly #sandboxes = new Map<string, Promise<Sandbox>>()
  readonly #open = new Set<Sandbox>()
  readonly #runs = new Map<number, Run>()
  /** Who is inside a sandbox now. */
  readonly #inside = new Map<Sandbox, number>()
  readonly #ready = new ReadyIsolates((message) => this.#endSoon(message))
  readonly #ahead = new StartAhead((of) => {
    const isWanted = this.#functions.get(of.name) === of && !this.#sandboxes.has(keyOf(of)) && this.#sandboxes.size < maxAhead
    return isWanted ? this.#sandboxOf(of) : undefined
  })
  readonly #lines = new LineLimit((name, lines) => {
    const version = this.#functions.get(name)?.version
    if (version !== undefined) this.#send({ kind: 'lines-left-out', name, version, lines })
  })
  #isEnding = false

  constructor(send: (message: FromWorker) => void) {
    this.#send = send
    repeat(watchMs, () => this.#watch()).unref()
  }

  handle(message: ToWorker): void {
    switch (message.kind) {
      case 'functions':
        this.#setFunctions(message.functions)
        return
      case 'run': {
        const known = this.#functions.get(message.name)
        if (known === undefined) this.#send({ kind: 'failed', run: message.run, fault: 'unavailable', message: 'It is not deployed here' })
        else this.#add(message.run, known, message.request)
        return
      }
      case 'try':
        this.#add(message.run, message.draft, message.request)
        return
      case 'check':
        void checkFiles(message.deployed).then(
          (checked) => this.#send({ kind: 'checked', run: message.run, ...checked }),
          (error: Error) => this.#send({ kind: 'failed', run: message.run, fault: 'start', message: error.message }),
        )
        return
      case 'reply':
        this.#reply(message.run, message.call, message.value, message.fault)
        return
      case 'end':
        this.#take(message.run)
        return
    }
  }

  #setFunctions(functions: readonly RunnableFunction[]): void {
    const former = new Map(this.#functions)
    const inUse: RunnableFunction[] = []
    const others: RunnableFunction[] = []
    this.#functions.clear()
    for (const each of functions) {
      const before = former.get(each.name)
      // Another secret is another sandbox, too.
      const isSame = before !== undefined && JSON.stringify(before) === JSON.stringify(each)
      this.#functions.set(each.name, isSame ? before : each)
      if (!isSame) (before !== undefined && this.#sandboxes.has(keyOf(before)) ? inUse : others).push(each)
    }
    this.#lines.keep(new Set(this.#functions.keys()))
    for (const each of former.values()) if (this.#functions.get(each.name) !== each) this.#retire(keyOf(each))
    this.#ahead.add([...inUse, ...others])
  }

  #add(id: number, of: RunnableFunction, request: RunRequest): void {
    const run: Run = {
      ...{ function: of, request, startedAt: performance.now(), sandbox: undefined },
      ...{ usedMs: 0, attempts: 0, hasCalled: false, calls: 0, slow: false },
    }
    this.#runs.set(id, run)
    void this.#start(id, run)
  }

  async #start(id: number, run: Run): Promise<void> {
    run.attempts++
    let sandbox: Sandbox
    try {
      sandbox = await this.#sandboxOf(run.function)
    } catch (error) {
      this.#fail(id, 'start', error instanceof StartFault ? error.message : (error as Error).message)
      return
    }
    if (!this.#runs.has(id)) return
    if (!sandbox.isAlive) {
      this.#repeat(id, run, 'memory')
      return
    }
    run.sandbox = sandbox
    sandbox.runs.add(id)
    await this.#enter(id, run, sandbox, (timeoutMs) => sandbox.start(id, run.request, timeoutMs))
  }

  /** Lets a run go on inside its sandbox, for as long as it may; one after the other, so that it is known whose time it was. */
  async #enter(id: number, run: Run, sandbox: Sandbox, enter: (timeoutMs: number) => Promise<void>): Promise<void> {
    await sandbox.next(async () => {
      if (this.#runs.get(id) !== run || run.sandbox !== sandbox || !sandbox.isAlive) return
      // A run that was cut off without having had its time is given more of the clock.
      const timeoutMs = Math.ceil(Math.max(1, cpuMs - run.usedMs) * (run.slow ? 8 : 1))
      const before = sandbox.cpuMs
      this.#inside.set(sandbox, id)
      // Until a thread is free for it, it only waits.
      const entered = sandbox.wallMs
      const stuck = repeat(stuckMs / 2, () => {
        if (sandbox.wallMs - entered > timeoutMs + stuckMs) this.#abandon(sandbox, id)
      })
      try {
        await enter(timeoutMs)
        run.usedMs += sandbox.cpuMs - before
      } catch (error) {
        run.usedMs += sandbox.cpuMs - before
        const isMemory = !sandbox.isAlive || /allocation failed|memory limit/i.test((error as Error).message)
        this.#retireOf(sandbox)
        const isStarved = run.usedMs < cpuMs * 0.8 && !run.slow && !run.hasCalled
        if (isMemory) this.#fail(id, 'memory', texts.memory)
        else if (isStarved && this.#runs.has(id)) {
          run.slow = true
          this.#repeat(id, run, 'cpu')
        } else this.#fail(id, 'cpu', texts.cpu)
      } finally {
        clearInterval(stuck)
        this.#inside.delete(sandbox)
      }
    })
    if (!sandbox.isAlive) this.#onLost(sandbox)
    else if (!this.#open.has(sandbox)) this.#disposeWhenEmpty(sandbox)
  }

  #reply(id: number, call: number, value: unknown, fault: string | undefined): void {
    const run = this.#runs.get(id)
    const sandbox = run?.sandbox
    if (run === undefined || sandbox === undefined || !sandbox.isAlive) return
    void this.#enter(id, run, sandbox, (timeoutMs) => sandbox.resume(id, call, value, fault, timeoutMs))
  }

  #sandboxOf(of: RunnableFunction): Promise<Sandbox> {
    const key = keyOf(of)
    const known = this.#sandboxes.get(key)
    if (known !== undefined) return known
    const opening = this.#openSandbox(of)
    this.#sandboxes.set(key, opening)
    opening.then(
      (sandbox) => {
        this.#open.add(sandbox)
        if (this.#sandboxes.get(key) !== opening) this.#disposeWhenEmpty(sandbox)
        // Whose sandbox was opened does not wait for that.
        setTimeout(() => this.#makeSpace(), spaceAfterMs)
      },
      () => {
        if (this.#sandboxes.get(key) === opening) this.#sandboxes.delete(key)
      },
    )
    return opening
  }

  async #openSandbox(of: RunnableFunction): Promise<Sandbox> {
    const prepared = await this.#ready.take()
    const broken = Promise.withResolvers<never>()
    broken.promise.catch(() => undefined)
    let sandbox: Sandbox | undefined
    const opening = Sandbox.open(of, prepared, {
      onCall: (run, call, op, argument) => this.#call(run, call, op, argument),
      onAnswer: (id, answer) => {
        const run = this.#take(id)
        if (run !== undefined) this.#send({ kind: 'answered', run: id, answer, ms: performance.now() - run.startedAt })
      },
      onFail: (id, message) => this.#fail(id, 'thrown', message),
      onLog: (id, level, text) => {
        const run = this.#runs.get(id)
        if (run === undefined) return
        const send = (each: LogLevel, line: string): void => this.#send({ kind: 'log', run: id, name: of.name, level: each, text: line })
        const isTrial = of.version < 0
        if (++run.calls > maxCalls) {
          if (!isTrial) this.#lines.leaveOut(of.name, performance.now())
          else if (run.calls === maxCalls + 1) send('warn', `Further lines were left out: a request logs ${maxCalls} at most`)
          return
        }
        // Whoever tries a function reads all of its lines.
        if (isTrial || this.#lines.admits(of.name, performance.now())) send(level, secretMaskOf(of)(text))
      },
      onBroken: (message) => {
        broken.reject(new Error(texts.cpu))
        const inside = sandbox && this.#inside.get(sandbox)
        if (sandbox !== undefined && inside !== undefined) this.#abandon(sandbox, inside)
        this.#endSoon(message)
      },
    })
    sandbox = await Promise.race([opening, broken.promise])
    return sandbox
  }

  #call(id: number, call: number, op: string, argument: unknown): void {
    const run = this.#runs.get(id)
    if (run === undefined) return
    const asked = readCall(op, argument)
    if (typeof asked === 'string') {
      this.#soon(id, call, undefined, asked)
    } else if (asked !== undefined) {
      run.hasCalled = true
      this.#send({ kind: 'call', run: id, call, asked })
    } else if (++run.calls > maxCalls) this.#soon(id, call, undefined, `more than ${maxCalls} calls and lines of log`)
    else {
      answerCall(op, argument).then(
        (value) => this.#reply(id, call, value, undefined),
        (error: Error) => this.#reply(id, call, undefined, error.message),
      )
    }
  }

  #soon(id: number, call: number, value: unknown, fault: string | undefined): void {
    setImmediate(() => this.#reply(id, call, value, fault))
  }

  /** Once more in another sandbox, where that changes nothing else. */
  #repeat(id: number, run: Run, fault: 'cpu' | 'memory' | 'crashed'): void {
    const isSafe = ['GET', 'HEAD'].includes(run.request.method)
    if (run.attempts >= 3 || run.hasCalled || !(isSafe || fault !== 'memory')) {
      this.#fail(id, fault, texts[fault])
      return
    }
    if (run.sandbox !== undefined) this.#leave(id, run.sandbox)
    run.sandbox = undefined
    run.usedMs = 0
    void this.#start(id, run)
  }

  #fail(id: number, fault: RunFault, message: string): void {
    const run = this.#take(id)
    if (run !== undefined) this.#send({ kind: 'failed', run: id, fault, message: secretMaskOf(run.function)(message) })
  }

  #take(id: number): Run | undefined {
    const run = this.#runs.get(id)
    this.#runs.delete(id)
    if (run === undefined) return undefined
    if (run.sandbox !== undefined) this.#leave(id, run.sandbox)
    if (run.function.version < 0) this.#retire(keyOf(run.function))
    return run
  }

  #leave(id: number, sandbox: Sandbox): void {
    sandbox.runs.delete(id)
    if (!this.#open.has(sandbox)) this.#disposeWhenEmpty(sandbox)
  }

  #retire(key: string): void {
    const opening = this.#sandboxes.get(key)
    this.#sandboxes.delete(key)
    opening?.then(
      (sandbox) => {
        this.#open.delete(sandbox)
        this.#disposeWhenEmpty(sandbox)
      },
      () => undefined,
    )
  }

  #retireOf(sandbox: Sandbox): void {
    this.#open.delete(sandbox)
    const key = keyOf(sandbox.function)
    void this.#sandboxes.get(key)?.then(
      (current) => {
        if (current === sandbox) this.#sandboxes.delete(key)
      },
      () => undefined,
    )
  }

  #disposeWhenEmpty(sandbox: Sandbox): void {
    // Not while it is entered: that would be cut off.
    if (sandbox.runs.size === 0 && !this.#inside.has(sandbox)) sandbox.dispose()
  }

  /** Nothing ends the code in a sandbox: who is in it gets no answer, and everybody else another sandbox. */
  #abandon(sandbox: Sandbox, inside: number): void {
    this.#retireOf(sandbox)
    this.#fail(inside, 'cpu', texts.cpu)
    this.#onLost(sandbox, 'crashed')
  }

  /** Ends this process when its requests are answered: the thread that the engine has stopped comes to no end. */
  #endSoon(message: string): void {
    process.stderr.write(`the engine of functions failed: ${message}\n`)
    if (this.#isEnding) return
    this.#isEnding = true
    this.#send({ kind: 'ending' })
    const latest = performance.now() + finishMs
    repeat(watchMs, () => {
      if (this.#runs.size === 0 || performance.now() > latest) process.kill(process.pid, 'SIGKILL')
    })
  }

  /** A sandbox has ended, and who waited in it with it. */
  #onLost(sandbox: Sandbox, fault: 'memory' | 'crashed' = 'memory'): void {
    this.#retireOf(sandbox)
    for (const id of [...sandbox.runs]) {
      const run = this.#runs.get(id)
      sandbox.runs.delete(id)
      if (run !== undefined) {
        run.sandbox = undefined
        this.#repeat(id, run, fault)
      }
    }
  }

  /** Those that were not used for longest go. */
  #makeSpace(): void {
    const idle = [...this.#open].filter(({ runs }) => runs.size === 0).sort((one, other) => one.usedAt - other.usedAt)
    for (const each of idle.slice(0, Math.max(0, this.#open.size - maxSandboxes))) this.#end(each)
  }

  #end(sandbox: Sandbox): void {
    this.#retireOf(sandbox)
    sandbox.dispose()
  }

  /** Memory that no isolate counts, WebAssembly's above all, is seen in the process alone. */
  #watch(): void {
    const bytes = process.memoryUsage.rss()
    if (bytes < fullBytes) return
    if (bytes > maxBytes) {
      process.stderr.write(`functions have ${Math.round(bytes / 2 ** 20)} MiB: this process starts again\n`)
      process.exit(1)
    }
    const largest = [...this.#open].sort((one, other) => other.bytes - one.bytes)[0]
    if (largest === undefined) return
    const inside = this.#inside.get(largest)
    this.#retireOf(largest)
    largest.dispose()
    if (inside !== undefined) this.#fail(inside, 'memory', texts.memory)
    this.#onLost(largest)
  }
}

const keyOf = ({ name, version }: RunnableFunction): string => `${name}@${version}`

const texts = {
  cpu: `It took longer than ${cpuMs} ms of a processor`,
  memory: `It needed more than ${memoryMib} MiB`,
  crashed: 'Another request of the function did not end: its sandbox was given up',
}
