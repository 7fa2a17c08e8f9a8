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

/** Reads a URL: undefined for what is not one. With a name that part is replaced first. */
export type ReadUrl = (href: string, base: string | undefined, name?: keyof UrlParts, value?: string) => UrlParts | undefined

export type UrlClasses = ReturnType<typeof urlClasses>
export type URLSearchParamsOf = InstanceType<UrlClasses['URLSearchParamsOf']>
export type URLOf = InstanceType<UrlClasses['URLOf']>

/** `URL` and `URLSearchParams` of the URL standard. Part of the prelude: its text is what is run, it may use nothing from outside but `host`. */
export function urlClasses(host: { readonly url: ReadUrl }) {
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

  return { URLSearchParamsOf, URLOf }
}
