import { createPrivateKey, generateKeyPairSync, type KeyObject, X509Certificate } from 'node:crypto'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createSecureContext } from 'node:tls'
import { AppError } from '../errors.ts'
import type { Logger } from '../logger.ts'
import { replaceFile } from '../storage/replace-file.ts'
import { AcmeClient, type ChallengeSolver } from './acme-client.ts'
import type { AcmeOptions } from './acme-settings.ts'
import { type AcmeStatus, acmeStatusFile } from './acme-status.ts'
import { createCertificateRequest } from './certificate-request.ts'

export interface AcmeCertificateOptions {
  /** Where key of the account and certificate are kept. */
  readonly dir: string
  readonly names: readonly string[]
  readonly acme: Pick<AcmeOptions, 'directory' | 'email'>
  readonly solver: ChallengeSolver
  /** There is another certificate. */
  readonly onChange: () => void
  readonly log: Pick<Logger, 'info' | 'warn'>
}

/** PEM. */
interface CertificatePair {
  readonly cert: string
  readonly key: string
}

interface Kept extends CertificatePair {
  readonly directory: string
}

/** After a failure the next order waits so long, ms: authorities allow five failures an hour. */
const waitsMs = [60_000, 15 * 60_000, 60 * 60_000, 6 * 60 * 60_000] as const
/** `setTimeout` takes no more than 24.8 days. */
const maxTimerMs = 24 * 3_600_000

/** A certificate of an ACME authority that is ordered and renewed by itself. */
export class AcmeCertificate {
  readonly #options: AcmeCertificateOptions
  readonly #ended = new AbortController()
  #pair: CertificatePair | undefined
  #problem: AppError | undefined
  #failures = 0
  #nextMs: number | undefined
  #running: Promise<void> | undefined
  #timer: NodeJS.Timeout | undefined

  constructor(options: AcmeCertificateOptions) {
    this.#options = options
    this.#pair = readKept(options)
  }

  /** Undefined until the first one was issued, and once it has expired. */
  get current(): CertificatePair | undefined {
    return this.#pair !== undefined && timesOf(this.#pair.cert).toMs > Date.now() ? this.#pair : undefined
  }

  get status(): AcmeStatus {
    const isoOf = (ms: number): string => new Date(ms).toISOString()
    const problem = this.#problem
    return {
      names: [...this.#options.names],
      state: this.#running !== undefined ? 'ordering' : problem !== undefined ? 'failed' : this.#pair === undefined ? 'ordering' : 'valid',
      expiresAt: this.#pair === undefined ? null : isoOf(timesOf(this.#pair.cert).toMs),
      nextAt: this.#nextMs === undefined ? null : isoOf(this.#nextMs),
      problem: problem === undefined ? null : { code: problem.code, message: problem.message, remedy: problem.remedy },
    }
  }

  /** Orders one now where it is missing, and each time before it expires. The challenge must be answered from now on. */
  start(): void {
    this.#plan(this.#pair === undefined ? 0 : renewalMs(this.#pair.cert))
  }

  async stop(): Promise<void> {
    clearTimeout(this.#timer)
    this.#ended.abort()
    await this.#running
  }

  #plan(atMs: number): void {
    if (this.#ended.signal.aborted) return
    this.#nextMs = Math.max(atMs, Date.now())
    const look = (): void => {
      const restMs = (this.#nextMs ?? 0) - Date.now()
      if (restMs > 0) this.#timer = setTimeout(look, Math.min(restMs, maxTimerMs)).unref()
      else
        this.#running = this.#renew().finally(() => {
          this.#running = undefined
          this.#writeStatus()
        })
    }
    look()
  }

  async #renew(): Promise<void> {
    const { names, acme, solver, log, onChange } = this.#options
    try {
      const client = new AcmeClient({ ...acme, key: this.#accountKey(), signal: this.#ended.signal })
      const { key, request } = await createCertificateRequest(names)
      const pair = { cert: await client.order(names, request, solver), key }
      if (!isUsable(pair, names)) throw new AppError('acme.rejected', `The certificate of ${acme.directory} is not for ${names.join(', ')}`)
      replaceFile(this.#file('certificate.json'), JSON.stringify({ ...pair, directory: acme.directory } satisfies Kept))
      this.#pair = pair
      this.#problem = undefined
      this.#failures = 0
      this.#plan(nextRenewalMs(pair.cert))
      log.info({ names, until: this.status.expiresAt }, 'the certificate was issued')
      onChange()
    } catch (error) {
      if (this.#ended.signal.aborted) return
      this.#problem = error instanceof AppError ? error : new AppError('acme.rejected', (error as Error).message, { cause: error })
      const waitMs = waitsMs[Math.min(this.#failures++, waitsMs.length - 1)] as number
      this.#plan(Date.now() + waitMs)
      const { code, message, remedy } = this.#problem
      log.warn({ names, code, reason: message, remedy, nextAt: this.status.nextAt }, 'no certificate was issued')
    }
  }

  #writeStatus(): void {
    try {
      replaceFile(this.#file(acmeStatusFile), JSON.stringify(this.status))
    } catch (error) {
      this.#options.log.warn({ err: error }, 'the state of the certificate could not be written')
    }
  }

  #accountKey(): KeyObject {
    const file = this.#file('account-key.pem')
    mkdirSync(this.#options.dir, { recursive: true, mode: 0o700 })
    try {
      return createPrivateKey(readFileSync(file, 'utf8'))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
        throw new AppError('storage.unreadable', `${file}: ${(error as Error).message}`)
    }
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    replaceFile(file, privateKey.export({ type: 'pkcs8', format: 'pem' }).toString())
    return privateKey
  }

  #file(name: string): string {
    return join(this.#options.dir, name)
  }
}

/** The certificate that was kept, where it is of this authority and for these names. */
function readKept({ dir, names, acme }: AcmeCertificateOptions): CertificatePair | undefined {
  try {
    const { cert, key, directory } = JSON.parse(readFileSync(join(dir, 'certificate.json'), 'utf8')) as Kept
    return directory === acme.directory && isUsable({ cert, key }, names) ? { cert, key } : undefined
  } catch {
    return undefined
  }
}

function isUsable(pair: CertificatePair, names: readonly string[]): boolean {
  createSecureContext(pair)
  const has = new Set((new X509Certificate(pair.cert).subjectAltName ?? '').split(', '))
  return names.every((name) => has.has(`DNS:${name}`))
}

function timesOf(cert: string): { readonly fromMs: number; readonly toMs: number } {
  const { validFrom, validTo } = new X509Certificate(cert)
  return { fromMs: Date.parse(validFrom), toMs: Date.parse(validTo) }
}

/** A third of its life is left then, as authorities recommend. */
function renewalMs(cert: string): number {
  const { fromMs, toMs } = timesOf(cert)
  return toMs - (toMs - fromMs) / 3
}

/** The same for one that has just come: where the clocks are far apart it would be renewed again and again. */
function nextRenewalMs(cert: string): number {
  const { fromMs, toMs } = timesOf(cert)
  return Math.max(renewalMs(cert), Date.now() + (toMs - fromMs) / 10)
}
