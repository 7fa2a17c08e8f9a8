import type { HeaderList, LogLevel, RunAnswer, RunRequest } from '../run-messages.ts'

/** Parts of a URL, as the class `URL` has them. */
export interface UrlParts {
  readonly href: string
  readonly origin: string
  readonly protocol: string
  readonly username: string
  readonly password: string
  readonly host: string
  readonly hostname: string
  readonly port: string
  readonly pathname: string
  readonly search: string
  readonly hash: string
}

/** What a sandbox's code can ask of the process around it. Everything is copied. */
export interface PreludeHost {
  /** Its reply comes by `resume`. */
  call(run: number, call: number, op: string, argument: unknown): void
  answer(run: number, answer: RunAnswer): void
  fail(run: number, message: string): void
  log(run: number, level: LogLevel, text: string): void
  /** Undefined for what is not a URL. With a name that part is replaced first. */
  url(href: string, base: string | undefined, name?: keyof UrlParts, value?: string): UrlParts | undefined
  encode(text: string): ArrayBuffer
  decode(bytes: ArrayBuffer): string
  base64(text: string, decodes: boolean): string | undefined
  random(bytes: number): ArrayBuffer
  now(): number
}

/** How the process around a sandbox enters it. */
export interface PreludeEntries {
  setHandler(handler: unknown, env: Readonly<Record<string, string>>): boolean
  start(run: number, request: RunRequest): void
  resume(run: number, call: number, value: unknown, fault: string | undefined): void
}

/**
 * Runs in each sandbox before the function's own code: the classes of the Fetch standard that handlers use, and the entries of the process around it. Its
 * text is what is run: it may use nothing from outside but `host`.
 */
export function installPrelude(host: PreludeHost): PreludeEntries {
  type BodyInit = string | ArrayBuffer | ArrayBufferView | URLSearchParamsOf | null | undefined
  type HeadersInit = HeadersOf | Readonly<Record<string, string>> | Iterable<readonly [string, string]> | undefined
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

  class HeadersOf {
    readonly #values = new Map<string, string[]>()

    constructor(init?: HeadersInit) {
      if (init === undefined || init === null) return
      const entries = Symbol.iterator in init ? (init as Iterable<readonly [string, string]>) : Object.entries(init)
      for (const [name, value] of entries) this.append(name, value)
    }

    append(name: string, value: string): void {
      const key = HeadersOf.#key(name)
      const list = this.#values.get(key)
      if (list === undefined) this.#values.set(key, [HeadersOf.#value(value)])
      else list.push(HeadersOf.#value(value))
    }

    set(name: string, value: string): void {
      this.#values.set(HeadersOf.#key(name), [HeadersOf.#value(value)])
    }

    get(name: string): string | null {
      return this.#values.get(HeadersOf.#key(name))?.join(', ') ?? null
    }

    getSetCookie(): string[] {
      return [...(this.#values.get('set-cookie') ?? [])]
    }

    has(name: string): boolean {
      return this.#values.has(HeadersOf.#key(name))
    }

    delete(name: string): void {
      this.#values.delete(HeadersOf.#key(name))
    }

    forEach(each: (value: string, name: string, headers: HeadersOf) => void): void {
      for (const [name, value] of this) each(value, name, this)
    }

    *entries(): IterableIterator<[string, string]> {
      for (const name of [...this.#values.keys()].sort()) {
        if (name === 'set-cookie') for (const value of this.getSetCookie()) yield [name, value]
        else yield [name, this.get(name) ?? '']
      }
    }

    *keys(): IterableIterator<string> {
      for (const [name] of this.entries()) yield name
    }

    *values(): IterableIterator<string> {
      for (const [, value] of this.entries()) yield value
    }

    [Symbol.iterator](): IterableIterator<[string, string]> {
      return this.entries()
    }

    static #key(name: string): string {
      const text = String(name)
      if (!/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(text)) throw new TypeError(`${JSON.stringify(text)} is not the name of a header`)
      return text.toLowerCase()
    }

    static #value(value: string): string {
      const text = String(value).trim()
      if (/[^\t\x20-\x7e\x80-\xff]/.test(text)) throw new TypeError('The value of a header has characters that none may have')
      return text
    }
  }

  class URLSearchParamsOf {
    #pairs: [string, string][] = []
    readonly #changed: ((text: string) => void) | undefined

    constructor(init?: string | Readonly<Record<string, string>> | Iterable<readonly [string, string]>, changed?: (text: string) => void) {
      if (typeof init === 'string') {
        const read = (text: string): string => {
          const spaced = text.replaceAll('+', ' ')
          try {
            return decodeURIComponent(spaced)
          } catch {
            return spaced
          }
        }
        for (const pair of init.replace(/^\?/, '').split('&')) {
          if (pair === '') continue
          const at = pair.indexOf('=')
          this.#pairs.push(at < 0 ? [read(pair), ''] : [read(pair.slice(0, at)), read(pair.slice(at + 1))])
        }
      } else if (init !== undefined && init !== null) {
        const entries = Symbol.iterator in init ? (init as Iterable<readonly [string, string]>) : Object.entries(init)
        for (const [name, value] of entries) this.#pairs.push([String(name), String(value)])
      }
      this.#changed = changed
    }

    get size(): number {
      return this.#pairs.length
    }

    get(name: string): string | null {
      return this.#pairs.find(([each]) => each === name)?.[1] ?? null
    }

    getAll(name: string): string[] {
      return this.#pairs.filter(([each]) => each === name).map(([, value]) => value)
    }

    has(name: string): boolean {
      return this.#pairs.some(([each]) => each === name)
    }

    append(name: string, value: string): void {
      this.#pairs.push([String(name), String(value)])
      this.#changed?.(this.toString())
    }

    set(name: string, value: string): void {
      const at = this.#pairs.findIndex(([each]) => each === name)
      const pair: [string, string] = [String(name), String(value)]
      this.#pairs = this.#pairs.filter(([each], index) => each !== name || index === at)
      if (at < 0) this.#pairs.push(pair)
      else this.#pairs[at] = pair
      this.#changed?.(this.toString())
    }

    delete(name: string): void {
      this.#pairs = this.#pairs.filter(([each]) => each !== name)
      this.#changed?.(this.toString())
    }

    sort(): void {
      this.#pairs.sort(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0))
      this.#changed?.(this.toString())
    }

    forEach(each: (value: string, name: string) => void): void {
      for (const [name, value] of this.#pairs) each(value, name)
    }

    entries(): IterableIterator<[string, string]> {
      return this.#pairs.map(([name, value]): [string, string] => [name, value]).values()
    }

    keys(): IterableIterator<string> {
      return this.#pairs.map(([name]) => name).values()
    }

    values(): IterableIterator<string> {
      return this.#pairs.map(([, value]) => value).values()
    }

    [Symbol.iterator](): IterableIterator<[string, string]> {
      return this.entries()
    }

    toString(): string {
      const write = (text: string): string =>
        encodeURIComponent(text)
          .replaceAll('%20', '+')
          .replace(/[!'()~]/g, (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`)
      return this.#pairs.map(([name, value]) => `${write(name)}=${write(value)}`).join('&')
    }
  }

  class URLOf {
    #parts: UrlParts
    #params: URLSearchParamsOf | undefined

    constructor(href: string | URLOf, base?: string | URLOf) {
      const parts = host.url(String(href), base === undefined ? undefined : String(base))
      if (parts === undefined) throw new TypeError(`${JSON.stringify(String(href).slice(0, 200))} is not a URL`)
      this.#parts = parts
    }

    static canParse(href: string, base?: string): boolean {
      return host.url(String(href), base === undefined ? undefined : String(base)) !== undefined
    }

    get searchParams(): URLSearchParamsOf {
      this.#params ??= new URLSearchParamsOf(this.#parts.search, (text) => this.#set('search', text))
      return this.#params
    }

    get href(): string {
      return this.#parts.href
    }

    get origin(): string {
      return this.#parts.origin
    }

    get protocol(): string {
      return this.#parts.protocol
    }

    set protocol(value: string) {
      this.#set('protocol', value)
    }

    get username(): string {
      return this.#parts.username
    }

    get password(): string {
      return this.#parts.password
    }

    get host(): string {
      return this.#parts.host
    }

    set host(value: string) {
      this.#set('host', value)
    }

    get hostname(): string {
      return this.#parts.hostname
    }

    set hostname(value: string) {
      this.#set('hostname', value)
    }

    get port(): string {
      return this.#parts.port
    }

    set port(value: string) {
      this.#set('port', value)
    }

    get pathname(): string {
      return this.#parts.pathname
    }

    set pathname(value: string) {
      this.#set('pathname', value)
    }

    get search(): string {
      return this.#parts.search
    }

    set search(value: string) {
      this.#set('search', value)
      this.#params = undefined
    }

    get hash(): string {
      return this.#parts.hash
    }

    set hash(value: string) {
      this.#set('hash', value)
    }

    toString(): string {
      return this.href
    }

    toJSON(): string {
      return this.href
    }

    #set(name: keyof UrlParts, value: string): void {
      this.#parts = host.url(this.#parts.href, undefined, name, String(value)) ?? this.#parts
    }
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
            body instanceof URLSearchParamsOf ? 'application/x-www-form-urlencoded;charset=UTF-8' : 'text/plain;charset=UTF-8',
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

    constructor(input: string | URLOf | RequestOf, init: RequestInit = {}, address = '') {
      super()
      const from = input instanceof RequestOf ? input : undefined
      this.method = String(init.method ?? from?.method ?? 'GET').toUpperCase()
      if (!/^[A-Z]{1,20}$/.test(this.method) || ['CONNECT', 'TRACE', 'TRACK'].includes(this.method))
        throw new TypeError(`${JSON.stringify(this.method)} is not a method that can be used`)
      this.url = from?.url ?? new URLOf(String(input)).href
      this.headers = new HeadersOf(init.headers ?? from?.headers)
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
      this.headers = new HeadersOf(init.headers)
      this.take(body, this.headers)
      this.body = this
    }

    get ok(): boolean {
      return this.status < 300
    }

    static json(value: unknown, init: ResponseInit = {}): ResponseOf {
      const headers = new HeadersOf(init.headers)
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
  const logger =
    (level: LogLevel) =>
    (...values: unknown[]): void =>
      host.log(current, level, values.map(shown).join(' ').slice(0, 4000))

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

  Object.assign(globalThis, {
    Headers: HeadersOf,
    Request: RequestOf,
    Response: ResponseOf,
    URL: URLOf,
    URLSearchParams: URLSearchParamsOf,
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
      host.fail(run, (error instanceof Error ? String(error.stack ?? error.message) : `${error}`).slice(0, 4000))
    }
  }

  return {
    setHandler(found, env) {
      environment = Object.freeze({ ...env })
      const usable = typeof (found as Handler | undefined)?.fetch === 'function'
      handler = usable ? (found as Handler) : undefined
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
