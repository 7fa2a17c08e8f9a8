import type { Nodes } from '../../src-client/index.ts'
import { type About, type Availability, readAbout, readAvailability } from './availability.ts'
import { preciseNowMs, type ServerClock } from './server-clock.ts'

export interface StreamEndpointOptions {
  /** Stream name as in /watch/NAME. */
  readonly name: string
  /** Counts this player as one viewer. */
  readonly session: string
  /** What a signed link carries. */
  readonly token?: string | undefined
  /** Learns from the dates of answers. */
  readonly clock: ServerClock
  readonly signal: AbortSignal
  /** From which node it is fetched. */
  readonly nodes: Nodes
  onTitle(title: string): void
}

/** Where a stream of the host is had, for one viewer, and whether it can be played now. */
export class StreamEndpoint {
  readonly #options: StreamEndpointOptions
  /** Where to start, as behind `?start=`; undefined: live. */
  start: string | undefined

  constructor(options: StreamEndpointOptions, start: string | undefined) {
    this.#options = options
    this.start = start
  }

  /** Absolute: hls.js adds its delivery directives only to absolute URLs, and without them it polls. */
  address(file: string): string {
    const { name, token, session, nodes } = this.#options
    const path = token === undefined ? file : `@${encodeURIComponent(token)}/${file}`
    const chosen = nodes.isRouted ? '&node=chosen' : ''
    const start = this.start === undefined ? '' : `&start=${encodeURIComponent(this.start)}`
    return new URL(`/live/${encodeURIComponent(name)}/${path}?session=${session}${chosen}${start}`, nodes.base).href
  }

  /** Where WebRTC is offered. */
  whep(): string {
    const { name, token, session } = this.#options
    const query = new URLSearchParams({ session, ...(token === undefined ? {} : { token }) })
    return `/live/${encodeURIComponent(name)}/whep?${query}`
  }

  /** Asks first whether there is anything to fetch: a missing file would be an error in the browser's console. */
  async ask(): Promise<Availability> {
    try {
      const about = await this.#fetch('about.json')
      const known: About = readAbout(about.status, await about.text())
      if (known.title) this.#options.onTitle(known.title)
      if (known.kind !== 'playable') return { kind: known.kind }
      const response = await this.#fetch('index.m3u8')
      return readAvailability(response.status, await response.text())
    } catch {
      return { kind: 'unreachable' }
    }
  }

  async #fetch(file: string): Promise<Response> {
    const { clock, signal } = this.#options
    const sent = preciseNowMs()
    const response = await fetch(this.address(file), { cache: 'no-store', signal })
    clock.learnFromDate(sent, preciseNowMs(), response.headers.get('date'))
    return response
  }
}
