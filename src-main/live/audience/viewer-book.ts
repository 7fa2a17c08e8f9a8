import type { Cmcd } from '../../formats/playlists/cmcd.ts'
import type { ViewerRegistry, ViewProtocol } from './viewer-registry.ts'

interface Viewer {
  /** `session` of a URL or `sid` of CMCD, where the player names itself. */
  readonly session: string | undefined
  /** Undefined until a request makes it certain. */
  protocol: ViewProtocol | undefined
  readonly firstSeenMs: number
  lastSeenMs: number
  /** It is counted from now on: a player that only reads playlists watches nothing. */
  counts: boolean
  /** Bytes sent before it counted, or before its protocol was known. */
  unreportedBytes: number
}

export interface ViewerRequest {
  readonly remoteAddress: string
  readonly userAgent: string
  /** Carried by playlists and manifests alone. */
  readonly session: string | undefined
  /** What the request itself proves about the player; undefined for media that every kind of player fetches. */
  readonly hint: 'll-hls' | 'dash' | 'hls' | 'webrtc' | undefined
  /** Set where media was fetched. */
  readonly rendition: string | undefined
  readonly bytes: number
  /** What the player said with the request. */
  readonly cmcd?: Cmcd | undefined
}

/** Who is notified of what the players of one stream fetch. */
export interface Audience {
  /** `nowMs` on any clock that does not go back. */
  seen(request: ViewerRequest, nowMs: number): void
}

/** A player that has shown nothing but plain HLS for this long is one. */
const plainAfterMs = 3000
const forgetAfterMs = 60_000
const maxClients = 5000
/** Players behind one IP address and user agent that can be distinguished without a name in every request. */
const maxViewersPerClient = 64
/** Players that name themselves. */
const maxNamed = 50_000

/**
 * Joins the requests of one stream's players, so that one player is one viewer. Media URLs carry no session (they
 * must be the same for every cache), so media without CMCD goes to the one of that IP address and user agent whose playlist was
 * fetched last; and a Low-Latency player's first plain requests are not counted as a second, plain viewer.
 */
export class ViewerBook implements Audience {
  readonly #streamId: string
  readonly #registry: ViewerRegistry
  readonly #mediaElsewhere: () => boolean
  /** By IP address and user agent; the viewer whose playlist came last is last. */
  readonly #clients = new Map<string, Viewer[]>()
  /** By session; the one who came first is first. */
  readonly #named = new Map<string, Viewer>()

  /** @param mediaElsewhere true while players fetch media from a CDN: there their playlists are all that is seen of them */
  constructor(streamId: string, registry: ViewerRegistry, mediaElsewhere: () => boolean = () => false) {
    this.#streamId = streamId
    this.#registry = registry
    this.#mediaElsewhere = mediaElsewhere
  }

  seen(request: ViewerRequest, nowMs: number): void {
    const session = request.cmcd?.sid ?? request.session
    const viewer = session === undefined ? this.#unnamedViewer(request, nowMs) : this.#namedViewer(session, request, nowMs)
    viewer.lastSeenMs = nowMs
    if (request.hint !== undefined && (request.hint !== 'hls' || viewer.protocol === undefined)) viewer.protocol = request.hint
    else if (viewer.protocol === undefined && nowMs - viewer.firstSeenMs >= plainAfterMs) viewer.protocol = 'hls'
    viewer.counts ||= (request.rendition !== undefined && request.bytes > 0) || this.#mediaElsewhere()
    viewer.unreportedBytes += request.bytes
    if (viewer.protocol === undefined || !viewer.counts) return
    const bytes = viewer.unreportedBytes
    viewer.unreportedBytes = 0
    this.#registry.active({
      streamId: this.#streamId,
      protocol: viewer.protocol,
      remoteAddress: request.remoteAddress,
      userAgent: request.userAgent,
      bytes,
      ...(viewer.session === undefined ? undefined : { sessionKey: viewer.session }),
      ...(request.rendition === undefined ? undefined : { rendition: request.rendition }),
      ...(request.cmcd === undefined ? undefined : { cmcd: request.cmcd }),
    })
  }

  #namedViewer(session: string, request: ViewerRequest, nowMs: number): Viewer {
    let viewer = this.#named.get(session)
    if (viewer === undefined || nowMs - viewer.lastSeenMs > forgetAfterMs) {
      this.#named.delete(session)
      if (this.#named.size >= maxNamed) this.#makeRoomForNames(nowMs)
      viewer = newViewer(session, nowMs)
      this.#named.set(session, viewer)
    }
    // its media will name it; otherwise the viewer whose playlist came last is taken
    const viewers = this.#client(request, nowMs)
    const at = viewers.indexOf(viewer)
    if (at >= 0) viewers.splice(at, 1)
    if (request.cmcd?.sid !== undefined) return viewer
    if (viewers.length >= maxViewersPerClient) viewers.shift()
    viewers.push(viewer)
    return viewer
  }

  #unnamedViewer(request: ViewerRequest, nowMs: number): Viewer {
    const viewers = this.#client(request, nowMs)
    const known = request.rendition === undefined ? viewers.find((viewer) => viewer.session === undefined) : ofMedia(viewers, request.hint)
    if (known && nowMs - known.lastSeenMs <= forgetAfterMs) {
      if (request.rendition === undefined && viewers.at(-1) !== known) {
        viewers.splice(viewers.indexOf(known), 1)
        viewers.push(known)
      }
      return known
    }
    if (known) viewers.splice(viewers.indexOf(known), 1)
    if (viewers.length >= maxViewersPerClient) viewers.shift()
    const viewer = newViewer(undefined, nowMs)
    viewers.push(viewer)
    return viewer
  }

  #client(request: ViewerRequest, nowMs: number): Viewer[] {
    const key = `${request.remoteAddress}\n${request.userAgent}`
    let viewers = this.#clients.get(key)
    if (!viewers) {
      if (this.#clients.size >= maxClients) this.#makeRoom(nowMs)
      viewers = []
      this.#clients.set(key, viewers)
    }
    return viewers
  }

  #makeRoomForNames(nowMs: number): void {
    for (const [session, viewer] of this.#named) if (nowMs - viewer.lastSeenMs > forgetAfterMs) this.#named.delete(session)
    for (const session of this.#named.keys()) {
      if (this.#named.size < maxNamed) return
      this.#named.delete(session)
    }
  }

  /** Viewers who left are dropped first; if none left, the one who came first is. */
  #makeRoom(nowMs: number): void {
    for (const [key, viewers] of this.#clients) {
      if (viewers.every((viewer) => nowMs - viewer.lastSeenMs > forgetAfterMs)) this.#clients.delete(key)
    }
    if (this.#clients.size < maxClients) return
    const oldest = this.#clients.keys().next()
    if (!oldest.done) this.#clients.delete(oldest.value)
  }
}

function newViewer(session: string | undefined, nowMs: number): Viewer {
  return { session, protocol: undefined, firstSeenMs: nowMs, lastSeenMs: nowMs, counts: false, unreportedBytes: 0 }
}

function ofMedia(viewers: readonly Viewer[], hint: ViewerRequest['hint']): Viewer | undefined {
  if (hint === undefined) return viewers.at(-1)
  return (
    viewers.findLast((viewer) => viewer.protocol === hint) ?? viewers.findLast((viewer) => viewer.protocol === undefined) ?? viewers.at(-1)
  )
}
