export type HeadersInit = HeadersOf | Readonly<Record<string, string>> | Iterable<readonly [string, string]> | undefined
export type HeadersClass = ReturnType<typeof headersClass>
export type HeadersOf = InstanceType<HeadersClass>

/** `Headers` of the Fetch standard. Part of the prelude: its text is what is run, it may use nothing from outside. */
export function headersClass() {
  class HeadersOf {
    readonly #values = new Map<string, string[]>()

    constructor(init?: HeadersOf | Readonly<Record<string, string>> | Iterable<readonly [string, string]>) {
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

  return HeadersOf
}
