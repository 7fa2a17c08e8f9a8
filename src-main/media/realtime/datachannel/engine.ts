import { AppError } from '../../../platform/errors.ts'
import type { Logger } from '../../../platform/logger.ts'
import { type MediaWire, openMediaWire } from '../../../platform/workers/media-wire.ts'
import { PendingReplies } from '../../../platform/workers/pending-replies.ts'
import { type SupervisedWorker, superviseWorker } from '../../../platform/workers/supervise-worker.ts'
import { workerFile } from '../../../platform/workers/worker-file.ts'
import { asIngest } from '../../ingest-packet.ts'
import {
  CONNECT_MS,
  type FeedRequest,
  KEYFRAME_EVERY_MS,
  type PeerAnswer,
  type PeerOffer,
  type PeerStats,
  type SfuEngine,
  type SfuEvents,
  type SfuOptions,
} from '../sfu-engine.ts'
import type { FromSfuWorker, ToSfuWorker } from './messages.ts'

export interface DataChannelEngineDependencies {
  readonly options: SfuOptions
  readonly events: SfuEvents
  readonly log: Logger
  /** File of the worker process; found beside this module when left out. */
  readonly workerEntry?: string | URL
}

const restart = { firstMs: 300, maxMs: 5000, goodAfterMs: 10_000 } as const
const startMs = 15_000
const answerMs = 6000
/** Bytes of a fed stream that may wait for the worker: beyond it frames are dropped until a keyframe. */
const maxWaiting = 8 * 1024 * 1024

/** The engine on node-datachannel: all transports live in one supervised process. */
export function createDataChannelEngine(dependencies: DataChannelEngineDependencies): SfuEngine {
  const { options, events, log } = dependencies
  const calls = new PendingReplies<FromSfuWorker>()
  const sessions = new Map<string, number>()
  const byChannel = new Map<number, string>()
  let worker: SupervisedWorker<ToSfuWorker> | undefined
  let wire: MediaWire | undefined
  let up = false
  let next = 1
  let started: { resolve: () => void; reject: (error: AppError) => void } | undefined

  function down(): void {
    const wasUp = up
    up = false
    calls.rejectAll(() => new AppError('webrtc.engine_down'))
    const lost = [...sessions.keys()]
    sessions.clear()
    byChannel.clear()
    for (const sessionId of lost) events.onClosed(sessionId, 'worker-lost')
    if (wasUp) events.onWorker(false)
  }

  function ask(message: (call: number) => ToSfuWorker): Promise<FromSfuWorker> {
    const to = worker
    if (!up || to === undefined) return Promise.reject(new AppError('webrtc.engine_down'))
    const late = () => new AppError('webrtc.engine_down', 'The WebRTC engine did not answer in time')
    return calls.request((call) => to.send(message(call)), answerMs, late)
  }

  function forget(sessionId: string): void {
    const channel = sessions.get(sessionId)
    sessions.delete(sessionId)
    if (channel !== undefined) byChannel.delete(channel)
  }

  function hear(message: FromSfuWorker): void {
    switch (message.type) {
      case 'started': {
        up = true
        const first = started
        started = undefined
        if (first !== undefined) first.resolve()
        else events.onWorker(true)
        break
      }
      case 'failed':
        log.error({ code: message.code }, `the WebRTC engine cannot start: ${message.message}`)
        started?.reject(failure(message.code, message.message))
        started = undefined
        break
      case 'answer':
      case 'stats':
        calls.resolve(message.call, message)
        break
      case 'refused':
        calls.reject(message.call, new AppError(message.code, message.message))
        break
      case 'connected':
        if (sessions.has(message.sessionId)) events.onConnected(message.sessionId)
        break
      case 'closed':
        if (!sessions.has(message.sessionId)) break
        forget(message.sessionId)
        events.onClosed(message.sessionId, message.why)
        break
      case 'fault':
        events.onFault(message.sessionId, message.message)
        break
    }
  }

  function failure(code: 'webrtc.engine_missing' | 'port.in_use' | 'port.forbidden', message: string): AppError {
    if (code === 'webrtc.engine_missing') return new AppError(code, `The WebRTC engine does not load: ${message}`)
    const what = code === 'port.in_use' ? 'is in use' : 'may not be opened by this user'
    return new AppError(code, `The UDP port ${options.port} (option webrtcPort) ${what}`, {
      details: { port: options.port, option: 'webrtcPort' },
    })
  }

  async function admit(type: 'publish' | 'play', peer: PeerOffer): Promise<PeerAnswer> {
    const channel = next++
    sessions.set(peer.sessionId, channel)
    byChannel.set(channel, peer.sessionId)
    try {
      const answer = await ask((call) => ({ type, call, sessionId: peer.sessionId, room: peer.room, sdp: peer.offer.sdp, channel }))
      return { sdp: answer.type === 'answer' ? answer.sdp : '' }
    } catch (error) {
      forget(peer.sessionId)
      worker?.send({ type: 'close', sessionId: peer.sessionId })
      throw error
    }
  }

  function feed({ room, stream }: FeedRequest): () => void {
    const channel = next++
    const pipe = wire
    if (pipe === undefined || !up) return () => undefined
    worker?.send({ type: 'feed', room, channel, originTimeMs: stream.originTimeMs })
    let skipping = false
    let ended = false
    const finish = (): void => {
      if (ended) return
      ended = true
      unsubscribe()
      pipe.end(channel)
      if (pipe === wire) worker?.send({ type: 'unfeed', room, channel })
    }
    const unsubscribe = stream.subscribe(
      {
        onTrack: (track) => pipe.track(channel, track),
        onPacket: (packet) => {
          if (packet.track.kind === 'video') {
            if (pipe.waitingBytes > maxWaiting) skipping = true
            else if (packet.key) skipping = false
            if (skipping) return
          }
          pipe.packet(channel, packet)
        },
        onDiscontinuity() {},
        onEnd: () => queueMicrotask(finish),
      },
      { from: 'keyframe' },
    )
    return finish
  }

  return {
    name: 'node-datachannel',
    abilities: { tcp: false, iceLite: false, iceRestart: false, simulcast: true, dataChannels: true },
    get port() {
      return options.port
    },
    get up() {
      return up
    },
    start() {
      return new Promise<void>((resolve, reject) => {
        const timer = setTimeout(
          () => started?.reject(new AppError('webrtc.engine_missing', 'The WebRTC engine did not start in time')),
          startMs,
        )
        const done = (): void => clearTimeout(timer)
        started = {
          resolve: () => {
            done()
            resolve()
          },
          reject: (error) => {
            done()
            void supervised.stop().then(() => reject(error))
          },
        }
        const supervised = superviseWorker<FromSfuWorker, ToSfuWorker>({
          entry: dependencies.workerEntry ?? workerFile('sfu'),
          log,
          restart,
          onMediaPipe: (pipe) => {
            wire = openMediaWire(pipe, {
              onTrack: (channel, track) => {
                const sessionId = byChannel.get(channel)
                if (sessionId !== undefined) events.onTrack(sessionId, track)
              },
              onPacket: (channel, packet) => {
                const sessionId = byChannel.get(channel)
                if (sessionId !== undefined) events.onPacket(sessionId, asIngest(packet))
              },
              onNote() {},
            })
          },
          onReady: () => {
            const { bind, port, addresses } = options
            supervised.send({ type: 'start', options: { bind, port, addresses }, connectMs: CONNECT_MS, keyframeMs: KEYFRAME_EVERY_MS })
          },
          onMessage: hear,
          onExit: down,
        })
        worker = supervised
      })
    },
    async stop() {
      const running = worker
      worker = undefined
      await running?.stop(800)
      down()
    },
    publish: (peer) => admit('publish', peer),
    play: (peer) => admit('play', peer),
    feed,
    restartIce: () => Promise.reject(new AppError('webrtc.no_restart')),
    requestKeyframe: (room) => void worker?.send({ type: 'keyframe', room }),
    chooseLayer: (sessionId, { rid }) => void worker?.send({ type: 'layer', sessionId, rid }),
    async stats(): Promise<readonly PeerStats[]> {
      if (!up) return []
      const answer = await ask((call) => ({ type: 'stats', call }))
      return answer.type === 'stats' ? answer.stats : []
    },
    close: (sessionId) => void worker?.send({ type: 'close', sessionId }),
  }
}
