import type { HeaderList, LogLevel, RunAnswer, RunRequest } from '../run-messages.ts'
import { type HeadersClass, type HeadersInit, type HeadersOf, headersClass } from './headers-class.ts'
import { type ReadUrl, type URLOf, type URLSearchParamsOf, type UrlClasses, urlClasses } from './url-classes.ts'

/** What a sandbox's code can ask of the process around it. Everything is copied. */
export interface PreludeHost {
  /** Its reply comes by `resume`. */
  call(run: number, call: number, op: string, argument: unknown): void
  answer(run: number, answer: RunAnswer): void
  fail(run: number, message: string): void
  log(run: number, level: LogLevel, text: string): void
  readonly url: ReadUrl
  encode(text: string): ArrayBuffer
  decode(bytes: ArrayBuffer): string
  base64(text: string, decodes: boolean): string | undefined
  random(bytes: number): ArrayBuffer
  now(): number
}

/** How the process around a sandbox enters it. */
export interface PreludeEntries {
  /** Takes the module with the handler. False where it has none. */
  setHandler(module: unknown, env: Readonly<Record<string, string>>): boolean
  start(run: number, request: RunRequest): void
  resume(run: number, call: number, value: unknown, fault: string | undefined): void
}

/**
 * Runs in each sandbox before the function's own code: the classes of the Fetch standard that handlers use, and the entries of the process around it. Its
 * text is what is run: it may use nothing from outside but its parameters.
 */
function installPrelude(
  host: PreludeHost,
  Headers: HeadersClass,
  { URLOf: URL, URLSearchParamsOf: URLSearchParams }: UrlClasses,
): PreludeEntries {
  type BodyInit = string | ArrayBuffer | ArrayBufferView | URLSearchParamsOf | null | undefined
  type Handler = { fetch(request: RequestOf, env: Readonly<Record<string, string>>): unknown }

  interface Waiting {
    readonly run: number
    readonly resolve: (value: never) => void
    readonly reject: (error: Error) => void
  }

  const waiting = new Map<number, Waiting>()
  /** All code of one entry, with its microtasks, belongs to one request. */
  let current = 0
  let lastCall = 0
  let handler: Handler | undefined
  let environment: Readonly<Record<string, string>> = {}

  function ask<Value>(op: string, argument: unknown): Promise<Value> {
    const call = ++lastCall
    const run = current
    return new Promise<Value>((resolve, reject) => {
      waiting.set(call, { run, resolve: resolve as (value: never) => void, reject })
      host.call(run, call, op, argument)
    })
  }

  /** A body that is here, or that waits where it was fetched. */
  class BodyOf {
    #bytes: Uint8Array | undefined
    /** Number of the fetch that has it. */
    #fetched: number | undefined
    #used = false

    protected take(body: BodyInit | BodyOf, headers: HeadersOf): void {
      if (body === null || body === undefined) return
      if (body instanceof BodyOf) {
        if (body.bodyUsed) throw new TypeError('The body has been used already')
        this.#bytes = body.#bytes
        this.#fetched = body.#fetched
        if (this.#bytes !== undefined || this.#fetched !== undefined) body.#used = true
        return
      }
      if (body instanceof ArrayBuffer) this.#bytes = new Uint8Array(body.slice(0))
      else if (ArrayBuffer.isView(body)) this.#bytes = new Uint8Array(body.buffer, body.byteOffset, body.byteLength).slice()
      else {
        this.#bytes = new Uint8Array(host.encode(String(body)))
        if (!headers.has('content-type'))
          headers.set(
            'content-type',
            body instanceof URLSearchParams ? 'application/x-www-form-urlencoded;charset=UTF-8' : 'text/plain;charset=UTF-8',
          )
      }
    }

    protected wait(fetched: number): void {
      this.#fetched = fetched
    }

    get bodyUsed(): boolean {
      return this.#used
    }

    /** What the answer or request is sent with. */
    sent(): Uint8Array | number | null {
      if (this.#used) throw new TypeError('The body has been used already')
      return this.#bytes ?? this.#fetched ?? null
    }

    async bytes(): Promise<Uint8Array> {
      if (this.#used) throw new TypeError('The body has been used already')
      this.#used = true
      if (this.#bytes !== undefined) return this.#bytes
      return this.#fetched === undefined ? new Uint8Array() : new Uint8Array(await ask<ArrayBuffer>('read', { fetch: this.#fetched }))
    }

    async arrayBuffer(): Promise<ArrayBuffer> {
      const bytes = await this.bytes()
      return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer
    }

    async text(): Promise<string> {
      return host.decode(await this.arrayBuffer())
    }

    async json(): Promise<unknown> {
      return JSON.parse(await this.text())
    }
  }

  interface RequestInit {
    readonly method?: string
    readonly headers?: HeadersInit
    readonly body?: BodyInit
    readonly redirect?: 'follow' | 'manual'
  }

  class RequestOf extends BodyOf {
    readonly method: string
    readonly url: string
    readonly headers: HeadersOf
    readonly redirect: 'follow' | 'manual'
    /** IP address of the viewer. */
    readonly address: string

    /** `href` is the URL where it has been read already. */
    constructor(input: string | URLOf | RequestOf, init: RequestInit = {}, address = '', href?: string) {
      super()
      const from = input instanceof RequestOf ? input : undefined
      this.method = String(init.method ?? from?.method ?? 'GET').toUpperCase()
      if (!/^[A-Z]{1,20}$/.test(this.method) || ['CONNECT', 'TRACE', 'TRACK'].includes(this.method))
        throw new TypeError(`${JSON.stringify(this.method)} is not a method that can be used`)
      this.url = href ?? from?.url ?? new URL(String(input)).href
      this.headers = new Headers(init.headers ?? from?.headers)
      this.redirect = init.redirect ?? from?.redirect ?? 'follow'
      this.address = from?.address ?? address
      if (init.body !== undefined && init.body !== null) this.take(init.body, this.headers)
      else if (from !== undefined) this.take(from, this.headers)
    }

    clone(): RequestOf {
      const body = this.sent()
      return new RequestOf(
        this.url,
        {
          method: this.method,
          headers: this.headers,
          redirect: this.redirect,
          ...(body instanceof Uint8Array ? { body } : {}),
        },
        this.address,
      )
    }
  }

  interface ResponseInit {
    readonly status?: number
    readonly statusText?: string
    readonly headers?: HeadersInit
  }

  class ResponseOf extends BodyOf {
    readonly status: number
    readonly headers: HeadersOf
    readonly url: string = ''
    /** A body that is only passed on: `new Response(response.body, response)`. */
    readonly body: BodyOf

    constructor(body?: BodyInit | BodyOf, init: ResponseInit = {}) {
      super()
      const status = init.status ?? 200
      if (!Number.isInteger(status) || status < 200 || status > 599) throw new RangeError(`${status} is not a status from 200 to 599`)
      this.status = status
      this.headers = new Headers(init.headers)
      this.take(body, this.headers)
      this.body = this
    }

    get ok(): boolean {
      return this.status < 300
    }

    static json(value: unknown, init: ResponseInit = {}): ResponseOf {
      const headers = new Headers(init.headers)
      if (!headers.has('content-type')) headers.set('content-type', 'application/json')
      return new ResponseOf(JSON.stringify(value), { ...init, headers })
    }

    static redirect(url: string, status = 302): ResponseOf {
      return new ResponseOf(null, { status, headers: { location: String(url) } })
    }

    static fetched(call: number, status: number, headers: HeaderList, url: string): ResponseOf {
      const response = new ResponseOf(null, { status, headers })
      Object.defineProperty(response, 'url', { value: url, enumerable: true })
      response.wait(call)
      return response
    }
  }

  async function fetchOf(input: string | URLOf | RequestOf, init?: RequestInit): Promise<ResponseOf> {
    const request = new RequestOf(input, init)
    const body = request.sent()
    if (typeof body === 'number') throw new TypeError('The body of an answer has to be read before it is sent: await response.text()')
    const call = lastCall + 1
    const reply = await ask<{ status: number; headers: HeaderList; url: string }>('fetch', {
      method: request.method,
      url: request.url,
      headers: [...request.headers],
      body: body === null ? null : body.slice().buffer,
      redirect: request.redirect,
    })
    return ResponseOf.fetched(call, reply.status, reply.headers, reply.url)
  }

  const shown = (value: unknown): string => {
    if (typeof value === 'string') return value
    if (value instanceof Error) return String(value.stack ?? value.message)
    try {
      return JSON.stringify(value) ?? String(value)
    } catch {
      return String(value)
    }
  }
  /** What of a text is logged. A part of one made by `repeat` or `+` takes the memory of all of it: of a huge one nothing is. */
  const brief = (text: string): string => (text.length > 1e6 ? `(a text of ${text.length} characters)` : text.slice(0, 4000))
  const logger =
    (level: LogLevel) =>
    (...values: unknown[]): void =>
      host.log(current, level, brief(values.map((each) => brief(shown(each))).join(' ')))

  const copied = (data: ArrayBuffer | ArrayBufferView): ArrayBuffer =>
    data instanceof ArrayBuffer ? data.slice(0) : (data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength) as ArrayBuffer)

  interface KeyOf {
    readonly format: string
    readonly data: unknown
    readonly algorithm: unknown
    readonly usages: readonly string[]
  }
  const algorithmOf = (algorithm: unknown): unknown => (typeof algorithm === 'string' ? { name: algorithm } : algorithm)
  const subtle = {
    digest: (algorithm: unknown, data: ArrayBuffer): Promise<ArrayBuffer> =>
      ask('digest', { algorithm: algorithmOf(algorithm), data: copied(data) }),
    async importKey(
      format: string,
      data: unknown,
      algorithm: unknown,
      _extractable: boolean,
      usages: readonly string[],
    ): Promise<{ readonly key: KeyOf }> {
      const isBytes = data instanceof ArrayBuffer || ArrayBuffer.isView(data)
      return { key: { format, data: isBytes ? copied(data) : data, algorithm: algorithmOf(algorithm), usages: [...usages] } }
    },
    sign: (algorithm: unknown, { key }: { readonly key: KeyOf }, data: ArrayBuffer): Promise<ArrayBuffer> =>
      ask('sign', { algorithm: algorithmOf(algorithm), key, data: copied(data) }),
    verify: (algorithm: unknown, { key }: { readonly key: KeyOf }, signature: ArrayBuffer, data: ArrayBuffer): Promise<boolean> =>
      ask('verify', { algorithm: algorithmOf(algorithm), key, signature: copied(signature), data: copied(data) }),
  }
  const crypto = {
    subtle,
    getRandomValues<View extends ArrayBufferView>(view: View): View {
      new Uint8Array(view.buffer, view.byteOffset, view.byteLength).set(new Uint8Array(host.random(view.byteLength)))
      return view
    },
    randomUUID(): string {
      const bytes = new Uint8Array(host.random(16))
      bytes[6] = ((bytes[6] ?? 0) & 15) | 64
      bytes[8] = ((bytes[8] ?? 0) & 63) | 128
      const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
      return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
    },
  }

  const base64 = (text: string, decodes: boolean): string => {
    const result = host.base64(String(text), decodes)
    if (result === undefined) throw new TypeError(decodes ? 'The text is not base64' : 'The text has characters beyond Latin 1')
    return result
  }

  interface WebAssemblyOf {
    readonly Module: new (bytes: unknown) => object
    readonly Instance: new (module: object, imports: unknown) => object
  }
  // What follows from these would run in tasks of the engine, outside of every entry: nobody would count its time or end it.
  const wasm = (globalThis as unknown as { readonly WebAssembly?: WebAssemblyOf }).WebAssembly
  if (wasm !== undefined) {
    const { Module, Instance } = wasm
    const instantiated = (bytes: unknown, imports: unknown): { readonly module: object; readonly instance: object } => {
      const module = new Module(bytes)
      return { module, instance: new Instance(module, imports) }
    }
    Object.assign(wasm, {
      compile: async (bytes: unknown) => new Module(bytes),
      instantiate: async (source: unknown, imports?: unknown) =>
        source instanceof Module ? new Instance(source, imports) : instantiated(source, imports),
    })
    for (const name of ['compileStreaming', 'instantiateStreaming']) Reflect.deleteProperty(wasm, name)
  }
  Reflect.deleteProperty(Atomics, 'waitAsync')
  Reflect.deleteProperty(globalThis, 'FinalizationRegistry')

  Object.assign(globalThis, {
    Headers,
    Request: RequestOf,
    Response: ResponseOf,
    URL,
    URLSearchParams,
    TextEncoder: class TextEncoder {
      encode(text = ''): Uint8Array {
        return new Uint8Array(host.encode(String(text)))
      }
    },
    TextDecoder: class TextDecoder {
      decode(bytes: ArrayBuffer | ArrayBufferView = new ArrayBuffer(0)): string {
        return host.decode(copied(bytes))
      }
    },
    fetch: fetchOf,
    crypto,
    atob: (text: string): string => base64(text, true),
    btoa: (text: string): string => base64(text, false),
    setTimeout: (then: () => void, ms = 0): void => void ask('sleep', { ms: Number(ms) || 0 }).then(then),
    performance: { now: (): number => host.now() },
    console: { log: logger('info'), info: logger('info'), warn: logger('warn'), error: logger('error'), debug: logger('debug') },
  })

  async function handle(run: number, request: RunRequest): Promise<void> {
    try {
      const { method, url, headers, body, address } = request
      const given = new RequestOf(
        url,
        { method, headers: headers.map(([name, value]): [string, string] => [name, value]), redirect: 'manual', ...(body && { body }) },
        address,
        url,
      )
      const response = await handler?.fetch(given, environment)
      if (!(response instanceof ResponseOf)) throw new TypeError('The handler returned no Response')
      const sent = response.sent()
      host.answer(run, {
        status: response.status,
        headers: [...response.headers],
        body: sent instanceof Uint8Array ? sent.slice() : sent,
      })
    } catch (error) {
      host.fail(run, brief(error instanceof Error ? String(error.stack ?? error.message) : `${error}`))
    }
  }

  return {
    setHandler(module, env) {
      lastCall = 0
      environment = Object.freeze({ ...env })
      const found = (module as { readonly default?: Handler }).default
      const usable = typeof found?.fetch === 'function'
      handler = usable ? found : undefined
      return usable
    },
    start(run, request) {
      current = run
      void handle(run, request)
    },
    resume(run, call, value, fault) {
      current = run
      const known = waiting.get(call)
      waiting.delete(call)
      if (fault === undefined) known?.resolve(value as never)
      else known?.reject(new TypeError(fault))
    },
  }
}

/** The text of the prelude: a function of what the process around it answers. */
export const preludeText = `(host) => (${installPrelude})(host, (${headersClass})(), (${urlClasses})(host))`

/**
 * Runs while the snapshot is made, in a context of its own that is thrown away: what a first request runs is compiled in the snapshot then. A handler
 * gets a request, passes it on with another header and answers what comes.
 */
function warmUp(prelude: (host: PreludeHost) => PreludeEntries): void {
  const href = 'https://site.example/'
  const parts = { href, origin: 'https://site.example', protocol: 'https:', username: '', password: '', host: 'site.example' }
  const entries = prelude({
    call: (run, call) => entries.resume(run, call, { status: 200, headers: [['content-type', 'text/plain']], url: href }, undefined),
    answer: () => undefined,
    fail: () => undefined,
    log: () => undefined,
    url: () => ({ ...parts, hostname: 'site.example', port: '', pathname: '/', search: '', hash: '' }),
    encode: () => new ArrayBuffer(1),
    decode: () => '',
    base64: () => '',
    random: (bytes) => new ArrayBuffer(bytes),
    now: () => 0,
  })
  const fetches = {
    async fetch(request: Request): Promise<Response> {
      const answer = await fetch(request)
      answer.headers.set('x-edge', '1')
      return answer
    },
  }
  const answers = {
    fetch: (request: Request): Response =>
      new Response(new URL(request.url).pathname, { headers: { 'x-edge': request.headers.get('a') ?? '' } }),
  }
  for (const handler of [fetches, answers]) {
    entries.setHandler({ default: handler }, {})
    entries.start(1, { method: 'GET', url: href, headers: [['accept', '*/*']], address: '' })
  }
}

export const warmUpText = `(${warmUp})(globalThis.$prelude)`
