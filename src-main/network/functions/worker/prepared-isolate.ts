import type { Callback, Context, Isolate, IsolateOptions, Reference } from 'isolated-vm'
import ivm from 'isolated-vm'
import { type LogLevel, maxLineText, memoryMib, type RunAnswer } from '../run-messages.ts'
import { readAnswer } from './checked-answer.ts'
import { base64, randomFor, readUrl } from './host-calls.ts'
import { preludeText, warmUpText } from './prelude.ts'

/** What runs in a sandbox asks for, and what becomes of it. */
export interface SandboxEvents {
  onCall(run: number, call: number, op: string, argument: unknown): void
  onAnswer(run: number, answer: RunAnswer): void
  onFail(run: number, message: string): void
  onLog(run: number, level: LogLevel, text: string): void
  /** The engine has lost it: its thread is stopped for good, and this process must end soon. */
  onBroken(message: string): void
}

/** The prelude, in every sandbox from its first moment on. */
const snapshot = ivm.Isolate.createSnapshot([{ code: `globalThis.$prelude = ${preludeText}`, filename: 'functions:prelude' }], warmUpText)

/** What the dry run runs: a handler that passes a request on, and answers the second one by itself. */
const dryRunText = `export default {
  async fetch(request, env) {
    const url = new URL(request.url)
    if (url.pathname === '/second') return new Response('answer'.repeat(2), { headers: { 'x-edge': request.headers.get('accept') ?? '' } })
    const answer = await fetch(request)
    answer.headers.set('x-edge', env.KEY)
    return answer
  },
}`
const dryRunMs = 1000

export type Entry = Reference<(...args: never[]) => unknown>

/** An isolate with the prelude in it and nobody's code yet. To make one takes several times as long as to start a function in it. */
export class PreparedIsolate {
  readonly isolate: Isolate
  readonly context: Context
  readonly setHandler: Entry
  readonly start: Entry
  readonly resume: Entry
  /** Gets what its code asks for; undefined while nothing is in it. */
  events: SandboxEvents | undefined

  private constructor(isolate: Isolate, context: Context, entries: Record<'setHandler' | 'start' | 'resume', Entry>) {
    this.isolate = isolate
    this.context = context
    this.setHandler = entries.setHandler
    this.start = entries.start
    this.resume = entries.resume
  }

  /**
   * `onBroken` is called when the engine is beyond repair and nothing is in the isolate yet: this process must end.
   * @param dry whether it shall run something before anybody's code, which pays where nobody waits for it
   */
  static async make(onBroken: (message: string) => void, dry: boolean): Promise<PreparedIsolate> {
    let made: PreparedIsolate | undefined
    const options: IsolateOptions & { readonly snapshot: typeof snapshot } = {
      memoryLimit: memoryMib,
      snapshot,
      onCatastrophicError: (message: string) => (made?.events === undefined ? onBroken(message) : made.events.onBroken(message)),
    }
    const isolate = new ivm.Isolate(options)
    try {
      const context = await isolate.createContext()
      const prelude = await context.global.get('$prelude', { reference: true })
      await context.global.delete('$prelude')
      const entries = (await prelude.apply(undefined, [hostOf(() => made?.events)], {
        arguments: { copy: true },
        result: { reference: true },
      })) as Reference<Record<string, unknown>>
      const entry = async (name: string): Promise<Entry> => (await entries.get(name, { reference: true })) as Entry
      const [setHandler, start, resume] = [await entry('setHandler'), await entry('start'), await entry('resume')]
      made = new PreparedIsolate(isolate, context, { setHandler, start, resume })
      if (dry) await made.#dryRun()
      return made
    } catch (error) {
      if (!isolate.isDisposed) isolate.dispose()
      throw error
    }
  }

  /**
   * Runs a small function before anybody's: what an isolate does for the first time takes it longer. It gets no answer, as nobody takes events
   * yet, and nothing of it is left but a handler that the next one replaces.
   */
  async #dryRun(): Promise<void> {
    const module = this.isolate.compileModuleSync(dryRunText, { filename: 'dry-run.js' })
    module.instantiateSync(this.context, () => module)
    await module.evaluate({ timeout: dryRunMs })
    const enter = (entry: Entry, ...args: unknown[]) =>
      entry.apply(undefined, args as never[], { timeout: dryRunMs, arguments: { copy: true } })
    const env = new ivm.ExternalCopy({ KEY: '1' }).copyInto()
    await this.setHandler.apply(undefined, [module.namespace.derefInto(), env] as never[], { timeout: dryRunMs })
    const request = { method: 'GET', headers: [['accept', '*/*']], address: '192.0.2.1' }
    await enter(this.start, 0, { ...request, url: 'https://site.example/' })
    await enter(this.resume, 0, 1, { status: 200, headers: [['content-type', 'text/plain']], url: 'https://site.example/' }, undefined)
    await enter(this.start, 0, { ...request, url: 'https://site.example/second' })
  }
}

/** Callbacks of the prelude. What comes is from the function: it is checked here, or where it is used. */
function hostOf(events: () => SandboxEvents | undefined): Record<string, Callback> {
  const number = (value: unknown): number => (typeof value === 'number' ? value : 0)
  const levels: readonly string[] = ['debug', 'info', 'warn', 'error']
  return {
    call: new ivm.Callback((run: unknown, call: unknown, op: unknown, argument: unknown) =>
      events()?.onCall(number(run), number(call), String(op), argument),
    ),
    answer: new ivm.Callback((run: unknown, answer: unknown) => {
      const checked = readAnswer(answer)
      if (checked === undefined) events()?.onFail(number(run), 'The answer is malformed')
      else events()?.onAnswer(number(run), checked)
    }),
    fail: new ivm.Callback((run: unknown, message: unknown) => events()?.onFail(number(run), String(message).slice(0, maxLineText))),
    log: new ivm.Callback((run: unknown, level: unknown, text: unknown) =>
      events()?.onLog(
        number(run),
        levels.includes(String(level)) ? (String(level) as LogLevel) : 'info',
        String(text).slice(0, maxLineText),
      ),
    ),
    url: new ivm.Callback(readUrl),
    encode: new ivm.Callback((text: unknown) => arrayBufferOf(Buffer.from(String(text)))),
    decode: new ivm.Callback((bytes: unknown) => Buffer.from(bytes instanceof ArrayBuffer ? bytes : new ArrayBuffer(0)).toString()),
    base64: new ivm.Callback(base64),
    random: new ivm.Callback(randomFor),
    now: new ivm.Callback(() => performance.now()),
  }
}

/** The bytes in memory of their own, as isolates take them. */
export function arrayBufferOf(bytes: Uint8Array): ArrayBuffer {
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer
}
