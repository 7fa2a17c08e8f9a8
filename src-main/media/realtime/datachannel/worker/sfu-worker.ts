import { isFault } from '../../../../formats/fault.ts'
import { ticks } from '../../../../formats/media-time.ts'
import type { Track } from '../../../../formats/track.ts'
import { openMediaWire } from '../../../../platform/workers/media-wire.ts'
import { connectToHost, openMediaPipe } from '../../../../platform/workers/worker-side.ts'
import type { IngestPacket } from '../../../ingest-packet.ts'
import { readOffer } from '../../offer.ts'
import type { FromSfuWorker, ToSfuWorker } from '../messages.ts'
import type { Network } from './connection.ts'
import { Feed } from './feed.ts'
import { probePort } from './probe-port.ts'
import { Publisher } from './publisher.ts'
import type { Room } from './room.ts'
import { Viewer } from './viewer.ts'

/** The process that has all WebRTC transports of the node-datachannel engine. */

/** `channel`: of the pipe to the host. */
type Session = { readonly peer: Publisher | Viewer; readonly channel: number; readonly timer: NodeJS.Timeout; connected: boolean }

const rooms = new Map<string, Room>()
const feeds = new Map<number, Feed>()
const sessions = new Map<string, Session>()
const behind = new Set<Viewer>()
let catching: NodeJS.Timeout | undefined
let network: Network | undefined
let limits = { connectMs: 12_000, keyframeMs: 2000 }

const host = connectToHost<ToSfuWorker, FromSfuWorker>((message) => {
  void act(message)
})
const wire = openMediaWire(openMediaPipe(), {
  onTrack: (channel, track) => feeds.get(channel)?.track(track),
  onPacket: (channel, packet) => feeds.get(channel)?.packet(packet),
  onNote() {},
  // Without the pipe no publisher is heard and no stream played: the host starts this process again.
  onClosed: () => host.end(),
})

async function act(message: ToSfuWorker): Promise<void> {
  switch (message.type) {
    case 'start':
      await start(message)
      break
    case 'publish':
    case 'play':
      await admit(message)
      break
    case 'feed': {
      const feed = new Feed(message.room, message.originTimeMs)
      for (const track of wire.received(message.channel)) feed.track(track)
      feeds.set(message.channel, feed)
      rooms.set(message.room, feed.room)
      break
    }
    case 'unfeed': {
      const feed = feeds.get(message.channel)
      feeds.delete(message.channel)
      if (feed !== undefined) endRoom(feed.room)
      break
    }
    case 'keyframe': {
      const room = rooms.get(message.room)
      room?.requestKeyframe(room.video[0], performance.now())
      break
    }
    case 'layer': {
      const peer = sessions.get(message.sessionId)?.peer
      if (peer instanceof Viewer) peer.chooseLayer(message.rid)
      break
    }
    case 'stats':
      host.send({ type: 'stats', call: message.call, stats: [...sessions.values()].map(({ peer }) => peer.stats()) })
      break
    case 'close':
      end(message.sessionId, 'closed')
      break
  }
}

async function start({ options, connectMs, keyframeMs }: ToSfuWorker & { type: 'start' }): Promise<void> {
  limits = { connectMs, keyframeMs }
  const any = options.bind === '' || options.bind === '0.0.0.0' || options.bind === '::'
  try {
    const library = await import('node-datachannel')
    library.initLogger('Fatal', (level, text) => process.stderr.write(`${level} ${text}\n`))
    await probePort(options.port, any ? undefined : options.bind)
    network = { library, bind: any ? undefined : options.bind, port: options.port, addresses: options.addresses }
    host.send({ type: 'started' })
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const known = code === 'EADDRINUSE' ? 'port.in_use' : code === 'EACCES' ? 'port.forbidden' : 'webrtc.engine_missing'
    host.send({ type: 'failed', code: known, message: message.split('\n')[0] ?? '' })
  }
}

async function admit(message: ToSfuWorker & { type: 'publish' | 'play' }): Promise<void> {
  const { call, sessionId } = message
  const refuse = (code: (FromSfuWorker & { type: 'refused' })['code'], why: string): void => {
    end(sessionId, undefined)
    host.send({ type: 'refused', call, code, message: why })
  }
  const offer = readOffer(message.sdp)
  if (isFault(offer)) return refuse('webrtc.sdp_invalid', offer.fault)
  if (network === undefined) return refuse('stream.not_live', 'the engine is not ready')
  let peer: Publisher | Viewer
  const common = {
    network,
    sessionId,
    offer,
    onConnected: () => {
      const session = sessions.get(sessionId)
      if (session === undefined) return
      session.connected = true
      clearTimeout(session.timer)
      host.send({ type: 'connected', sessionId })
    },
    onClosed: () => end(sessionId, sessions.get(sessionId)?.connected ? 'left' : 'never-connected'),
  }
  try {
    if (message.type === 'publish') {
      const { channel } = message
      const tracks = new Map<string, Track>()
      peer = new Publisher({
        ...common,
        roomName: message.room,
        keyframeMs: limits.keyframeMs,
        onTrack: (track) => {
          tracks.set(track.id, track)
          wire.track(channel, track)
        },
        onPacket: (packet) => toHost(channel, tracks.get(packet.trackId), packet),
        onFault: (text) => host.send({ type: 'fault', sessionId, message: text }),
      })
      rooms.set(message.room, peer.room)
    } else {
      const room = rooms.get(message.room)
      if (room === undefined) return refuse('stream.not_live', 'there is no such stream')
      peer = new Viewer({ ...common, room, onBehind })
      room.viewers.add(peer)
    }
    const timer = setTimeout(() => end(sessionId, 'never-connected'), limits.connectMs)
    sessions.set(sessionId, { peer, channel: message.channel, connected: false, timer })
    const answer = await peer.answer()
    if ('refused' in answer) refuse('webrtc.no_codec', answer.refused)
    else host.send({ type: 'answer', call, sdp: answer.sdp })
  } catch (error) {
    refuse('webrtc.sdp_invalid', (error as Error).message)
  }
}

/** Bytes that may wait on the pipe to the host before frames of publishers are dropped: it reads at once unless it is stuck. */
const maxWaiting = 32 * 1024 * 1024

function toHost(channel: number, track: Track | undefined, packet: IngestPacket): void {
  if (track === undefined || wire.waitingBytes > maxWaiting) return
  // RTP counts as the tracks made of it do
  const { dts, composition, key, data } = packet
  wire.packet(channel, { track, dts, pts: ticks(dts + composition), duration: ticks(1), key, data })
}

function end(sessionId: string, why: (FromSfuWorker & { type: 'closed' })['why'] | undefined): void {
  const session = sessions.get(sessionId)
  if (session === undefined) return
  sessions.delete(sessionId)
  clearTimeout(session.timer)
  const { peer, channel } = session
  if (peer instanceof Viewer) behind.delete(peer)
  peer.close()
  if (why !== undefined) host.send({ type: 'closed', sessionId, why })
  if (!(peer instanceof Publisher)) return
  wire.end(channel)
  endRoom(peer.room)
}

function endRoom(room: Room): void {
  if (rooms.get(room.name) === room) rooms.delete(room.name)
  for (const viewer of [...room.viewers]) end(viewer.sessionId, 'closed')
}

function onBehind(viewer: Viewer): void {
  behind.add(viewer)
  catching ??= setInterval(() => {
    const nowMs = performance.now()
    for (const each of behind) if (!each.catchUp(nowMs)) behind.delete(each)
    if (behind.size > 0) return
    clearInterval(catching)
    catching = undefined
  }, 5)
}

let turn = 0
setInterval(() => {
  const nowMs = performance.now()
  for (const { peer } of sessions.values()) if (peer instanceof Publisher) peer.tick(nowMs)
  if (++turn % 50 !== 0) return
  const wallMs = Date.now()
  for (const room of rooms.values()) room.second(nowMs, wallMs)
  for (const [sessionId, { peer }] of sessions) if (peer instanceof Publisher && !peer.second(nowMs)) end(sessionId, 'lost')
}, 20)

host.stopping.addEventListener('abort', () => {
  for (const sessionId of [...sessions.keys()]) end(sessionId, 'closed')
  host.end()
})
host.ready()
