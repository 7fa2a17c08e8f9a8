import { createHash, createPublicKey, type KeyObject } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '../errors.ts'
import { type AcmeProblem, acmeError, problemName } from './acme-problem.ts'

/** How a name is shown to be ours. */
export interface ChallengeSolver {
  readonly type: 'http-01' | 'dns-01'
  /** Makes the answer visible; rejects with `acme.hook_failed`. `token` is in the path of HTTP-01. */
  present(name: string, token: string, keyAuthorization: string): Promise<void>
  /** Takes it away again; also after a failure. */
  withdraw(name: string, token: string, keyAuthorization: string): Promise<void>
}

export interface AcmeClientOptions {
  /** URL of the directory. */
  readonly directory: string
  /** Of the account: a private key on P-256. */
  readonly key: KeyObject
  /** Where the authority writes to; nobody where empty. */
  readonly email: string
  /** Ends every request and wait. */
  readonly signal: AbortSignal
}

interface Directory {
  readonly newNonce: string
  readonly newAccount: string
  readonly newOrder: string
}

interface Order {
  readonly status: string
  readonly authorizations: readonly string[]
  readonly finalize: string
  readonly certificate?: string
  readonly error?: AcmeProblem
}

interface Authorization {
  readonly status: string
  readonly identifier: { readonly value: string }
  readonly challenges: readonly Challenge[]
}

interface Challenge {
  readonly type: string
  readonly url: string
  readonly token: string
  readonly error?: AcmeProblem
}

const requestMs = 30_000
/** How long an authority may take to validate a name or to issue a certificate, ms. */
const patienceMs = 180_000
const maxBytes = 1 << 20
/** A server may reject a nonce at any time (RFC 8555, section 6.5); more often than this in a row it is broken. */
const nonceTries = 8

/** One account at an authority: orders certificates (RFC 8555). */
export class AcmeClient {
  readonly #options: AcmeClientOptions
  #directory: Directory | undefined
  #nonce: string | undefined
  #account: string | undefined

  constructor(options: AcmeClientOptions) {
    this.#options = options
  }

  /** Orders a certificate for `names` and answers its chain in PEM. `request` is the PKCS #10 request in DER. Throws `acme.*`. */
  async order(names: readonly string[], request: Uint8Array, solver: ChallengeSolver): Promise<string> {
    const { newOrder } = await this.#open()
    const identifiers = names.map((value) => ({ type: 'dns', value }))
    const { body, location } = await this.#post(newOrder, { identifiers })
    let order = body as Order
    for (const url of order.authorizations) await this.#authorize(url, solver)
    await this.#post(order.finalize, { csr: Buffer.from(request).toString('base64url') })
    order = await this.#until<Order>(location, ({ status }) => status !== 'pending' && status !== 'ready' && status !== 'processing')
    if (order.status !== 'valid' || order.certificate === undefined) throw acmeError(order.error ?? {})
    const { text } = await this.#post(order.certificate, undefined)
    return text
  }

  async #open(): Promise<Directory> {
    const directory = this.#directory ?? ((await this.#request(this.#options.directory)).body as Directory)
    this.#directory = directory
    if (this.#account === undefined) {
      const { email } = this.#options
      const contact = email === '' ? {} : { contact: [`mailto:${email}`] }
      this.#account = (await this.#post(directory.newAccount, { termsOfServiceAgreed: true, ...contact })).location
    }
    return directory
  }

  async #authorize(url: string, solver: ChallengeSolver): Promise<void> {
    const { status, identifier, challenges } = (await this.#post(url, undefined)).body as Authorization
    if (status === 'valid') return
    const name = identifier.value
    const challenge = challenges.find(({ type }) => type === solver.type)
    if (challenge === undefined) throw new AppError('acme.rejected', `${name}: the authority offers no ${solver.type} challenge`)
    const authorization = `${challenge.token}.${await this.#thumbprint()}`
    try {
      await solver.present(name, challenge.token, authorization)
      await this.#post(challenge.url, {})
      const done = await this.#until<Authorization>(url, ({ status: now }) => now !== 'pending')
      if (done.status === 'valid') return
      throw acmeError(done.challenges.find(({ error }) => error !== undefined)?.error ?? {}, name)
    } finally {
      await solver.withdraw(name, challenge.token, authorization)
    }
  }

  async #until<T>(url: string, isDone: (value: T) => boolean): Promise<T> {
    const untilMs = performance.now() + patienceMs
    for (let waitMs = 250; ; waitMs = Math.min(5000, waitMs * 2)) {
      const value = (await this.#post(url, undefined)).body as T
      if (isDone(value)) return value
      if (performance.now() > untilMs) throw new AppError('acme.away', `The authority did not finish within ${patienceMs / 1000} s`)
      await sleep(waitMs, undefined, { signal: this.#options.signal })
    }
  }

  /** A signed request; without payload it reads (RFC 8555, section 6.3). */
  async #post(url: string, payload: object | undefined): Promise<AcmeAnswer> {
    const { FlattenedSign, exportJWK } = await import('jose')
    for (let tries = 1; ; tries++) {
      const nonce = this.#nonce ?? (await this.#newNonce())
      this.#nonce = undefined
      const who = this.#account === undefined ? { jwk: await exportJWK(createPublicKey(this.#options.key)) } : { kid: this.#account }
      const signed = await new FlattenedSign(Buffer.from(payload === undefined ? '' : JSON.stringify(payload)))
        .setProtectedHeader({ alg: 'ES256', nonce, url, ...who })
        .sign(this.#options.key)
      try {
        return await this.#request(url, JSON.stringify(signed))
      } catch (error) {
        if (!(error instanceof BadNonce) || tries === nonceTries) throw error
      }
    }
  }

  async #newNonce(): Promise<string> {
    await this.#request((this.#directory as Directory).newNonce)
    if (this.#nonce === undefined) throw new AppError('acme.away', `${this.#options.directory} gave no nonce`)
    return this.#nonce
  }

  async #request(url: string, signed?: string): Promise<AcmeAnswer> {
    const { signal: ended, directory } = this.#options
    let response: Response
    let text: string
    try {
      const signal = AbortSignal.any([ended, AbortSignal.timeout(requestMs)])
      const headers = { 'content-type': 'application/jose+json', 'user-agent': 'ami-streams' }
      response = await fetch(url, { redirect: 'error', signal, headers, ...(signed === undefined ? {} : { method: 'POST', body: signed }) })
      text = await readText(response)
    } catch (cause) {
      const reason = (cause as { cause?: Error }).cause?.message ?? (cause as Error).message
      throw new AppError('acme.away', `${directory} does not answer: ${reason}`, { cause })
    }
    this.#nonce = response.headers.get('replay-nonce') ?? this.#nonce
    const isJson = response.headers.get('content-type')?.includes('json') === true
    const body = isJson ? readJson(text, directory) : undefined
    if (response.ok) return { body, text, location: response.headers.get('location') ?? '' }
    const problem = (body ?? { detail: `${directory} answered ${response.status}` }) as AcmeProblem
    if (problemName(problem) === 'badNonce') throw new BadNonce('acme.away', String(problem.detail))
    throw acmeError(problem)
  }

  async #thumbprint(): Promise<string> {
    const { calculateJwkThumbprint, exportJWK } = await import('jose')
    return calculateJwkThumbprint(await exportJWK(createPublicKey(this.#options.key)))
  }
}

interface AcmeAnswer {
  readonly body: unknown
  readonly text: string
  /** URL of what was made; empty where nothing was. */
  readonly location: string
}

class BadNonce extends AppError {}

/** What the record `_acme-challenge.NAME` of DNS-01 has to be (RFC 8555, section 8.4). */
export function dnsValue(keyAuthorization: string): string {
  return createHash('sha256').update(keyAuthorization).digest('base64url')
}

async function readText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength
    if (bytes > maxBytes) throw new Error(`the answer is larger than ${maxBytes} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function readJson(text: string, directory: string): unknown {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null) return value
  } catch {
    // said below
  }
  throw new AppError('acme.away', `${directory} answered with JSON that cannot be read`)
}
