import { WebSocket } from 'ws'
import { fetchedByHost } from '../../../../../platform/outbound/fetched-by-host.ts'
import { type JudgeTarget, lookupOf } from '../../../../../platform/outbound/judged-connection.ts'
import { fetchJudged } from '../../../../../platform/outbound/judged-fetch.ts'
import { OutboundFault } from '../../../../../platform/outbound/network-policy.ts'
import { fetchable, maskUrlsIn } from '../../../../../platform/outbound/url-secrets.ts'
import { DataFault } from '../kinds/overlay-kind.ts'
import { type DataFormat, readData, selectIn } from './read-data.ts'

/** Settings of a data overlay that say where its data comes from. */
export interface DataSettings {
  readonly source: 'posted' | 'url' | 'websocket'
  readonly url: string
  readonly format: DataFormat
  readonly path: string
  readonly intervalMs: number
}

/** How the data source of an overlay is. */
export interface DataReport {
  readonly state: 'off' | 'connecting' | 'running' | 'failed'
  /** What is wrong and what to do, for people. */
  readonly problem: string | null
}

export interface DataFollowerDependencies {
  readonly judge: JudgeTarget
  /** Shows a value. Throws DataFault where it cannot be shown. */
  onData(value: unknown): void
  report(report: DataReport): void
}

/** Largest answer and largest message, bytes. */
export const maxDataBytes = 256 * 1024
/** An answer that is not whole by then is given up, ms. */
const answerWithinMs = 10_000
/** Messages of a WebSocket are shown at most so often, ms: the newest one counts. */
const showEveryMs = 100
const firstRetryMs = 1000
const maxRetryMs = 30_000

/** Reads what a URL answers, again and again, or what a WebSocket sends, until it is stopped. */
export class DataFollower {
  readonly #settings: DataSettings
  readonly #dependencies: DataFollowerDependencies
  readonly #stopped = new AbortController()
  #timer: NodeJS.Timeout | undefined
  #socket: WebSocket | undefined
  #retryMs = firstRetryMs
  #newest: string | undefined
  #showing: NodeJS.Timeout | undefined

  constructor(settings: DataSettings, dependencies: DataFollowerDependencies) {
    this.#settings = settings
    this.#dependencies = dependencies
    dependencies.report({ state: 'connecting', problem: null })
    if (settings.source === 'url') void this.#read()
    else void this.#connect()
  }

  stop(): void {
    this.#stopped.abort(new Error('stopped'))
    clearTimeout(this.#timer)
    clearTimeout(this.#showing)
    this.#socket?.terminate()
  }

  async #read(): Promise<void> {
    const { url, intervalMs } = this.#settings
    try {
      const address = URL.parse(url)
      if (address === null || !/^https?:$/.test(address.protocol))
        throw new DataFault('The URL of the data must start with http:// or https://')
      const signal = AbortSignal.any([this.#stopped.signal, AbortSignal.timeout(answerWithinMs)])
      const response = await fetchJudged(address, {
        judge: this.#dependencies.judge,
        headers: { 'accept': 'application/json, text/csv, text/plain, */*;q=0.1', 'user-agent': 'AMI Streams' },
        signal,
      })
      if (response.statusCode !== 200) {
        response.destroy()
        throw new DataFault(`${address.host} answers ${response.statusCode}`)
      }
      const parts: Buffer[] = []
      let bytes = 0
      // What ends it early destroys the response.
      for await (const part of response as AsyncIterable<Buffer>) {
        bytes += part.length
        if (bytes > maxDataBytes) throw new DataFault(`${address.host} answers more than ${maxDataBytes / 1024} KiB`)
        parts.push(part)
      }
      this.#show(Buffer.concat(parts).toString())
    } catch (error) {
      this.#fail(error)
    }
    if (!this.#stopped.signal.aborted) this.#timer = setTimeout(() => void this.#read(), intervalMs).unref()
  }

  async #connect(): Promise<void> {
    const { url } = this.#settings
    try {
      const address = URL.parse(url)
      if (address === null || !/^wss?:$/.test(address.protocol))
        throw new DataFault('The URL of a WebSocket must start with ws:// or wss://')
      const target = await this.#dependencies.judge(address.hostname, Number(address.port) || (address.protocol === 'wss:' ? 443 : 80))
      if (this.#stopped.signal.aborted) return
      const given = fetchable(url)
      // The types leave out what `net.connect` is given beside them.
      const options = { lookup: lookupOf(target) } as object
      const socket = new WebSocket(given.url, {
        ...options,
        headers: { ...given.headers, [fetchedByHost.name]: fetchedByHost.value },
        followRedirects: false,
        handshakeTimeout: answerWithinMs,
        maxPayload: maxDataBytes,
        perMessageDeflate: false,
      })
      this.#socket = socket
      let problem: unknown
      socket.on('open', () => {
        this.#retryMs = firstRetryMs
        this.#dependencies.report({ state: 'running', problem: null })
      })
      socket.on('message', (data) => this.#take(String(data)))
      socket.on('error', (error) => {
        problem = error
      })
      socket.on('close', (code) => {
        if (this.#stopped.signal.aborted) return
        this.#fail(problem ?? new DataFault(`${address.host} closed the connection (${code})`))
        this.#again()
      })
    } catch (error) {
      this.#fail(error)
      if (!this.#stopped.signal.aborted) this.#again()
    }
  }

  #again(): void {
    this.#timer = setTimeout(() => void this.#connect(), this.#retryMs).unref()
    this.#retryMs = Math.min(maxRetryMs, this.#retryMs * 2)
  }

  /** The newest message is shown, not each of them. */
  #take(text: string): void {
    this.#newest = text
    this.#showing ??= setTimeout(() => {
      this.#showing = undefined
      const newest = this.#newest
      this.#newest = undefined
      try {
        if (newest !== undefined) this.#show(newest)
      } catch (error) {
        this.#fail(error)
      }
    }, showEveryMs).unref()
  }

  #show(text: string): void {
    const { format, path } = this.#settings
    this.#dependencies.onData(selectIn(readData(text, format), path))
    this.#dependencies.report({ state: 'running', problem: null })
  }

  #fail(error: unknown): void {
    if (this.#stopped.signal.aborted) return
    const { message, name } = error as Error
    const text =
      error instanceof DataFault || error instanceof OutboundFault
        ? message
        : name === 'TimeoutError'
          ? `No answer within ${answerWithinMs / 1000} s: check the URL and the server`
          : `The data cannot be read: ${message}`
    this.#dependencies.report({ state: 'failed', problem: maskUrlsIn(text, this.#settings.url).slice(0, 500) })
  }
}
