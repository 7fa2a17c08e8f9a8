import type { IncomingMessage, ServerResponse } from 'node:http'
import type { DeliverySettings, EdgeDelivery, EdgeSource, StreamFeed } from '../../media/edge-delivery.ts'
import type { ClientLimits } from '../../platform/http/client-limits.ts'
import type { FastRequest } from '../../platform/http/fast-path/fast-request.ts'
import type { FastResponse } from '../../platform/http/fast-path/fast-response.ts'
import type { Logger } from '../../platform/logger.ts'
import { repeat } from '../../platform/timing/repeat.ts'
import { Activity } from '../delivery/activity.ts'
import { answersFromMemory, playlistKinds } from '../delivery/own-answers.ts'
import type { ReplicaStream } from '../delivery/replica.ts'
import type { RunRecord } from '../delivery/run-wire.ts'
import { createLiveFront } from '../http/live-front.ts'
import type { ParsedRequest, Verdict } from '../http/live-request.ts'
import { type LiveUrl, parseLiveUrl } from '../http/live-url.ts'
import { isPlayed, ResourceTable } from '../http/resources.ts'
import { type AnyRequest, onVerdict } from '../http/response.ts'
import { createAccessHttp } from '../policy/access/access-http.ts'
import { RunningPlayback } from '../policy/access/running-playback.ts'
import { createPlayback } from '../protocols/hls/playback.ts'
import { heldBy } from './edge-origin.ts'
import { EdgeRuns } from './edge-runs.ts'
import { maxSeen } from './edge-schemas.ts'
import { createNodeWebrtc, type NodeWebrtcOptions } from './node-webrtc.ts'
import { OriginRules } from './origin-rules.ts'
import { feedPackets } from './packet-feed.ts'
import { PacketRuns } from './packet-runs.ts'
import { isPacketRecord, type PacketRecord } from './packet-wire.ts'
import { feedStream } from './stream-feed.ts'

export interface EdgeDeliveryDependencies {
  readonly source: EdgeSource
  /** Has the origin answer. */
  readonly handOn: (request: IncomingMessage | FastRequest, response: ServerResponse | FastResponse) => void
  readonly clients: ClientLimits
  /** Undefined: who plays by WebRTC is the origin's. */
  readonly webrtc?: NodeWebrtcOptions
  readonly log: Logger
}

/** A response that an answer waits for. */
interface Waiting {
  readonly destroyed: boolean
  destroy(): unknown
  once(event: 'close', listener: () => void): unknown
}

const allowed: Verdict = { rejection: undefined }
const reportMs = 1000
/** How long a request waits for the first report of its stream, ms; then the origin answers it. */
const firstReportMs = 2000
/** Requests that wait for first reports. */
const maxWaiting = 20_000

/** The live platform at a node: playlists and media from memory, everything else from the origin. */
export function createEdgeDelivery({ source, handOn, clients, webrtc: webrtcOptions, log }: EdgeDeliveryDependencies): EdgeDelivery {
  let settings: DeliverySettings = { restricted: true, cdnPrefix: '', container: 'fmp4' }
  let skewMs = 0
  let requests = 0
  let bytesOut = 0
  let webrtcBytesOut = 0
  let waiting = 0
  let nextRun = 0
  const runs = new EdgeRuns(() => skewMs)
  const packets = new PacketRuns(log)
  const activity = new Activity()
  let left: { readonly name: string; readonly session: string }[] = []
  const rules = new OriginRules((question) => source.ask(question))
  const running = new RunningPlayback(rules, () => performance.now())
  const access = createAccessHttp({
    gate: rules,
    whileAllowed: (viewer, end) => running.watch(viewer, end),
    behindCdn: () => settings.cdnPrefix !== '',
    log,
  })
  const playback = createPlayback({
    find: (name, epoch) => runs.find(name, epoch),
    status: (name) => {
      const run = runs.find(name)
      return run && { state: run.ended ? 'ended' : 'active', title: run.title }
    },
    keyframe: () => undefined,
    audience: (stream) => activity.audience(stream),
    whileAllowed: access.whileMediaAllowed,
    options: {
      cdnPrefix: () => settings.cdnPrefix,
      get container() {
        return settings.container
      },
    },
    log,
    metrics: {
      request: (kind) => {
        requests++
        activity.request(kind)
      },
      waiting: (delta) => {
        waiting += delta
      },
      bytes: (count) => {
        bytesOut += count
      },
    },
    clients,
  })
  const webrtc =
    webrtcOptions &&
    createNodeWebrtc({
      options: webrtcOptions,
      runs: packets,
      viewerOf: access.viewerOf,
      whileAllowed: (viewer, end) => running.watch(viewer, end),
      onWatched: (stream) => void source.wantPackets(stream),
      seen: (run, request) => {
        bytesOut += request.bytes
        webrtcBytesOut += request.bytes
        activity.audience(run).seen(request, performance.now())
      },
      left: (name, session) => void left.push({ name, session }),
      log,
    })
  const answers = (url: LiveUrl): boolean => {
    const { resource, stream } = url
    // a viewer that the origin has to count or to ask about is its own
    if (resource.kind === 'whep') return packets.find(stream) !== undefined && !packets.isGuarded(stream)
    if (resource.kind === 'whep-session') return webrtc?.has(resource.session) === true
    return answersPlayed(url)
  }
  const answersPlayed = (url: LiveUrl): boolean =>
    answersFromMemory(url, (name, epoch) => runs.find(name, epoch)) &&
    // the origin decides about who starts where somebody has to be asked; it sees manifests alone
    (!settings.restricted || !playlistKinds.has(url.resource.kind))
  const front = createLiveFront({
    table: new ResourceTable(webrtc === undefined ? [playback] : [playback, webrtc]),
    access: access.guard,
    answers,
  })

  const verdictOf = (parsed: ParsedRequest): ReturnType<typeof rules.check> => rules.check(access.viewerOf(parsed))
  /** Has `want` answer whoever may watch, and answers everybody else now: for them the origin neither encodes nor sends anything. */
  const forViewers = (
    verdict: ReturnType<typeof access.check>,
    response: Waiting,
    want: (answer: () => void) => void,
    answer: (verdict: Verdict) => void,
  ): void =>
    onVerdict(verdict, response, log, (rejection) => {
      if (rejection === undefined) want(() => answer(allowed))
      else answer({ rejection })
    })
  /**
   * False for what the origin decides about, who may reject it: a stranger does not keep a stream here that somebody else was allowed to
   * watch. A playlist or media of its run was asked for by who has been allowed to start.
   */
  const extendsStay = ({ stream, resource }: LiveUrl): boolean =>
    runs.find(stream)?.guarded !== true || ('epoch' in resource && runs.find(stream, resource.epoch) !== undefined)
  /** Answers now, or once the first report of the stream has come. */
  const whenListed = (url: LiveUrl, response: Waiting, answer: () => void): void => {
    if ((extendsStay(url) && !source.want(url.stream)) || runs.isListed(url.stream) || runs.waiting >= maxWaiting) {
      answer()
      return
    }
    let isOver = false
    const stop = runs.whenListed(url.stream, firstReportMs, () => {
      isOver = true
      if (!response.destroyed) answer()
    })
    response.once('close', () => {
      if (!isOver) stop()
    })
  }
  /** The same for an offer of WHEP, which the origin gets where it has said nothing, or decides about it: that keeps nothing here either. */
  const whenPacketsListed = ({ stream }: LiveUrl, response: ServerResponse, answer: () => void): void => {
    const isOrigins = packets.isListed(stream) && packets.isGuarded(stream)
    if ((!isOrigins && !source.wantPackets(stream)) || packets.isListed(stream) || packets.waiting >= maxWaiting) {
      answer()
      return
    }
    const stop = packets.whenListed(stream, firstReportMs, answer)
    response.once('close', stop)
  }
  const reporting = repeat(reportMs, () => {
    const report = activity.report()
    const seen = report?.seen ?? []
    for (let at = 0; at < seen.length; at += maxSeen) source.report({ seen: seen.slice(at, at + maxSeen) })
    for (let at = 0; at < left.length; at += maxSeen) source.report({ seen: [], left: left.slice(at, at + maxSeen) })
    left = []
  })
  return {
    handle(request, response) {
      const url = parseLiveUrl(request.url ?? '')
      if (url === undefined) return false
      const answer = (verdict?: Verdict): void => {
        if (!front.handle(request, response, verdict)) handOn(request, response)
      }
      if (isPlayed(request.url ?? ''))
        forViewers(access.check({ request, url }), response, (then) => whenListed(url, response, then), answer)
      else if (webrtc !== undefined && url.resource.kind === 'whep' && request.method === 'POST')
        // the endpoint of WebRTC asks by itself, and keeps who plays
        forViewers(
          verdictOf({ request, url }),
          response,
          (then) => whenPacketsListed(url, response, then),
          () => answer(),
        )
      else answer()
      return true
    },
    isPlayed,
    handleFast(request, response) {
      const url = parseLiveUrl(request.url)
      const answer = (verdict?: Verdict): void => {
        if (!front.handleFast(request, response, verdict)) handOn(request, response)
      }
      if (url === undefined) return answer()
      // what is read of a request for this is there in both kinds
      const verdict = access.check({ request: request as unknown as AnyRequest, url })
      forViewers(verdict, response, (then) => whenListed(url, response, then), answer)
    },
    async mayWatch(text, request) {
      const url = parseLiveUrl(text)
      return url !== undefined && (await verdictOf({ request, url })) === undefined
    },
    take(json, data) {
      const record = JSON.parse(json) as RunRecord | PacketRecord
      if (isPacketRecord(record)) packets.take(record, data)
      else runs.take(record, data)
    },
    has: (stream) => runs.find(stream) !== undefined,
    held: (stream) => runs.held(stream),
    feed(stream, held, sink) {
      const start = (): StreamFeed =>
        feedStream(
          stream,
          {
            onRun: (listener: (run: ReplicaStream) => () => void) => runs.onRun(stream, listener),
            stateOf: ({ title, guarded }) => ({ title, guarded }),
            clockOffsetOf: ({ ownClockOffsetMs }) => ownClockOffsetMs,
            held: heldBy(held),
            nextRun: () => nextRun++,
          },
          sink,
        )
      source.want(stream)
      if (runs.isListed(stream)) return start()
      // an empty list would have the other node drop what it has
      let feed: StreamFeed | undefined
      const stop = runs.whenListed(stream, undefined, () => {
        feed = start()
      })
      return {
        resume: () => feed?.resume(),
        stop() {
          stop()
          feed?.stop()
        },
      }
    },
    drop: (stream) => runs.drop(stream),
    hasPackets: (stream) => packets.find(stream) !== undefined,
    feedPackets(stream, sink) {
      source.wantPackets(stream)
      return feedPackets(
        stream,
        { follow: (listener) => packets.follow(stream, listener), isGuarded: () => packets.isGuarded(stream) },
        sink,
      )
    },
    dropPackets(stream) {
      // first: who leaves is reported by the run
      webrtc?.end(stream)
      packets.drop(stream)
    },
    setSettings(changed) {
      settings = changed
      rules.restricted = changed.restricted
    },
    setClock(ms) {
      skewMs = ms
    },
    forgetAnswers: () => rules.refresh(),
    connected: () => runs.renumber(),
    figures: () => ({
      ...{ streams: runs.streams, waiting, requests, bytesOut },
      webrtc: webrtc === undefined ? null : { viewers: webrtc.viewers, bytesOut: webrtcBytesOut, port: webrtc.port },
    }),
    async stop() {
      clearInterval(reporting)
      running.stop()
      runs.stop()
      playback.stop()
      await webrtc?.stop()
      packets.stop()
    },
  }
}
