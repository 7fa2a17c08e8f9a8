import { isFault } from '../../formats/fault.ts'
import type { LiveRequest } from '../http/live-request.ts'
import { type AnyRequest, answerHeaders, type PlaybackResponse, sendProblem } from '../http/response.ts'
import { type Beacon, maxBeacon, parseBeacon } from './beacon.ts'
import type { BeaconFate } from './viewer-sessions.ts'

/** What became of a request with a beacon. */
export type BeaconResult = BeaconFate | 'malformed' | 'refused'

export interface BeaconEndpointDependencies {
  /** Id of the stream of that name; undefined for an unknown name. */
  readonly idOf: (name: string) => string | undefined
  readonly report: (streamId: string, beacon: Beacon) => BeaconFate
  readonly onResult: (result: BeaconResult) => void
  /** Monotonic ms. */
  readonly monotonic: () => number
}

/** Bodies that may be under way at a time, and ms that one may take. */
const maxReading = 500
const readMs = 5000
/** Beacons that all players together may send, per second. */
const maxPerSecond = 5000

const preflight = {
  ...answerHeaders('text/plain', 'no-store', 0),
  'access-control-allow-methods': 'POST, OPTIONS',
  'access-control-allow-headers': 'Content-Type',
  'access-control-max-age': '86400',
}

/** Takes the players' playback reports: `POST /live/NAME/beacon`. A report costs no more than its bytes. */
export class BeaconEndpoint {
  readonly #dependencies: BeaconEndpointDependencies
  #reading = 0
  #tokens = maxPerSecond
  #tokensMs: number

  constructor(dependencies: BeaconEndpointDependencies) {
    this.#dependencies = dependencies
    this.#tokensMs = dependencies.monotonic()
  }

  serve({ request, response, url }: LiveRequest): void {
    if (request.method === 'OPTIONS') {
      response.writeHead(204, preflight)
      response.end()
      return
    }
    if (request.method !== 'POST') {
      response.writeHead(405, { ...answerHeaders('text/plain', 'no-store', 0), allow: 'POST, OPTIONS' })
      response.end()
      return
    }
    if (Number(request.headers['content-length'] ?? 0) > maxBeacon) {
      this.#dependencies.onResult('malformed')
      request.resume()
      sendProblem(response, 'request.too_large', { detail: `A beacon has at most ${maxBeacon} bytes` })
      return
    }
    if (!this.#take() || this.#reading >= maxReading) {
      this.#dependencies.onResult('refused')
      request.resume()
      sendProblem(response, 'play.too_many_beacons', { retryAfterS: 5 })
      return
    }
    this.#read(request, response, (body) => this.#answer(response, url.stream, body))
  }

  #answer(response: PlaybackResponse, name: string, body: string): void {
    const beacon = parseBeacon(body)
    if (isFault(beacon)) {
      this.#dependencies.onResult('malformed')
      sendProblem(response, 'request.invalid', { detail: beacon.fault })
      return
    }
    const streamId = this.#dependencies.idOf(name)
    const fate = streamId === undefined ? 'unknown' : this.#dependencies.report(streamId, beacon)
    this.#dependencies.onResult(fate)
    if (fate === 'counted') {
      response.writeHead(204, answerHeaders('application/json', 'no-store', undefined))
      response.end()
      return
    }
    // not an error: a beacon may come before the request that starts its session, and the next one reports the same
    const text = Buffer.from(JSON.stringify({ counted: false, reason: fate }))
    response.writeHead(202, answerHeaders('application/json', 'no-store', text.length))
    response.end(text)
  }

  #read(request: AnyRequest, response: PlaybackResponse, then: (body: string) => void): void {
    this.#reading++
    const chunks: Buffer[] = []
    let length = 0
    let isOver = false
    const finish = (): boolean => {
      if (isOver) return false
      isOver = true
      clearTimeout(timer)
      this.#reading--
      return true
    }
    const timer = setTimeout(() => {
      if (finish()) response.destroy()
    }, readMs)
    request.on('data', (chunk: Buffer) => {
      length += chunk.length
      if (length <= maxBeacon) chunks.push(chunk)
      else if (finish()) {
        this.#dependencies.onResult('malformed')
        sendProblem(response, 'request.too_large', { detail: `A beacon has at most ${maxBeacon} bytes` })
      }
    })
    request.once('end', () => {
      if (finish()) then(Buffer.concat(chunks).toString('utf8'))
    })
    request.once('error', finish)
    response.once('close', finish)
  }

  #take(): boolean {
    const now = this.#dependencies.monotonic()
    this.#tokens = Math.min(maxPerSecond, this.#tokens + ((now - this.#tokensMs) * maxPerSecond) / 1000)
    this.#tokensMs = now
    if (this.#tokens < 1) return false
    this.#tokens--
    return true
  }
}
