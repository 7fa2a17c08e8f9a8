import { EventSubscription, RequestBatchExecutionType } from 'obs-websocket-js/json'
import { AppError } from '../../platform/errors.ts'
import { repeat } from '../../platform/timing/repeat.ts'
import type { Batch, ObsRequest } from '../schemas/commands.ts'
import type { ObsVersion } from '../schemas/instance.ts'
import { ChangeOrder, changedBy } from './change-order.ts'
import type { ObsDial } from './obs-channel.ts'
import { connectionFault, isStatus, requestFault } from './obs-fault.ts'
import { ObsSocket } from './obs-socket.ts'
import { listOf, numberOf, type Said, textOf, textsOf } from './said.ts'

export interface ObsTimes {
  /** For the connection, the greeting and the first answer, ms. */
  readonly connectMs: number
  /** For one request, ms. */
  readonly requestMs: number
  /** Silence after which OBS is asked for a sign of life; twice that, and the connection is given up, ms. */
  readonly silenceMs: number
  /**
   * Longest wait before an OBS on this machine is tried again, ms: there an attempt costs next to nothing, and people wait for the OBS that
   * they have just started.
   */
  readonly maxLocalWaitMs: number
}

export const usualTimes: ObsTimes = { connectMs: 8000, requestMs: 10_000, silenceMs: 10_000, maxLocalWaitMs: 4000 }

export interface ConnectObsOptions {
  readonly dial: ObsDial
  readonly password: string
  readonly times: ObsTimes
  readonly signal: AbortSignal
  /** Every event of OBS, in order; `bytes` is the size of its message. */
  readonly onEvent: (event: string, data: Record<string, unknown>, bytes: number) => void
  /** The connection is over without `close`; called once. */
  readonly onLost: (reason: AppError) => void
}

/** What OBS answers, in its own words; null where it has nothing to say. */
export type ObsAnswer = Record<string, unknown> | null

export interface BatchResult {
  readonly request: string
  readonly ok: boolean
  readonly code: number
  readonly comment: string | null
  readonly answer: ObsAnswer
}

/** Requests that wait for an answer at a time. */
const maxOpen = 500
/** Requests without which there is no mirror. */
const needed = ['GetSceneList', 'GetSceneItemList', 'GetInputList', 'GetSceneTransitionList', 'SetCurrentProgramScene', 'GetStreamStatus']
const usualEvents =
  EventSubscription.All |
  EventSubscription.InputActiveStateChanged |
  EventSubscription.InputShowStateChanged |
  EventSubscription.SceneItemTransformChanged
const executions = {
  serial: RequestBatchExecutionType.SerialRealtime,
  frame: RequestBatchExecutionType.SerialFrame,
  parallel: RequestBatchExecutionType.Parallel,
} as const

/** One open connection to an OBS. Requests reject with `obs.*`. */
export class ObsConnection {
  readonly version: ObsVersion
  /** This machine's name or IP address, as that OBS can reach it. */
  readonly localAddress: string | undefined
  readonly #socket: ObsSocket
  readonly #options: ConnectObsOptions
  readonly #watching: NodeJS.Timeout
  readonly #ended = Promise.withResolvers<never>()
  readonly #order = new ChangeOrder()
  #open = 0
  #over: AppError | undefined
  #levels = false

  private constructor(socket: ObsSocket, version: ObsVersion, options: ConnectObsOptions, localAddress: string | undefined) {
    this.localAddress = localAddress
    this.#socket = socket
    this.version = version
    this.#options = options
    // Requests that wait learn of it; without any, nobody does.
    this.#ended.promise.catch(() => undefined)
    this.#watching = repeat(options.times.silenceMs, () => this.#checkSilence())
    socket.once('ConnectionClosed', (error) => this.#end(this.#lostBy(error)))
  }

  /** Connects, signs in and reads the version. Rejects with `obs.*` or `url.forbidden`. */
  static async open(options: ConnectObsOptions): Promise<ObsConnection> {
    const { dial, password, times, signal } = options
    const { where } = dial
    const asked = { authentication: false, password: password !== '' }
    let socket: ObsSocket | undefined
    let connection: ObsConnection | undefined
    const timer = AbortSignal.timeout(times.connectMs)
    const stopped = AbortSignal.any([signal, timer])
    const given = Promise.withResolvers<never>()
    given.promise.catch(() => undefined)
    const onStop = (): void => {
      socket?.terminate()
      given.reject(
        timer.aborted ? new AppError('obs.not_answering', `${where} accepts connections but does not answer as OBS does`) : signal.reason,
      )
    }
    stopped.addEventListener('abort', onStop)
    try {
      const opening = dial.open(times.connectMs)
      // What opens too late is nobody's.
      opening.then((late) => stopped.aborted && late.terminate()).catch(() => undefined)
      const channel = await Promise.race([opening, given.promise])
      socket = new ObsSocket({
        channel,
        onEvent: (event, data, bytes) => {
          if (connection !== undefined) options.onEvent(event, (data ?? {}) as Record<string, unknown>, bytes)
        },
        isAsked: () => connection !== undefined && connection.#open > 0,
        onTooLarge(what) {
          const fault = new AppError('obs.too_large', `The OBS at ${where} sent ${what}`)
          if (connection === undefined) given.reject(fault)
          else connection.fail(fault)
        },
      })
      socket.once('Hello', (hello) => {
        asked.authentication = hello.authentication !== undefined
      })
      const greeting = socket.connect(undefined, password === '' ? undefined : password, {
        rpcVersion: 1,
        eventSubscriptions: usualEvents,
      })
      greeting.catch(() => undefined)
      await Promise.race([greeting, given.promise])
      const version = await Promise.race([readVersion(socket, where), given.promise])
      connection = new ObsConnection(socket, version, options, dial.localAddress(channel))
      return connection
    } catch (error) {
      socket?.terminate()
      throw signal.aborted ? signal.reason : connectionFault(error, where, asked)
    } finally {
      stopped.removeEventListener('abort', onStop)
    }
  }

  /** Sends one request. A change of a source waits for the answer to the change of it before. */
  async call(request: string, data?: Readonly<Record<string, unknown>>, timeoutMs = this.#options.times.requestMs): Promise<ObsAnswer> {
    const changed = changedBy([{ request, ...(data && { data }) }])
    const answer = await this.#wait(request, () => this.#socket.call(request as never, data as never), timeoutMs, changed)
    return (answer as ObsAnswer | undefined) ?? null
  }

  /** Sends many requests as one message. Does not reject where one of them fails. */
  async batch(
    requests: readonly ObsRequest[],
    { haltOnFailure = false, execution = 'serial' }: Pick<Batch, 'haltOnFailure' | 'execution'> = {},
    timeoutMs = this.#options.times.requestMs * 3,
  ): Promise<readonly BatchResult[]> {
    const sent = requests.map(({ request, data }) => ({ requestType: request, requestData: data ?? {} }))
    const results = await this.#wait(
      `a batch of ${requests.length} requests`,
      () => this.#socket.callBatch(sent as never, { haltOnFailure, executionType: executions[execution] }),
      timeoutMs,
      changedBy(requests),
    )
    return listOf(results).map(({ requestType, requestStatus, responseData }) => {
      const { result, code, comment } = (requestStatus ?? {}) as Said
      return {
        request: textOf(requestType),
        ok: result === true,
        code: numberOf(code),
        comment: textOf(comment) || null,
        answer: (responseData as ObsAnswer | undefined) ?? null,
      }
    })
  }

  /** Whether OBS sends audio levels: twenty messages a second, so only while somebody looks. */
  async wantLevels(wanted: boolean): Promise<void> {
    if (wanted === this.#levels || this.#over !== undefined) return
    this.#levels = wanted
    const eventSubscriptions = wanted ? usualEvents | EventSubscription.InputVolumeMeters : usualEvents
    await this.#wait('audio levels', () => this.#socket.reidentify({ eventSubscriptions }), this.#options.times.requestMs)
  }

  /** Ends it, as lost for that reason. */
  fail(reason: AppError): void {
    this.#end(reason)
    this.#socket.terminate()
  }

  /** Ends it; `onLost` is not called. */
  close(): void {
    this.#over ??= new AppError('obs.not_connected', 'The connection was closed')
    clearInterval(this.#watching)
    this.#ended.reject(this.#over)
    const { lastHeardMs } = this.#socket
    if (performance.now() - lastHeardMs > this.#options.times.silenceMs) this.#socket.terminate()
    else this.#socket.disconnect().catch(() => undefined)
  }

  async #wait<T>(what: string, send: () => Promise<T>, timeoutMs: number, changed: readonly string[] = []): Promise<T> {
    if (this.#open >= maxOpen) throw new AppError('obs.busy', `${maxOpen} requests wait for the OBS at ${this.#where}`)
    this.#open++
    try {
      return await this.#order.run(changed, () => this.#ask(what, send, timeoutMs))
    } finally {
      this.#open--
    }
  }

  async #ask<T>(what: string, send: () => Promise<T>, timeoutMs: number): Promise<T> {
    if (this.#over !== undefined) throw this.#over
    const sentMs = performance.now()
    const late = Promise.withResolvers<never>()
    const timer = setTimeout(() => {
      late.reject(new AppError('obs.timeout', `OBS did not answer ${what} within ${timeoutMs / 1000} s`))
      // Nothing at all since then: it hangs as a whole.
      if (this.#socket.lastHeardMs < sentMs) this.#giveUp()
    }, timeoutMs)
    const answer = send()
    answer.catch(() => undefined)
    try {
      return await Promise.race([answer, late.promise, this.#ended.promise])
    } catch (error) {
      throw isStatus(error) ? requestFault(what, error.code, error.message) : error
    } finally {
      clearTimeout(timer)
    }
  }

  get #where(): string {
    return this.#options.dial.where
  }

  #checkSilence(): void {
    const silentMs = performance.now() - this.#socket.lastHeardMs
    if (silentMs > this.#options.times.silenceMs * 2) this.#giveUp()
    else if (silentMs > this.#options.times.silenceMs / 2) this.#socket.ping()
  }

  #giveUp(): void {
    this.fail(new AppError('obs.not_answering', `The OBS at ${this.#where} does not answer any more`))
  }

  #lostBy(error: { readonly code: number }): AppError {
    // 4000 and above: OBS says why itself.
    return error.code >= 4000
      ? connectionFault(error, this.#where, { authentication: true, password: true })
      : new AppError('obs.lost', `The connection to the OBS at ${this.#where} was lost`)
  }

  #end(reason: AppError): void {
    if (this.#over !== undefined) return
    this.#over = reason
    clearInterval(this.#watching)
    this.#ended.reject(reason)
    this.#options.onLost(reason)
  }
}

/** Versions and names of formats. */
const maxWordLength = 100
/** obs-websocket 5.7 has some 150; others may come with newer versions. */
const maxRequests = 500
const maxFormats = 100

async function readVersion(socket: ObsSocket, where: string): Promise<ObsVersion> {
  const said = (await socket.call('GetVersion')) as Said
  const word = (value: unknown): string => textOf(value, '', maxWordLength)
  const version: ObsVersion = {
    obs: word(said.obsVersion),
    webSocket: word(said.obsWebSocketVersion),
    platform: word(said.platform),
    platformDescription: textOf(said.platformDescription),
    requests: textsOf(said.availableRequests, maxRequests)
      .filter((request) => /^[A-Za-z]{1,80}$/.test(request))
      .toSorted(),
    imageFormats: textsOf(said.supportedImageFormats, maxFormats).filter((format) => /^[\w+.-]{1,20}$/.test(format)),
  }
  const missing = needed.filter((request) => !version.requests.includes(request))
  const [major = 0] = version.webSocket.split('.').map(Number)
  if (major >= 5 && missing.length === 0) return version
  throw new AppError(
    'obs.version_too_old',
    `The OBS at ${where} is ${version.obs} with obs-websocket ${version.webSocket}${missing.length === 0 ? '' : `, which lacks ${missing.join(', ')}`}`,
  )
}
