/** What the process of functions and the one around it tell each other. Everything is copied. */

/** A function as it is run: what was deployed, without types. */
export interface RunnableFunction {
  readonly name: string
  /** Together with the name it says which sandbox has it; below 0 that is used once. */
  readonly version: number
  /** Name of the file with the handler. */
  readonly main: string
  /** JavaScript by file name. */
  readonly files: Readonly<Record<string, string>>
  /** WebAssembly by file name, base64. */
  readonly modules: Readonly<Record<string, string>>
  /** Variables and secrets. */
  readonly env: Readonly<Record<string, string>>
  /** Names of those of `env` that are secrets: their values are masked in what is logged. */
  readonly secrets: readonly string[]
}

export type HeaderList = readonly (readonly [name: string, value: string])[]

/** A request as a handler gets it. */
export interface RunRequest {
  readonly method: string
  readonly url: string
  readonly headers: HeaderList
  readonly body?: Uint8Array
  /** Of the viewer. */
  readonly address: string
}

/** The answer of a handler. */
export interface RunAnswer {
  readonly status: number
  readonly headers: HeaderList
  /** Bytes, or the number of a fetch whose body is passed on as it comes. */
  readonly body: Uint8Array | number | null
}

/** A request that a handler makes. */
export interface FetchCall {
  readonly op: 'fetch'
  readonly method: string
  readonly url: string
  readonly headers: HeaderList
  readonly body: Uint8Array | null
  readonly redirect: 'follow' | 'manual'
}

/** What a handler asks of the process around the sandbox's. */
export type RunCall =
  | FetchCall
  /** The body of a fetch. */
  | { readonly op: 'read'; readonly fetch: number }

/** What a fetch answers first; its body waits. */
export interface FetchReply {
  readonly status: number
  readonly headers: HeaderList
  readonly url: string
}

/** Why a run failed, each an error of its own. */
export type RunFault = 'cpu' | 'memory' | 'time' | 'thrown' | 'start' | 'crashed' | 'busy' | 'unavailable'

/** A mistake in deployed files. Lines and columns count from 1; 0 where it has none. */
export interface FileFault {
  readonly file: string
  readonly line: number
  readonly column: number
  readonly message: string
}

/** Files as they were deployed: TypeScript and JavaScript as text, WebAssembly as base64. */
export interface DeployedFiles {
  readonly main: string
  readonly files: Readonly<Record<string, string>>
}

export type ToWorker =
  | { readonly kind: 'functions'; readonly functions: readonly RunnableFunction[] }
  | { readonly kind: 'run'; readonly run: number; readonly name: string; readonly request: RunRequest }
  /** A function that is not deployed. */
  | { readonly kind: 'try'; readonly run: number; readonly draft: RunnableFunction; readonly request: RunRequest }
  | { readonly kind: 'check'; readonly run: number; readonly deployed: DeployedFiles }
  | {
      readonly kind: 'reply'
      readonly run: number
      readonly call: number
      readonly value?: FetchReply | Uint8Array
      readonly fault?: string
    }
  /** Nobody waits for it any more. */
  | { readonly kind: 'end'; readonly run: number }

export type FromWorker =
  /** It finishes what it has, and ends: what is new goes to the next process. */
  | { readonly kind: 'ending' }
  | { readonly kind: 'answered'; readonly run: number; readonly answer: RunAnswer; readonly ms: number }
  | { readonly kind: 'failed'; readonly run: number; readonly fault: RunFault; readonly message: string }
  | { readonly kind: 'call'; readonly run: number; readonly call: number; readonly asked: RunCall }
  | { readonly kind: 'log'; readonly run: number; readonly name: string; readonly level: LogLevel; readonly text: string }
  /** Of a function that logs more than is passed on. */
  | { readonly kind: 'lines-left-out'; readonly name: string; readonly version: number; readonly lines: number }
  | {
      readonly kind: 'checked'
      readonly run: number
      readonly files: Readonly<Record<string, string>>
      readonly modules: Readonly<Record<string, string>>
      readonly faults: readonly FileFault[]
    }

export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

/** Time on a processor that one request may take, ms. */
export const cpuMs = 50
/** Memory of one function at a node, MiB. */
export const memoryMib = 128
/** What a request may take altogether, ms: mostly waiting for what it fetches. */
export const runMs = 10_000
/** Requests that one request may make. */
export const maxFetches = 10
/** A line of a log, characters. */
export const maxLineText = 4000
/** Bodies that a handler gets or makes, bytes. What it only passes on has no bound. */
export const maxBodyBytes = 8 * 2 ** 20
