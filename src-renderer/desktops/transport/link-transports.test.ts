import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { LinkTransports } from './link-transports.ts'

/** A peer of this browser whose channel the test speaks for. */
class Peer {
  static all: Peer[] = []
  readonly channel: Partial<RTCDataChannel> = { readyState: 'open', send() {} }
  readonly iceGatheringState = 'complete'
  readonly localDescription = { sdp: 'v=0' }
  closed = false
  constructor() {
    Peer.all.push(this)
  }
  createDataChannel() {
    return this.channel
  }
  async setLocalDescription() {}
  close() {
    this.closed = true
  }
}

let said: { readonly kind: string; readonly via?: string }[]
let shown: number
let transports: LinkTransports

beforeEach(() => {
  vi.useFakeTimers()
  vi.stubGlobal('RTCPeerConnection', Peer)
  Peer.all = []
  said = []
  shown = 0
  transports = new LinkTransports({
    choice: 'webrtc',
    sendText: (text) => said.push(JSON.parse(text)),
    onMessage: () => shown++,
    onSwitch() {},
    onRoundTrip() {},
  })
  transports.hear({ kind: 'rtc', near: false, iceServers: [] })
})
afterEach(() => {
  transports.stop()
  vi.unstubAllGlobals()
  vi.useRealTimers()
})

/** A message of the display in one datagram. */
function arrives({ channel }: Peer, number: number, bytes: number) {
  const data = new ArrayBuffer(8 + bytes)
  const view = new DataView(data)
  view.setUint8(0, 1)
  view.setUint8(1, 1)
  view.setUint32(4, number, true)
  view.setUint8(8, 1)
  channel.onmessage?.call(channel as RTCDataChannel, { data } as MessageEvent)
}
const opens = ({ channel }: Peer) => channel.onopen?.call(channel as RTCDataChannel, {} as Event)
const ends = ({ channel }: Peer) => channel.onclose?.call(channel as RTCDataChannel, {} as Event)

it('shows what came over the data channel before the answer that it does, and nothing of one that ended before that', () => {
  const [first] = Peer.all as [Peer]
  opens(first)
  arrives(first, 0, 100)
  expect(shown).toBe(0)
  ends(first)
  transports.hear({ kind: 'transport', via: 'webrtc', taken: 0 })
  expect(shown).toBe(0)
  transports.hear({ kind: 'transport', via: 'websocket', taken: 0 })
  vi.advanceTimersByTime(30_000)
  const second = Peer.all[1]!
  opens(second)
  arrives(second, 0, 100)
  transports.hear({ kind: 'transport', via: 'webrtc', taken: 0 })
  expect(shown).toBe(1)
})

it('gives a data channel up over which more and more comes without that answer', () => {
  const [peer] = Peer.all as [Peer]
  opens(peer)
  for (let number = 0; number < 33; number++) arrives(peer, number, 2 ** 20)
  expect(peer.closed).toBe(true)
  expect(said.at(-1)).toMatchObject({ kind: 'transport', via: 'websocket' })
})
