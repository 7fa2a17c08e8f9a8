import { afterEach, describe, expect, it, vi } from 'vitest'
import { readSrtStreamId } from '../../../../formats/srt/srt-stream-id.ts'
import { numbersFrom } from '../../../../formats/testing/random.ts'
import { SrtCipher } from './cipher.ts'
import { SynCookies } from './cookie.ts'
import { DeliveryClock } from './delivery-clock.ts'
import { SrtLink, type SrtLinkOptions } from './link.ts'
import { Pacer } from './pacer.ts'
import { ReceiveBuffer } from './receive-buffer.ts'

/** Two ends and the network between them, on a clock of its own. */
function pair(options: { loss: number; delayMs: number; latencyMs: number; sequence?: number; passphrase?: string; keyPackets?: number }) {
  const random = numbersFrom(3)
  const flying: { atMs: number; to: 'a' | 'b'; packet: Buffer }[] = []
  let nowMs = performance.now()
  // Sending uses the same clock.
  vi.spyOn(performance, 'now').mockImplementation(() => nowMs)
  const wire = (to: 'a' | 'b') => (packet: Buffer) => {
    if (random() >= options.loss) flying.push({ atMs: nowMs + options.delayMs, to, packet: Buffer.from(packet) })
  }
  const cipher = options.passphrase ? SrtCipher.create(options.passphrase, 32) : undefined
  const other = options.passphrase && cipher ? (SrtCipher.open(options.passphrase, cipher.message(1)) as SrtCipher) : undefined
  const sequence = options.sequence ?? 100
  const common: Omit<SrtLinkOptions, 'wire' | 'ownSocketId' | 'peerSocketId'> = {
    sendSequence: sequence,
    receiveSequence: sequence,
    receiveLatencyMs: options.latencyMs,
    sendLatencyMs: options.latencyMs,
    startMs: nowMs,
    nowMs,
    peerTimeUs: 0,
    idleMs: 5000,
    queueBytes: 1e6,
    ...(options.keyPackets ? { keyPackets: options.keyPackets } : {}),
    remoteAddress: 'x',
    streamId: '',
  }
  const a = new SrtLink({ ...common, wire: wire('b'), ownSocketId: 1, peerSocketId: 2, sendCipher: cipher, receiveCipher: cipher?.twin() })
  const b = new SrtLink({ ...common, wire: wire('a'), ownSocketId: 2, peerSocketId: 1, sendCipher: other?.twin(), receiveCipher: other })
  return {
    a,
    b,
    /** One tick of 10 ms. */
    step() {
      nowMs += 10
      for (let i = 0; i < flying.length; ) {
        if (flying[i]!.atMs <= nowMs) {
          const [{ to, packet }] = flying.splice(i, 1) as [(typeof flying)[number]]
          ;(to === 'a' ? a : b).onPacket(packet, nowMs)
        } else i++
      }
      a.tick(nowMs)
      b.tick(nowMs)
    },
  }
}

function sendThrough(ends: ReturnType<typeof pair>, count: number): number[] {
  const heard: number[] = []
  ends.b.onMessage = (payload) => heard.push(payload.readUInt32BE(0))
  for (let sent = 0; sent < count; ) {
    for (let i = 0; i < 5 && sent < count; i++) {
      const payload = Buffer.alloc(300)
      payload.writeUInt32BE(sent++)
      ends.a.send(payload)
    }
    ends.step()
  }
  for (let i = 0; i < 100; i++) ends.step()
  return heard
}

describe('an SRT connection', () => {
  afterEach(() => void vi.restoreAllMocks())
  const all = Array.from({ length: 1000 }, (_, i) => i)

  it('delivers everything in order through loss of 5 % both ways, over the wrap of its numbers', () => {
    const ends = pair({ loss: 0.05, delayMs: 25, latencyMs: 400, sequence: 0x7fffffff - 300 })
    expect(sendThrough(ends, 1000)).toEqual(all)
    const { lost, retransmitted, dropped, rttMs } = ends.b.statistics()
    expect(lost).toBeGreaterThan(20)
    expect(retransmitted).toBeGreaterThan(20)
    expect(dropped).toBe(0)
    expect(rttMs).toBeGreaterThan(30)
  })

  it('leaves out what cannot come in time, and goes on', () => {
    const ends = pair({ loss: 0.05, delayMs: 60, latencyMs: 80 })
    const heard = sendThrough(ends, 1000)
    expect(ends.b.statistics().dropped).toBe(1000 - heard.length)
    expect(heard.length).toBeGreaterThan(900)
    expect(heard.length).toBeLessThan(1000)
    expect(heard).toEqual(heard.toSorted((x, y) => x - y))
  })

  it('encrypts, and changes its key on the way without losing a packet', () => {
    const ends = pair({ loss: 0.02, delayMs: 10, latencyMs: 300, passphrase: 'long enough pass', keyPackets: 200 })
    expect(sendThrough(ends, 1000)).toEqual(all)
    expect(ends.b.statistics().undecrypted).toBe(0)
  })

  it('ends when asked, after silence, and after what it had to say', () => {
    const ends = pair({ loss: 0, delayMs: 5, latencyMs: 100 })
    const ended: string[] = []
    ends.a.onClose = (how) => ended.push(`a ${how}`)
    ends.b.onClose = (how) => ended.push(`b ${how}`)
    let heard = 0
    ends.b.onMessage = () => heard++
    ends.a.send(Buffer.alloc(100))
    ends.a.finish()
    for (let i = 0; i < 40; i++) ends.step()
    expect(ended).toEqual(['a closed', 'b shutdown'])
    expect(heard).toBe(1)
    const lonely = pair({ loss: 1, delayMs: 5, latencyMs: 100 })
    lonely.a.onClose = (how) => ended.push(how)
    for (let i = 0; i < 510; i++) lonely.step()
    expect(ended.at(-1)).toBe('timeout')
  })

  it('is moved by no packet, however broken', () => {
    const random = numbersFrom(11)
    const ends = pair({ loss: 0, delayMs: 0, latencyMs: 50, passphrase: 'long enough pass' })
    let now = performance.now()
    for (let run = 0; run < 5000; run++) {
      const packet = Buffer.alloc(20 + Math.floor(random() * 80))
      for (let at = 0; at < packet.length; at++) packet[at] = Math.floor(random() * 256)
      if (run % 2 === 0) packet.writeUInt16BE(0x8000 | [1, 2, 3, 4, 6, 7, 0x7fff][run % 7]!, 0)
      // Numbers near those that are expected go deeper.
      if (run % 5 === 0) packet.writeUInt32BE(100 + Math.floor(random() * 9000), run % 2 === 0 ? 16 : 0)
      ends.b.onPacket(packet, now)
      if (run % 50 !== 0) continue
      now += 10
      ends.b.tick(now)
    }
    expect(ends.b.statistics().packetsReceived).toBeGreaterThan(100)
  })
})

it('a receive buffer keeps no more than its ring', () => {
  const buffer = new ReceiveBuffer(0, 8)
  expect(buffer.accepts(8)).toBe('beyond')
  expect(buffer.accepts(0x7fffffff)).toBe('late')
  buffer.insert(3, Buffer.from('d'), 50)
  expect(buffer.missing).toBe(3)
  const ranges: number[][] = []
  buffer.eachMissing((first, last) => ranges.push([first, last]) > 0)
  expect(ranges).toEqual([[0, 2]])
  buffer.giveUp(0, 2)
  expect(buffer.missing).toBe(0)
  const got: string[] = []
  buffer.deliver(60, (payload) => got.push(payload.toString()))
  expect(got).toEqual(['d'])
  expect(buffer.dropped).toBe(3)
})

it('a wrong passphrase opens nothing, the right one both keys', () => {
  const ours = SrtCipher.create('correct horse battery', 16)
  ours.makeNext()
  expect(SrtCipher.open('wrong horse battery', ours.message(3))).toBe('bad-secret')
  expect(SrtCipher.open('correct horse battery', Buffer.alloc(80))).toBe('malformed')
  const theirs = SrtCipher.open('correct horse battery', ours.message(3)) as SrtCipher
  for (const key of [1, 2] as const) {
    ours.active = key
    expect(theirs.decrypt(77, ours.encrypt(77, Buffer.from('hello')), key)?.toString()).toBe('hello')
  }
})

it('a cookie is valid for its IP address and for a minute or two', () => {
  const cookies = new SynCookies()
  const cookie = cookies.make('10.0.0.1', 5000, 60_000)
  expect(cookies.fits(cookie, '10.0.0.1', 5000, 119_000)).toBe(true)
  expect(cookies.fits(cookie, '10.0.0.1', 5000, 185_000)).toBe(false)
  expect(cookies.fits(cookie, '10.0.0.1', 5001, 60_000)).toBe(false)
})

it('the delivery clock goes on over the wrap of time stamps and follows a drifting sender', () => {
  const clock = new DeliveryClock(1000, 2 ** 32 - 5000, 100)
  expect(clock.dueMs(2 ** 32 - 5000)).toBeCloseTo(1100)
  expect(clock.dueMs(5000)).toBeCloseTo(1110)
  const drifting = new DeliveryClock(0, 0, 0)
  for (let i = 0; i < 1000; i++) drifting.observe(20 + i, i * 1000, 10)
  expect(drifting.dueMs(1_000_000)).toBeCloseTo(1020)
})

it('a pacer lets a burst go and spreads the rest, within its bound', () => {
  const pacer = new Pacer(200_000, 0)
  let taken = 0
  while (pacer.push(Buffer.alloc(1000))) taken++
  expect(taken).toBe(200)
  let gone = 0
  while (pacer.next(0)) gone++
  expect(gone).toBe(98)
  while (pacer.next(10)) gone++
  expect(gone).toBe(123)
})

it('stream ids are read in every way that encoders write them', () => {
  expect(readSrtStreamId('sk_1')).toEqual({ mode: 'publish', name: undefined, key: 'sk_1' })
  expect(readSrtStreamId('publish:cam:sk_1')).toEqual({ mode: 'publish', name: 'cam', key: 'sk_1' })
  expect(readSrtStreamId('#!::r=cam,m=publish,u=sk_1')).toEqual({ mode: 'publish', name: 'cam', key: 'sk_1' })
  expect(readSrtStreamId('#!::r=sk_1,m=publish')).toEqual({ mode: 'publish', name: undefined, key: 'sk_1' })
  expect(readSrtStreamId('#!::r=cam,token=abc')).toEqual({ mode: 'request', name: 'cam', key: undefined, token: 'abc' })
  expect(readSrtStreamId('play:cam')).toEqual({ mode: 'request', name: 'cam', key: undefined })
  for (const wrong of ['', 'play:', '#!::m=publish', 'a:b:c:d']) expect(readSrtStreamId(wrong)).toBeUndefined()
})
