import { AppError, type ErrorCode } from '../../platform/errors.ts'
import type { Logger } from '../../platform/logger.ts'
import { isLoopback } from '../../platform/net/loopback.ts'
import type { ObsDial } from '../connection/obs-channel.ts'
import { ObsConnection, type ObsTimes } from '../connection/obs-connection.ts'
import { Mirror } from '../mirror/mirror.ts'
import type { InstanceState, ObsVersion } from '../schemas/instance.ts'
import type { MirrorChange } from '../schemas/mirror.ts'
import type { StoredInstance } from './instance-store.ts'
import type { ObsSession } from './obs-session.ts'

export interface InstanceEvents {
  /** State, error or activity changed; `brief`: only the time of the next attempt did. */
  onChange(brief: boolean): void
  onState(state: InstanceState, error: AppError | undefined): void
  /** `bytes`: about its size. */
  onMirror(change: MirrorChange, bytes: number): void
  onEvent(event: string, data: Record<string, unknown>): void
}

export interface ManagedInstanceOptions extends InstanceEvents {
  readonly stored: () => StoredInstance
  /** Rejects with `secret.unreadable`. */
  readonly password: () => Promise<string>
  /** The way to it, as it is stored now. */
  readonly dial: () => ObsDial
  readonly times: ObsTimes
  readonly log: Logger
}

/** What only a person can change: it is tried again, but seldom. */
const needsPerson: ReadonlySet<ErrorCode> = new Set([
  'obs.password_wrong',
  'obs.password_needed',
  'obs.version_too_old',
  'obs.not_obs',
  'obs.closed_by_obs',
  'obs.too_large',
  'url.forbidden',
  'secret.unreadable',
])
const firstWaitMs = 500
const maxWaitMs = 30_000
const personWaitMs = 60_000
/** A connection that is lost earlier is not opened again at once, ms. */
const steadyMs = 5000

/** The connection to one OBS: opens it, keeps its mirror, opens it again. */
export class ManagedInstance {
  readonly #options: ManagedInstanceOptions
  #state: InstanceState = 'disconnected'
  #stateSinceMs = Date.now()
  #error: AppError | undefined
  #nextAttemptMs: number | undefined
  #attempts = 0
  #reconnects = 0
  #revision = 0
  #connection: ObsConnection | undefined
  #mirror: Mirror | undefined
  #session: ObsSession | undefined
  #running: AbortController | undefined
  #wake: (() => void) | undefined
  #levelsWanted = false
  /** What of the mirror is in the list of instances, as it was announced. */
  #shown = ''

  constructor(options: ManagedInstanceOptions) {
    this.#options = options
  }

  get state(): InstanceState {
    return this.#state
  }

  get status() {
    return {
      state: this.#state,
      stateSinceMs: this.#stateSinceMs,
      error: this.#error,
      nextAttemptMs: this.#nextAttemptMs,
      attempts: this.#attempts,
      reconnects: this.#reconnects,
    }
  }

  get version(): ObsVersion | undefined {
    return this.#connection?.version
  }

  get activity(): { readonly streaming: boolean; readonly recording: boolean; readonly program: string | null } | undefined {
    const { outputs, program } = this.#session === undefined ? {} : (this.#mirror ?? {})
    if (outputs === undefined) return undefined
    return { streaming: outputs.stream !== 'stopped', recording: outputs.record !== 'stopped', program: program ?? null }
  }

  /** Throws `obs.not_connected`, which says why. */
  get session(): ObsSession {
    if (this.#session !== undefined) return this.#session
    const { name } = this.#options.stored()
    const why =
      this.#error === undefined
        ? this.#state === 'connecting'
          ? 'it is being connected'
          : 'its connection is switched off'
        : this.#error.message
    throw new AppError('obs.not_connected', `OBS "${name}" is not connected: ${why}`, {
      details: { state: this.#state, ...(this.#error && { code: this.#error.code, remedy: this.#error.remedy }) },
    })
  }

  get hasSession(): boolean {
    return this.#session !== undefined
  }

  /** Connects, and again whenever it is lost, until `stop`. At once where it waits for the next attempt. */
  start(): void {
    if (this.#running !== undefined) {
      this.#wake?.()
      return
    }
    const running = new AbortController()
    this.#running = running
    this.#attempts = 0
    void this.#run(running.signal).catch((error: unknown) => this.#options.log.error({ err: error }, 'the control of an OBS ended'))
  }

  stop(): void {
    this.#running?.abort(new AppError('obs.not_connected', 'The connection was switched off'))
    this.#running = undefined
    this.#wake = undefined
    this.#leave()
    this.#nextAttemptMs = undefined
    this.#enter('disconnected', undefined)
  }

  /** Audio levels are sent by OBS only while somebody looks. */
  wantLevels(wanted: boolean): void {
    this.#levelsWanted = wanted
    this.#connection?.wantLevels(wanted).catch(() => undefined)
  }

  async #run(signal: AbortSignal): Promise<void> {
    for (;;) {
      // Attempts in a row are one state: whoever watches sees when the next one is.
      if (this.#attempts === 0) this.#enter('connecting', undefined)
      try {
        const lost = await this.#connect(signal)
        const sinceMs = performance.now()
        const reason = await lost.reason
        if (signal.aborted) return
        if (needsPerson.has(reason.code)) throw reason
        this.#leave()
        this.#reconnects++
        this.#enter('connecting', reason)
        await this.#wait(performance.now() - sinceMs > steadyMs ? firstWaitMs / 2 : this.#options.times.maxLocalWaitMs, signal)
      } catch (error) {
        if (signal.aborted) return
        this.#leave()
        const fault =
          error instanceof AppError ? error : new AppError('obs.unreachable', String((error as Error).message), { cause: error })
        this.#attempts++
        const isForPerson = needsPerson.has(fault.code)
        const waitMs = isForPerson ? personWaitMs : this.#waitAfter(this.#attempts)
        this.#nextAttemptMs = Date.now() + waitMs
        this.#enter(isForPerson ? 'failed' : 'disconnected', fault)
        await this.#wait(waitMs, signal)
      }
      if (signal.aborted) return
    }
  }

  #waitAfter(attempts: number): number {
    const longest = isLoopback(this.#options.stored().host) ? this.#options.times.maxLocalWaitMs : maxWaitMs
    return Math.min(firstWaitMs * 2 ** Math.min(attempts - 1, 10), longest)
  }

  /** Opens a connection and reads the mirror; `reason` resolves with why it ended. */
  async #connect(signal: AbortSignal): Promise<{ readonly reason: Promise<AppError> }> {
    const { stored, password, dial, times, log, onEvent, onMirror } = this.#options
    const { id } = stored()
    const lost = Promise.withResolvers<AppError>()
    let mirror: Mirror | undefined
    const connection = await ObsConnection.open({
      dial: dial(),
      password: await password(),
      times,
      signal,
      onEvent: (event, data, bytes) => {
        mirror?.onEvent(event, data, bytes)
        onEvent(event, data)
      },
      onLost: (reason) => lost.resolve(reason),
    })
    if (signal.aborted) {
      connection.close()
      throw signal.reason
    }
    this.#connection = connection
    mirror = new Mirror({
      obs: id,
      revision: this.#revision,
      connection,
      log,
      publish: (change, bytes) => {
        onMirror(change, bytes)
        this.#showActivity()
      },
      fail: (reason) => connection.fail(reason),
    })
    this.#mirror = mirror
    await mirror.load()
    if (signal.aborted) throw signal.reason
    const known = mirror
    this.#session = {
      id,
      get name() {
        return stored().name
      },
      version: connection.version,
      localAddress: connection.localAddress,
      mirror: () => known.read(),
      files: () => known.files,
      call: (request, data, timeoutMs) => connection.call(request, data, timeoutMs),
      batch: (requests, how, timeoutMs) => connection.batch(requests, how, timeoutMs),
      refresh: (part) => known.refresh(part),
    }
    if (this.#levelsWanted) this.wantLevels(true)
    this.#attempts = 0
    this.#nextAttemptMs = undefined
    this.#shown = JSON.stringify(this.activity)
    this.#enter('connected', undefined)
    return { reason: lost.promise }
  }

  /** Ends what is open. */
  #leave(): void {
    this.#session = undefined
    if (this.#mirror !== undefined) this.#revision = this.#mirror.revision
    this.#mirror?.stop()
    this.#mirror = undefined
    this.#connection?.close()
    this.#connection = undefined
  }

  #enter(state: InstanceState, error: AppError | undefined): void {
    const same = this.#state === state && this.#error?.code === error?.code
    this.#error = error
    if (!same) {
      if (this.#state !== state) this.#stateSinceMs = Date.now()
      this.#state = state
      this.#options.onState(state, error)
    }
    this.#options.onChange(same)
  }

  #showActivity(): void {
    if (this.#session === undefined) return
    const shown = JSON.stringify(this.activity)
    if (shown === this.#shown) return
    this.#shown = shown
    this.#options.onChange(false)
  }

  async #wait(ms: number, signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, ms).unref()
    const onStop = (): void => resolve()
    signal.addEventListener('abort', onStop, { once: true })
    this.#wake = () => {
      this.#attempts = 0
      resolve()
    }
    await promise
    this.#wake = undefined
    signal.removeEventListener('abort', onStop)
    clearTimeout(timer)
  }
}
