/** What is in a report where a secret was. */
const removed = '***'

/** Names of fields whose values are left out whatever they are. */
const secretNames =
  /^(?:key|keys|keyhint|secret|token|authorization|cookie|password|passwd|pass|passphrase|credentials?|url|uri|urls|address|addresses|remoteaddress|host|hostname|server|email|signinurl|link|bind)$/i

/** `key=…`, `token: "…"`, `Bearer …` in running text. */
const namedInText =
  /\b(key|streamkey|token|secret|password|passwd|pass|passphrase|authorization|auth|sig|signature|cookie)(["']?\s*[=:]\s*["']?|\s+)(?:bearer\s+|basic\s+)?([^\s"',;&)}\]]{4,})/gi
const bearer = /\b(bearer|basic)\s+[A-Za-z0-9+/=._~-]{6,}/gi
/** Names that a connection failed to. */
const reached = /\b(E[A-Z]{3,}(?:_[A-Z]+)?)\s+([A-Za-z0-9][A-Za-z0-9.-]*\.[A-Za-z0-9.-]+)/g
const urls = /[a-z][a-z0-9+.-]{1,20}:\/\/[^\s'"<>`\\]+/gi
const emails = /[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}/g
const ipv4 = /\b\d{1,3}(?:\.\d{1,3}){3}\b/g
const ipv6 = /(?<![\w:.])(?:[0-9a-f]{1,4}:){3,7}[0-9a-f]{1,4}(?![\w:])|(?<![\w:.])(?:[0-9a-f]{1,4}:){1,6}:[0-9a-f]{1,4}(?![\w:])/gi
/** Runs that nobody chose as a word: secrets of ours have 43 characters of it. */
const random = /[A-Za-z0-9_-]{20,}/g

/**
 * Takes out of what is sent to strangers what they must not know: every URL and IP address but this machine's own, what is named as a
 * secret, what looks like one, and the texts that are known to be private.
 */
export class Redactor {
  readonly #known: readonly string[]
  readonly #addresses = new Map<string, string>()

  constructor(known: readonly string[]) {
    // The longer first: a shorter one may be part of it.
    this.#known = [...new Set(known.flatMap((text) => [text, JSON.stringify(text).slice(1, -1), encodeURIComponent(text)]))]
      .filter((text) => text.length >= 4)
      .sort((a, b) => b.length - a.length)
  }

  /** The same value without them. */
  redact(value: unknown): unknown {
    if (typeof value === 'string') return this.text(value)
    if (Array.isArray(value)) return value.map((each) => this.redact(each))
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(
      Object.entries(value).map(([name, inner]) => [
        this.text(name),
        secretNames.test(name) && typeof inner === 'string' && inner !== '' ? removed : this.redact(inner),
      ]),
    )
  }

  text(text: string): string {
    let clean = text
    for (const known of this.#known) if (clean.includes(known)) clean = clean.replaceAll(known, removed)
    return clean
      .replace(urls, (url) =>
        isOwn(url) ? `${url.slice(0, url.indexOf('://'))}://(this machine)` : `${url.slice(0, url.indexOf('://'))}://${removed}`,
      )
      .replace(emails, removed)
      .replace(reached, (whole, code: string, host: string) => (host.startsWith('127.') ? whole : `${code} ${removed}`))
      .replace(bearer, `$1 ${removed}`)
      .replace(namedInText, (whole, name: string, between: string, secret: string) =>
        secret === removed ? whole : `${name}${between}${removed}`,
      )
      .replace(ipv4, (address) => (isVersion(address) ? address : this.#address(address)))
      .replace(ipv6, (address) => this.#address(address))
      .replace(random, (run) => (looksChosen(run) ? run : removed))
  }

  /** The same IP address is the same number, so that it can be seen what belongs together. */
  #address(address: string): string {
    if (address.startsWith('127.') || address === '0.0.0.0' || address === '::1') return address
    const known = this.#addresses.get(address) ?? `(IP address ${this.#addresses.size + 1})`
    this.#addresses.set(address, known)
    return known
  }
}

function isOwn(url: string): boolean {
  return /^[a-z0-9+.-]+:\/\/(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?\/?$/i.test(url)
}

/** Four numbers of which one is no part of an IP address. */
function isVersion(text: string): boolean {
  return text.split('.').some((each) => Number(each) > 255)
}

/** Words that are joined by hyphens or underscores, with numbers of their own. */
function looksChosen(run: string): boolean {
  return run
    .split(/[-_]/)
    .every((word) => /^(?:[a-z]*|[A-Z]*|[A-Z]?[a-z]+(?:[A-Z][a-z]+)*|\d+|[a-z]+\d{1,3})$/.test(word) && word.length < 30)
}
