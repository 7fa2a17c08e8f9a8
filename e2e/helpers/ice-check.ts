import { createHmac, randomBytes } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { crc32 } from 'node:zlib'

/** Where a description says that its side takes checks. */
export interface IceSide {
  readonly ufrag: string
  readonly pwd: string
  /** The UDP port of its first candidate. */
  readonly port: number
}

const cookie = 0x2112a442
const bindingRequest = 0x0001
/** Of RFC 8489, 18.3 and RFC 8445, 16.1. */
const attributes = { username: 0x0006, messageIntegrity: 0x0008, priority: 0x0024, fingerprint: 0x8028, controlling: 0x802a } as const

/** The answering side, as its SDP has it. */
export function iceSideOf(sdp: string): IceSide {
  const [, ufrag = ''] = /^a=ice-ufrag:(\S+)/m.exec(sdp) ?? []
  const [, pwd = ''] = /^a=ice-pwd:(\S+)/m.exec(sdp) ?? []
  const [, port] = /^a=candidate:\S+ 1 udp \d+ \S+ (\d+)/im.exec(sdp) ?? []
  return { ufrag, pwd, port: Number(port) }
}

function attribute(type: number, value: Buffer): Buffer {
  const head = Buffer.alloc(4)
  head.writeUInt16BE(type, 0)
  head.writeUInt16BE(value.length, 2)
  return Buffer.concat([head, value, Buffer.alloc((4 - (value.length % 4)) % 4)])
}

/** A connectivity check of ICE (RFC 8445, 7.2.2) by the side that controls. */
function checkOf({ ufrag, pwd }: IceSide, ownUfrag: string): Buffer {
  const number = (value: number): Buffer => {
    const bytes = Buffer.alloc(4)
    bytes.writeUInt32BE(value >>> 0)
    return bytes
  }
  let body = Buffer.concat([
    attribute(attributes.username, Buffer.from(`${ufrag}:${ownUfrag}`)),
    attribute(attributes.priority, number(0x6e0001ff)),
    attribute(attributes.controlling, Buffer.alloc(8, 1)),
  ])
  const transaction = randomBytes(12)
  /** The message so far, its length counted with `more` bytes that follow. */
  const withHead = (more: number): Buffer => {
    const head = Buffer.alloc(8)
    head.writeUInt16BE(bindingRequest, 0)
    head.writeUInt16BE(body.length + more, 2)
    head.writeUInt32BE(cookie, 4)
    return Buffer.concat([head, transaction, body])
  }
  body = Buffer.concat([body, attribute(attributes.messageIntegrity, createHmac('sha1', pwd).update(withHead(24)).digest())])
  body = Buffer.concat([body, attribute(attributes.fingerprint, number(crc32(withHead(8)) ^ 0x5354554e))])
  return withHead(0)
}

/** A UDP socket on this machine, which a description may name as a candidate. Whoever opens it closes it. */
export async function openUdpPeer() {
  const socket = createSocket('udp4')
  const received: Buffer[] = []
  socket.on('message', (message) => void received.push(message))
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  return {
    port: socket.address().port,
    /** Everything that came. */
    received,
    /** Says where it is, as a peer does whose IP address the other side does not know. */
    check: (side: IceSide, ownUfrag: string) => socket.send(checkOf(side, ownUfrag), side.port, '127.0.0.1'),
    /** The other side checks it, too. */
    isChecked: () => received.some((message) => message.length >= 20 && message.readUInt16BE(0) === bindingRequest),
    close: () => socket.close(),
  }
}

/** What an offer has of its transport, with those lines of candidates: nobody is behind it. */
export const offeredTransport = (ufrag: string, candidates: readonly string[]): readonly string[] => [
  ...[`a=ice-ufrag:${ufrag}`, 'a=ice-pwd:abcdefghijklmnopqrstuvwx', `a=fingerprint:sha-256 ${'AB:'.repeat(31)}AB`, 'a=setup:actpass'],
  ...candidates.map((each) => `a=candidate:${each}`),
]

/** As good a candidate as there can be: it is checked first. */
export const bestCandidate = (port: number, host = '127.0.0.1'): string => `1 1 UDP 2130706431 ${host} ${port} typ host`
