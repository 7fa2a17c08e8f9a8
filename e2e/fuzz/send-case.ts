import { createSocket } from 'node:dgram'
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { connect as connectTls } from 'node:tls'
import { type FuzzCase, keyPlaceholder, streamPlaceholder, type TcpCase, tokenPlaceholder, type UdpCase } from './fuzz-case.ts'

/** What a case needs to know of the host that it is sent to. */
export interface CaseTarget {
  readonly ports: Readonly<Record<FuzzCase['port'], number>>
  /** Streams and the secrets of their keys, as long as their placeholders: cases beside each other do not push each other off the air. */
  readonly keys: readonly { readonly stream: string; readonly secret: string }[]
  readonly viewerToken: string
}

/** ms that a connection waits for an answer that may not come. */
const answerMs = 150
/** ms after which a connection is given up whatever it waits for. */
const connectMs = 5000
const heardBytes = 4096

type Fill = (piece: Buffer) => Buffer

/** Puts a key, its stream and a token where the placeholders are. */
function fillFor({ keys, viewerToken }: CaseTarget, index: number): Fill {
  const { stream, secret } = keys[index % keys.length]!
  return (piece) => {
    const text = piece.toString('latin1')
    const filled = text.replaceAll(keyPlaceholder, secret).replaceAll(streamPlaceholder, stream).replaceAll(tokenPlaceholder, viewerToken)
    return filled === text ? piece : Buffer.from(filled, 'latin1')
  }
}

/** An IP address of this machine for a case: few cases share one, since limits apply to each. */
const loopbackIp = (index: number): string => `127.${1 + ((index >> 14) & 127)}.${(index >> 7) & 127}.${1 + (index & 127)}`

/**
 * Sends a case as the `index`th; answers with the start of what the host said. Never rejects: a host that hangs up is what most
 * cases are for.
 */
export async function sendCase(fuzzCase: FuzzCase, target: CaseTarget, index: number): Promise<Buffer> {
  const [from, filled] = [loopbackIp(index), fillFor(target, index)]
  return fuzzCase.transport === 'tcp' ? sendTcp(fuzzCase, target, from, filled) : sendUdp(fuzzCase, target, from, filled)
}

async function sendTcp({ port, tls, pieces, ending }: TcpCase, target: CaseTarget, from: string, fill: Fill): Promise<Buffer> {
  const address = { host: '127.0.0.1', port: target.ports[port], ...(process.platform === 'linux' ? { localAddress: from } : {}) }
  const raw = connect(address)
  const socket: Socket = tls === undefined ? raw : connectTls({ socket: raw, ALPNProtocols: [tls], rejectUnauthorized: false })
  let heard = Buffer.alloc(0)
  let closed = false
  const done = Promise.withResolvers<void>()
  const opened = Promise.withResolvers<void>()
  for (const each of new Set([raw, socket])) {
    each.on('error', () => undefined)
    each.on('close', () => {
      closed = true
      done.resolve()
      opened.resolve()
    })
  }
  const limit = setTimeout(() => raw.destroy(), connectMs)
  socket.once(tls === undefined ? 'connect' : 'secureConnect', () => opened.resolve())
  socket.on('data', (bytes: Buffer) => {
    if (heard.length < heardBytes) heard = Buffer.concat([heard, bytes]).subarray(0, heardBytes)
    if (ending === 'wait') done.resolve()
  })
  await opened.promise
  raw.setNoDelay(true)
  for (const piece of pieces) {
    if (closed) break
    socket.write(fill(piece))
    if (piece !== pieces.at(-1)) await sleep(1)
  }
  if (ending === 'wait') await Promise.race([done.promise, sleep(answerMs)])
  if (ending === 'end') {
    socket.end()
    await Promise.race([done.promise, sleep(answerMs)])
  }
  if (!closed) {
    if (ending === 'reset') {
      // What was written must have left before the reset takes its place.
      await new Promise((resolve) => setImmediate(resolve))
      raw.resetAndDestroy()
    } else raw.destroy()
    await done.promise
  }
  socket.destroy()
  clearTimeout(limit)
  return heard
}

/** The caller's socket id in the conclusions of the SRT fuzzer. */
export const srtCallerId = 0x1234567

/**
 * Datagrams of SRT: the cookie that the host answers an induction with is put into every conclusion behind it (a handshake whose cookie
 * is 0xc00c1e), and the host's socket id into everything that is sent to socket 0xdeadbeef.
 */
async function sendUdp({ port, pieces }: UdpCase, target: CaseTarget, from: string, fill: Fill): Promise<Buffer> {
  const socket = createSocket('udp4')
  socket.on('error', () => undefined)
  if (process.platform === 'linux') await new Promise<void>((resolve) => socket.bind(0, from, resolve))
  let heard = Buffer.alloc(0)
  let cookie = 0
  let hostId = 0
  let onAnswer = (): void => undefined
  socket.on('message', (packet) => {
    if (heard.length < heardBytes) heard = Buffer.concat([heard, packet]).subarray(0, heardBytes)
    if (port === 'srt' && packet.length >= 64 && packet.readUInt16BE(0) === 0x8000) {
      if (packet.readUInt32BE(36) === 1) cookie = packet.readUInt32BE(44)
      else if (packet.readUInt32BE(36) === 0xffffffff) hostId = packet.readUInt32BE(40)
    }
    onAnswer()
  })
  for (const [index, piece] of pieces.entries()) {
    const packet = Buffer.from(fill(piece))
    let answered = false
    if (port === 'srt' && packet.length >= 16) {
      const isHandshake = packet.readUInt16BE(0) === 0x8000
      if (isHandshake && packet.length >= 48 && packet.readUInt32BE(44) === 0xc00c1e) packet.writeUInt32BE(cookie, 44)
      if (packet.readUInt32BE(12) === 0xdeadbeef) packet.writeUInt32BE(hostId, 12)
      answered = isHandshake
    }
    const answer = answered ? Promise.withResolvers<void>() : undefined
    onAnswer = () => answer?.resolve()
    await new Promise<void>((resolve) => socket.send(packet, target.ports[port], '127.0.0.1', () => resolve()))
    if (answer !== undefined) await Promise.race([answer.promise, sleep(answerMs)])
    else if (index % 32 === 31) await sleep(1)
  }
  await sleep(5)
  await new Promise<void>((resolve) => socket.close(() => resolve()))
  return heard
}
