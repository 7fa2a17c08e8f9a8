import { openMediaWire } from '../../../../../platform/workers/media-wire.ts'
import { connectToHost, openMediaPipe } from '../../../../../platform/workers/worker-side.ts'
import type { FromWhipWorker, PlayNote, ToWhipWorker } from '../messages.ts'
import { WhipPeer } from './whip-peer.ts'

/** The process that sends streams to WHIP servers. */

const peers = new Map<number, WhipPeer>()
const library = import('node-datachannel').then((loaded) => {
  loaded.initLogger('Fatal', (level, text) => process.stderr.write(`${level} ${text}\n`))
  return loaded
})
library.catch(() => undefined)

const host = connectToHost<ToWhipWorker, FromWhipWorker>((message) => {
  const peer = peers.get(message.session)
  switch (message.type) {
    case 'open':
      void open(message)
      break
    case 'answer':
      peer?.accept(message.sdp)
      break
    case 'close':
      peers.delete(message.session)
      peer?.close()
      break
  }
})
openMediaWire(openMediaPipe(), {
  onTrack: (channel, track) => peers.get(channel)?.feed?.track(track),
  onPacket: (channel, packet) => peers.get(channel)?.feed?.packet(packet),
  onNote: (channel, note) => peers.get(channel)?.play((note as PlayNote).originTimeMs),
})

async function open({ session, iceServers }: ToWhipWorker & { type: 'open' }): Promise<void> {
  const onEnded = (why: (FromWhipWorker & { type: 'closed' })['why'], message: string): void => {
    const peer = peers.get(session)
    peers.delete(session)
    host.send({ type: 'closed', session, why, message })
    // The library does not like to be closed from within its own call.
    setImmediate(() => peer?.close())
  }
  try {
    const peer = new WhipPeer(await library, session, iceServers, {
      onOffer: (sdp) => host.send({ type: 'offer', session, sdp }),
      onConnected: () => host.send({ type: 'connected', session }),
      onEnded,
      onLoss: (lost, retransmitted) => host.send({ type: 'loss', session, lost, retransmitted }),
    })
    peers.set(session, peer)
  } catch (error) {
    onEnded('missing', (error as Error).message.split('\n')[0] ?? '')
  }
}

setInterval(() => {
  const nowMs = performance.now()
  const wallMs = Date.now()
  for (const { feed } of peers.values()) feed?.room.second(nowMs, wallMs)
}, 1000)

host.stopping.addEventListener('abort', () => {
  for (const peer of peers.values()) peer.close()
  host.end()
})
host.ready()
