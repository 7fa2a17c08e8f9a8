import type { Random } from './random.ts'

/** A conversation over TCP: pieces that are written one after the other. */
export interface TcpCase {
  readonly transport: 'tcp'
  readonly port: 'http' | 'https' | 'rtmp' | 'rtmps'
  /** Protocol to agree on by TLS; without it the bytes are sent as they are. */
  readonly tls?: 'h2' | 'http/1.1'
  readonly pieces: readonly Buffer[]
  /** Hang up at once by a reset, close in order, or wait for the host's answer first. */
  readonly ending: 'reset' | 'end' | 'wait'
}

/** Datagrams. `srt` first makes its handshake, and fills in what the host answered: see `send-case.ts`. */
export interface UdpCase {
  readonly transport: 'udp'
  readonly port: 'srt' | 'mpegts' | 'webrtc'
  readonly pieces: readonly Buffer[]
}

/** One conversation with the host, as data: what ends a host is kept in a file and replayed. */
export type FuzzCase = TcpCase | UdpCase

/** Makes cases of one protocol. */
export interface Fuzzer {
  readonly name: string
  readonly make: (random: Random) => FuzzCase
}

/** Replaces a stream key of the host in a case; it has the length of a real one, so that lengths on the wire stay right. */
export const keyPlaceholder = `sk_${'placeholder-of-a-stream-key'.padEnd(32, '-')}`
/** Replaces the name of that key's stream in a case, and is as long. */
export const streamPlaceholder = 'fuzzed-00'
/** Replaces a token of the role viewer in a case. */
export const tokenPlaceholder = '{viewer-token}'

/** A case as JSON. */
export function writeCase(fuzzCase: FuzzCase): object {
  return { ...fuzzCase, pieces: fuzzCase.pieces.map((piece) => piece.toString('base64')) }
}

export function readCase(json: object): FuzzCase {
  const read = json as Omit<FuzzCase, 'pieces'> & { pieces: string[] }
  return { ...read, pieces: read.pieces.map((piece) => Buffer.from(piece, 'base64')) } as FuzzCase
}
