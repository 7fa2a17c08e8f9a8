import { randomBytes } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { isIPv6 } from 'node:net'
import { repeat } from '../../platform/timing/repeat.ts'

/** Between two requests, and how many of them, ms: UDP may be lost. */
const everyMs = 250
const requests = 6
const magic = 0x2112a442
const xorMappedAddress = 0x0020

/** The host and port of a URL of a STUN or TURN server over UDP; undefined for TCP and TLS, which are not asked. */
export function stunEndpoint(url: string): { readonly host: string; readonly port: number } | undefined {
  const match = /^(?:stun|turn):(\[[0-9a-f:]+\]|[^:?[\]]+)(?::(\d{1,5}))?(?:\?transport=udp)?$/i.exec(url)
  if (match === null) return undefined
  const port = Number(match[2] ?? 3478)
  return port >= 1 && port <= 65_535 ? { host: (match[1] as string).replace(/^\[|\]$/g, ''), port } : undefined
}

/** The IPv4 address of `XOR-MAPPED-ADDRESS` (RFC 8489, 14.2) of the answer to that request; undefined for anything else. */
export function mappedIp(answer: Uint8Array, transaction: Uint8Array): string | undefined {
  const bytes = Buffer.from(answer.buffer, answer.byteOffset, answer.byteLength)
  if (bytes.length < 20 || bytes.readUInt16BE(0) !== 0x0101 || !bytes.subarray(8, 20).equals(transaction)) return undefined
  for (let at = 20; at + 4 <= bytes.length; ) {
    const length = bytes.readUInt16BE(at + 2)
    if (bytes.readUInt16BE(at) === xorMappedAddress && length >= 8 && at + 12 <= bytes.length && bytes[at + 5] === 1) {
      const ip = (bytes.readUInt32BE(at + 8) ^ magic) >>> 0
      return [24, 16, 8, 0].map((shift) => (ip >>> shift) & 255).join('.')
    }
    at += 4 + Math.ceil(length / 4) * 4
  }
  return undefined
}

/** Asks a STUN server, which TURN servers are too, where it sees this machine: an IPv4 address. Undefined where it says nothing. */
export function askStun({ host, port }: { readonly host: string; readonly port: number }): Promise<string | undefined> {
  const transaction = randomBytes(12)
  const request = Buffer.concat([Buffer.from([0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42]), transaction])
  return new Promise((resolve) => {
    const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4')
    let left = requests
    const done = (ip: string | undefined): void => {
      clearInterval(timer)
      socket.removeAllListeners('message')
      socket.close()
      resolve(ip)
    }
    const ask = (): void => {
      if (left-- <= 0) done(undefined)
      // A name that no server knows is one that says nothing.
      else socket.send(request, port, host, () => undefined)
    }
    const timer = repeat(everyMs, ask)
    socket.on('error', () => undefined)
    socket.on('message', (answer) => {
      const ip = mappedIp(answer, transaction)
      if (ip !== undefined) done(ip)
    })
    ask()
  })
}
