import type { AppEvent, EventBus } from '../../platform/events/events.ts'
import { clientOf } from '../../platform/http/client.ts'
import type { ClientLimits } from '../../platform/http/client-limits.ts'
import { repeat } from '../../platform/timing/repeat.ts'
import type { LiveRequest } from '../http/live-request.ts'
import { answerHeaders, type PlaybackResponse, sendError, sendMethodRejected, sendPreflight, sendProblem } from '../http/response.ts'
import type { StreamStatus } from '../hub/stream.ts'
import { streamNotice } from './stream-notice.ts'
import type { WhileRequestAllowed } from './viewer-admission.ts'

export interface NoticeEndpointDependencies {
  readonly events: EventBus
  /** What is known of a stream's name. */
  readonly status: (name: string) => StreamStatus | undefined
  readonly whileAllowed?: WhileRequestAllowed
  readonly clients?: ClientLimits
  /** Listeners at a time, of all streams. */
  readonly max?: number
}

/** A comment so often keeps proxies from closing a silent answer, ms. */
const beatMs = 15_000
const beat = Buffer.from(': still here\n\n')

interface Listener {
  readonly response: PlaybackResponse
  /** The write before has not gone out yet. */
  behind: boolean
}

/** Those who watch the page of one stream. */
interface Audience {
  readonly listeners: Set<Listener>
  /** The newest notice, as it was sent. */
  reported: string
}

/** Notifies viewers of start, end, loss and return: `/live/NAME/events` is a stream of server-sent events. */
export class NoticeEndpoint {
  readonly #dependencies: NoticeEndpointDependencies
  readonly #max: number
  readonly #audiences = new Map<string, Audience>()
  #count = 0
  #unsubscribe: (() => void) | undefined
  #timer: NodeJS.Timeout | undefined
  #isLooking = false

  constructor(dependencies: NoticeEndpointDependencies) {
    this.#dependencies = dependencies
    this.#max = dependencies.max ?? 20_000
  }

  start(): void {
    this.#unsubscribe ??= this.#dependencies.events.subscribe((event) => this.#heard(event))
    this.#timer ??= repeat(beatMs, () => {
      for (const audience of this.#audiences.values()) for (const listener of audience.listeners) this.#write(listener, beat)
    })
  }

  stop(): void {
    this.#unsubscribe?.()
    this.#unsubscribe = undefined
    clearInterval(this.#timer)
    this.#timer = undefined
    for (const audience of this.#audiences.values()) for (const { response } of audience.listeners) response.end()
    this.#audiences.clear()
  }

  /** Listeners now. */
  get listeners(): number {
    return this.#count
  }

  serve(live: LiveRequest): void {
    const { request, response } = live
    if (request.method === 'OPTIONS') sendPreflight(response)
    else if (request.method !== 'GET') sendMethodRejected(response)
    else if (this.#count >= this.#max) sendProblem(response, 'play.too_many_listeners', { retryAfterS: 30 })
    else this.#admit(live)
  }

  #admit(live: LiveRequest): void {
    const { request, response } = live
    const { clients } = this.#dependencies
    if (clients !== undefined) {
      const release = clients.take('eventStreams', clientOf(request).remoteAddress)
      if (release === undefined) {
        sendError(response, clients.error('eventStreams'))
        return
      }
      response.once('close', release)
    }
    this.#listen(live)
  }

  #listen(live: LiveRequest): void {
    const { response } = live
    const name = live.url.stream
    let audience = this.#audiences.get(name)
    if (audience === undefined) {
      audience = { listeners: new Set(), reported: this.#text(name) }
      this.#audiences.set(name, audience)
    }
    const { listeners } = audience
    const listener: Listener = { response, behind: false }
    this.#count++
    listeners.add(listener)
    const stopWatching = this.#dependencies.whileAllowed?.(live, () => response.end())
    response.once('close', () => {
      stopWatching?.()
      this.#count--
      listeners.delete(listener)
      if (listeners.size === 0 && this.#audiences.get(name)?.listeners === listeners) this.#audiences.delete(name)
    })
    response.writeHead(200, answerHeaders('text/event-stream', 'no-store', undefined, { 'x-accel-buffering': 'no' }))
    this.#write(listener, Buffer.from(`retry: 1000\n\n${audience.reported}`))
  }

  /** A stream often changes several times at once; listeners get the state after the last change. */
  #heard({ topic }: AppEvent): void {
    if (this.#isLooking || this.#audiences.size === 0 || topic === 'stream.health' || topic === 'stream.viewers') return
    if (!topic.startsWith('stream.') && !topic.startsWith('key.') && !topic.startsWith('source.')) return
    this.#isLooking = true
    setImmediate(() => {
      this.#isLooking = false
      for (const [name, audience] of this.#audiences) this.#look(name, audience)
    })
  }

  #look(name: string, audience: Audience): void {
    const text = this.#text(name)
    if (text === audience.reported) return
    audience.reported = text
    const bytes = Buffer.from(text)
    for (const listener of audience.listeners) this.#write(listener, bytes)
  }

  #text(name: string): string {
    return `event: notice\ndata: ${JSON.stringify(streamNotice(name, this.#dependencies.status(name)))}\n\n`
  }

  /** A client that has not read the previous write is disconnected: it reconnects and gets the current state. */
  #write(listener: Listener, bytes: Buffer): void {
    if (listener.response.destroyed) return
    const behind = !listener.response.write(bytes)
    if (behind && listener.behind) listener.response.destroy()
    listener.behind = behind
  }
}
