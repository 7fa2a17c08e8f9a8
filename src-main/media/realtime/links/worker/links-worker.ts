import { isFault } from '../../../../formats/fault.ts'
import { connectToHost, openMediaPipe } from '../../../../platform/workers/worker-side.ts'
import type { Network } from '../../datachannel/worker/connection.ts'
import { probePort } from '../../datachannel/worker/probe-port.ts'
import { readOffer } from '../../offer.ts'
import { readLinkWire } from '../link-wire.ts'
import type { FromLinksWorker, LinkEnd, ToLinksWorker } from '../messages.ts'
import { LinkPeer } from './link-peer.ts'

/** The process that has the data channels of parts: see `data-links`. */

const links = new Map<number, LinkPeer>()
let network: Network | undefined

const host = connectToHost<ToLinksWorker, FromLinksWorker>((message) => {
  void act(message)
})

readLinkWire(
  openMediaPipe(),
  (link, delivery, message) => {
    const peer = links.get(link)
    // The frame's memory is read again for the next one.
    if (delivery === 'ordered') peer?.sendOrdered(new Uint8Array(message))
    else peer?.sendFleeting(message)
  },
  () => host.end(),
)

async function act(message: ToLinksWorker): Promise<void> {
  if (message.kind === 'start') await start(message)
  else if (message.kind === 'open') await open(message.link, message.sdp)
  else if (message.kind === 'text') links.get(message.link)?.sendText(message.text)
  else end(message.link, undefined)
}

async function start({ bind, port, addresses }: Extract<ToLinksWorker, { readonly kind: 'start' }>): Promise<void> {
  const any = bind === '' || bind === '0.0.0.0' || bind === '::'
  try {
    const library = await import('node-datachannel')
    library.initLogger('Fatal', (level, text) => process.stderr.write(`${level} ${text}\n`))
    await probePort(port, any ? undefined : bind)
    network = { library, bind: any ? undefined : bind, port, addresses }
    host.send({ kind: 'started' })
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const known = code === 'EADDRINUSE' ? 'port.in_use' : code === 'EACCES' ? 'port.forbidden' : 'webrtc.engine_missing'
    host.send({ kind: 'failed', code: known, message: message.split('\n')[0] ?? '' })
  }
}

async function open(link: number, sdp: string): Promise<void> {
  const reject = (why: string): void => {
    end(link, undefined)
    host.send({ kind: 'rejected', link, why })
  }
  const offer = readOffer(sdp)
  if (isFault(offer)) {
    reject(offer.fault)
    return
  }
  if (network === undefined || offer.dataMid === undefined) {
    reject(network === undefined ? 'the process has not started' : 'the offer has no data channel')
    return
  }
  try {
    const peer = new LinkPeer(network, `link-${link}`, {
      onOpen: () => host.send({ kind: 'opened', link }),
      onText: (text) => host.send({ kind: 'text', link, text }),
      onArrived: (bytes) => host.send({ kind: 'arrived', link, bytes }),
      onEnd: (why) => end(link, why),
    })
    links.set(link, peer)
    const answer = await peer.accept(offer)
    if (links.get(link) === peer) host.send({ kind: 'answer', link, sdp: answer })
  } catch (error) {
    reject((error as Error).message.slice(0, 200))
  }
}

function end(link: number, why: LinkEnd | undefined): void {
  const peer = links.get(link)
  if (peer === undefined) return
  links.delete(link)
  // Not inside a callback of what is closed.
  setImmediate(() => peer.close())
  if (why !== undefined) host.send({ kind: 'closed', link, why })
}

host.stopping.addEventListener('abort', () => {
  for (const peer of links.values()) peer.close()
  host.end()
})
host.ready()
