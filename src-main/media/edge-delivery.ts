import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FastRequest } from '../platform/http/fast-path/fast-request.ts'
import type { FastResponse } from '../platform/http/fast-path/fast-response.ts'

/**
 * What the live platform and the network part share so that nodes on other machines can deliver streams: `live` knows what records mean,
 * `network` carries them over one connection for each node.
 */

/** Takes what is reported of streams. */
export interface RecordSink {
  /** @param json the record; `data` are the bytes that belong to it */
  write(json: string, data?: Uint8Array): void
  /** False while as much is on its way as may be: media wait until `resume` of their feed. */
  hasSpace(): boolean
}

/** The report of one stream to one node. */
export interface StreamFeed {
  /** The sink has space again. */
  resume(): void
  stop(): void
}

/** A viewer at a node, as the rules of access see it. */
export interface ViewerQuestion {
  readonly stream: string
  readonly remoteAddress: string
  readonly token: string | null
}

/** `forMs`: for how long the answer is valid while no rule changes. */
export type ViewerAnswer =
  | { readonly allowed: true; readonly forMs: number }
  | { readonly allowed: false; readonly code: string; readonly message: string }

/** What of the origin's settings its nodes deliver by. */
export interface DeliverySettings {
  /** False while there are no rules of access at all: then nobody is asked about. */
  readonly restricted: boolean
  readonly cdnPrefix: string
  readonly container: 'fmp4' | 'mpegts'
}

/** The live platform as the origin of nodes. */
export interface EdgeOrigin {
  /**
   * Reports a stream; one whose viewers have to be asked about from the moment on in which the first was allowed at the node.
   * @param held what the node has of the stream's runs, as it said itself: it is checked, and ignored where it is malformed
   * @param node its id
   */
  feed(stream: string, held: unknown, sink: RecordSink, node: string): StreamFeed
  /** The same of its packets, as WebRTC peers play them. */
  feedPackets(stream: string, sink: RecordSink): StreamFeed
  settings(): DeliverySettings
  /** Calls back when rules of access or settings have changed. Returns the function that stops it. */
  onSettings(listener: () => void): () => void
  /** Never rejects. */
  check(question: ViewerQuestion): Promise<ViewerAnswer>
  /** Counts what players fetched at a node, by its id. @param report as the node said it: what is malformed in it is ignored */
  seen(report: unknown, node: string): void
}

/** The connection from a node to its origin, as the live platform uses it. */
export interface EdgeSource {
  /** Has a stream reported from now on until nobody has wanted it for a while. False: there are as many as can be. */
  want(stream: string): boolean
  /** The same of its packets, for WebRTC. */
  wantPackets(stream: string): boolean
  /** Rejects where the origin cannot be asked. */
  ask(question: ViewerQuestion): Promise<ViewerAnswer>
  /** Reports to the origin what players fetched; lost while there is no connection. */
  report(report: unknown): void
}

/** What a node does for viewers now, and has done since it started. */
export interface EdgeFigures {
  /** Streams that are here. */
  readonly streams: number
  /** Requests that wait for media now. */
  readonly waiting: number
  /** Requests answered from memory, and bytes sent for them. */
  readonly requests: number
  readonly bytesOut: number
  /** What it sends by WebRTC; null where viewers of WebRTC are the origin's. */
  readonly webrtc: {
    readonly viewers: number
    /** Media sent since the start, of `bytesOut`. */
    readonly bytesOut: number
    /** UDP; null before the first viewer. */
    readonly port: number | null
  } | null
}

/** The live platform at a node: answers from memory what the origin has reported. */
export interface EdgeDelivery {
  /** False for what is nothing of a stream's: the request was not touched. */
  handle(request: IncomingMessage, response: ServerResponse): boolean
  /** True for a URL of a playlist, a manifest or media, which `handleFast` takes. */
  isPlayed(url: string): boolean
  /** Answers a plain request for what `isPlayed`. */
  handleFast(request: FastRequest, response: FastResponse): void
  /** Whether a viewer may watch what a URL names, with the token in the request: for files that nginx keeps. */
  mayWatch(url: string, request: IncomingMessage): Promise<boolean>
  /** Takes a record of the origin. Throws where it is malformed. */
  take(json: string, data: Uint8Array): void
  /** Whether there is a run of the stream. */
  has(stream: string): boolean
  /** What it has of a stream's runs: goes to the origin, so that nothing is sent again. */
  held(stream: string): unknown
  /** Reports one stream to another node, as far as it is here and comes; it is wanted for as long as the other node calls `want`. */
  feed(stream: string, held: unknown, sink: RecordSink): StreamFeed
  /** Nobody wants the stream any more. */
  drop(stream: string): void
  /** The same three of the packets of a stream. */
  hasPackets(stream: string): boolean
  feedPackets(stream: string, sink: RecordSink): StreamFeed
  dropPackets(stream: string): void
  setSettings(settings: DeliverySettings): void
  /** @param skewMs what is added to this machine's monotonic clock to get the origin's */
  setClock(skewMs: number): void
  /** Rules have changed: answers about viewers are no longer valid. */
  forgetAnswers(): void
  /** A connection has started: numbers of runs are new. */
  connected(): void
  figures(): EdgeFigures
  stop(): Promise<void>
}
