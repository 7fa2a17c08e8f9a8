import type { Context, Isolate, Module } from 'isolated-vm'
import ivm from 'isolated-vm'
import { type FileFault, memoryMib, type RunnableFunction, type RunRequest } from '../run-messages.ts'
import { arrayBufferOf, type Entry, type PreparedIsolate, type SandboxEvents } from './prepared-isolate.ts'

/** Why a function could not be started, and where. */
export class StartFault extends Error {
  readonly fault: FileFault

  constructor(fault: FileFault) {
    super(`${fault.file}${fault.line > 0 ? `:${fault.line}:${fault.column}` : ''}: ${fault.message}`)
    this.name = 'StartFault'
    this.fault = fault
  }
}

/** What the code outside its handler may take when a function starts, ms. */
const startMs = 250
/** Code that is compiled in this thread, characters. */
const shortCode = 16_384

/** A function in an isolate of its own: memory and globals are nobody else's. */
export class Sandbox {
  readonly function: RunnableFunction
  readonly #isolate: Isolate
  readonly #start: Entry
  readonly #resume: Entry
  /** Requests that are in it. */
  readonly runs = new Set<number>()
  usedAt = performance.now()
  #turn: Promise<void> = Promise.resolve()

  private constructor(of: RunnableFunction, { isolate, start, resume }: PreparedIsolate) {
    this.function = of
    this.#isolate = isolate
    this.#start = start
    this.#resume = resume
  }

  /** Starts a function in an isolate that nothing was in before. Throws StartFault; the isolate is gone then. */
  static async open(of: RunnableFunction, prepared: PreparedIsolate, events: SandboxEvents): Promise<Sandbox> {
    const { isolate, context, setHandler } = prepared
    prepared.events = events
    try {
      const main = await evaluate(isolate, context, of)
      const usable = await setHandler.apply(undefined, [main.namespace.derefInto(), new ivm.ExternalCopy(of.env).copyInto()] as never[], {
        timeout: startMs,
      })
      if (usable !== true) {
        throw new StartFault({ file: of.main, line: 0, column: 0, message: 'There is no `export default { fetch(request, env) { … } }`' })
      }
      return new Sandbox(of, prepared)
    } catch (error) {
      const fault = isolate.isDisposed ? new Error(`it needs more than ${memoryMib} MiB`) : (error as Error)
      if (!isolate.isDisposed) isolate.dispose()
      throw fault instanceof StartFault ? fault : new StartFault(faultOf(fault, of.main))
    }
  }

  /** Does something once everything before it is done. It may not reject. */
  next(act: () => Promise<void>): Promise<void> {
    this.#turn = this.#turn.then(act)
    return this.#turn
  }

  /** False once its memory is full, or it was ended. */
  get isAlive(): boolean {
    return !this.#isolate.isDisposed
  }

  /** Time on a processor of everything in it, ms. */
  get cpuMs(): number {
    return this.isAlive ? Number(this.#isolate.cpuTime) / 1e6 : 0
  }

  /** Time in which a thread was in it, also while it is, ms. */
  get wallMs(): number {
    return this.isAlive ? Number(this.#isolate.wallTime) / 1e6 : 0
  }

  /** Memory that it has, bytes. */
  get bytes(): number {
    if (!this.isAlive) return 0
    const { total_heap_size: heap, externally_allocated_size: external } = this.#isolate.getHeapStatisticsSync()
    return heap + external
  }

  /** Enters with a request. Rejects when it takes longer than `timeoutMs` until it waits for something. */
  async start(run: number, request: RunRequest, timeoutMs: number): Promise<void> {
    this.usedAt = performance.now()
    const body = request.body && arrayBufferOf(request.body)
    await this.#start.apply(undefined, [run, { ...request, ...(body && { body }) }] as never[], {
      timeout: timeoutMs,
      arguments: { copy: true },
    })
  }

  /** Enters with the reply to a call. Rejects as `start` does. */
  async resume(run: number, call: number, value: unknown, fault: string | undefined, timeoutMs: number): Promise<void> {
    const copied = value instanceof Uint8Array ? arrayBufferOf(value) : value
    await this.#resume.apply(undefined, [run, call, copied, fault] as never[], { timeout: timeoutMs, arguments: { copy: true } })
  }

  dispose(): void {
    if (this.isAlive) this.#isolate.dispose()
  }
}

/** Checks a file without running it; resolves to what it imports. Throws StartFault. */
export async function checkSyntax(file: string, code: string): Promise<readonly string[]> {
  const isolate = new ivm.Isolate({ memoryLimit: memoryMib })
  try {
    const { dependencySpecifiers } = await isolate.compileModule(code, { filename: file })
    return [...dependencySpecifiers]
  } catch (error) {
    throw new StartFault(faultOf(error as Error, file))
  } finally {
    if (!isolate.isDisposed) isolate.dispose()
  }
}

/** Checks a module of WebAssembly, in base64, without running it. Throws StartFault. */
export async function checkWebAssembly(file: string, base64: string): Promise<void> {
  const isolate = new ivm.Isolate({ memoryLimit: memoryMib })
  try {
    const context = await isolate.createContext()
    const bytes = new ivm.ExternalCopy(arrayBufferOf(Buffer.from(base64, 'base64'))).copyInto({ release: true })
    await context.evalClosure('new WebAssembly.Module($0)', [bytes], { timeout: startMs })
  } catch (error) {
    const message = isolate.isDisposed ? `it needs more than ${memoryMib} MiB` : (error as Error).message.replace(/ \[[^\]]*\]$/, '')
    throw new StartFault({ file, line: 0, column: 0, message })
  } finally {
    if (!isolate.isDisposed) isolate.dispose()
  }
}

async function evaluate(isolate: Isolate, context: Context, of: RunnableFunction): Promise<Module> {
  const modules = new Map<string, Module>()
  const names = new Map<Module, string>()
  const moduleOf = async (name: string): Promise<Module> => {
    const known = modules.get(name)
    if (known !== undefined) return known
    const code = Object.hasOwn(of.files, name) ? of.files[name] : undefined
    const wasm = Object.hasOwn(of.modules, name) ? of.modules[name] : undefined
    if (code === undefined && wasm === undefined) throw new Error(`There is no file ${name}`)
    if (wasm !== undefined) await context.global.set('$wasm', new ivm.ExternalCopy(arrayBufferOf(Buffer.from(wasm, 'base64'))).copyInto())
    const text = code ?? 'const bytes = globalThis.$wasm; delete globalThis.$wasm; export default new WebAssembly.Module(bytes)'
    // Where it is short the way to another thread takes longer than the compiler.
    const made =
      text.length <= shortCode ? isolate.compileModuleSync(text, { filename: name }) : await isolate.compileModule(text, { filename: name })
    modules.set(name, made)
    names.set(made, name)
    if (wasm !== undefined) {
      // At once: the next module has other bytes.
      await made.instantiate(context, () => made)
      await made.evaluate({ timeout: startMs })
    }
    return made
  }
  for (const name of Object.keys(of.modules)) await moduleOf(name)
  const main = await moduleOf(of.main)
  // Linking runs nobody's code; without imports there is nothing to wait for.
  if (main.dependencySpecifiers.length === 0) main.instantiateSync(context, () => main)
  else {
    await main.instantiate(context, (specifier, referrer) => {
      const name = fileOf(specifier, names.get(referrer) ?? of.main, of)
      if (name === undefined) throw new Error(`${names.get(referrer) ?? of.main} imports ${JSON.stringify(specifier)}, which is not there`)
      return moduleOf(name)
    })
  }
  await main.evaluate({ timeout: startMs })
  return main
}

/** The file that an import means: relative paths alone, and `.js` for `.ts`. */
export function fileOf(
  specifier: string,
  from: string,
  { files, modules }: Pick<RunnableFunction, 'files' | 'modules'>,
): string | undefined {
  if (!/^\.\.?\//.test(specifier)) return undefined
  const path = new URL(specifier, `file:///${from}`).pathname.slice(1)
  return [path, path.replace(/\.js$/, '.ts'), `${path}.ts`, `${path}.js`].find(
    (each) => Object.hasOwn(files, each) || Object.hasOwn(modules, each),
  )
}

/** Finds the place in what V8 says: `message [file:line:column]`, or the first line of the stack. */
export function faultOf(error: Error, main: string): FileFault {
  const place = /^([\s\S]*?) \[([^\]]*?):(\d+):(\d+)\]$/.exec(error.message)
  if (place?.[2] === '<isolated-vm>') return { file: main, line: 0, column: 0, message: place[1] ?? '' }
  if (place !== null) return { file: place[2] ?? main, line: Number(place[3]), column: Number(place[4]), message: place[1] ?? '' }
  const line = /\n\s+at (?:.*\()?([\w./-]+\.(?:[mc]?[jt]s)):(\d+):(\d+)\)?/.exec(error.stack ?? '')
  const own = line !== null && !line[1]?.startsWith('/') ? line : null
  return { file: own?.[1] ?? main, line: Number(own?.[2] ?? 0), column: Number(own?.[3] ?? 0), message: error.message }
}
