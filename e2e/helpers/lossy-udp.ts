import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { numbersFrom } from '../../src-main/formats/testing/random.ts'

/** One direction of a client's line. What is left out does not happen. */
export interface Line {
  /** Share of the datagrams that are lost, 0 to 1. */
  readonly loss?: number
  readonly delayMs?: number
  /** Up to this many ms more, by chance; datagrams keep their order. */
  readonly jitterMs?: number
  readonly kbps?: number
  /** ms of data in the line's queue at `kbps`; what exceeds it is lost. 300 when left out. */
  readonly queueMs?: number
}

export interface LossyUdp {
  readonly port: number
  /** Datagrams that were dropped, of how many. */
  readonly dropped: number
  readonly passed: number
  /** Changes the lines of all clients, those that are open too: `down` is from the target to the clients. */
  impair(line: Line, way?: 'up' | 'down'): void
  close(): void
}

/** What waits on one direction of one client's line. */
interface Way {
  /** ms (monotonic) when the line has sent what was given to it, and when the newest datagram arrives. */
  freeAtMs: number
  arrivesAtMs: number
}

const queueMs = 300
/** Clients at most: more are not answered. */
const maxClients = 512

/**
 * A bad network to a UDP port of this machine, in user space: loses a share of the datagrams, delays the others, and limits the bit rate,
 * on a line of its own for every client. Chance is seeded.
 */
export async function lossyUdp(target: number, line: Line & { readonly seed?: number }): Promise<LossyUdp> {
  const front = createSocket('udp4')
  const backs = new Map<string, { readonly socket: Socket; readonly up: Way; readonly down: Way }>()
  const lines = { up: line as Line, down: line as Line }
  const chance = numbersFrom(line.seed ?? 1)
  let dropped = 0
  let passed = 0
  let open = true
  const carry = (
    way: Way,
    { loss = 0, delayMs = 0, jitterMs = 0, kbps, queueMs: longest = queueMs }: Line,
    bytes: number,
    send: () => void,
  ) => {
    const nowMs = performance.now()
    const waitsMs = Math.max(0, way.freeAtMs - nowMs)
    if ((loss > 0 && chance() < loss) || (kbps !== undefined && waitsMs > longest)) {
      dropped++
      return
    }
    passed++
    if (kbps !== undefined) way.freeAtMs = nowMs + waitsMs + ((bytes + 28) * 8) / kbps
    const arrives = (kbps === undefined ? nowMs : way.freeAtMs) + delayMs + (jitterMs > 0 ? chance() * jitterMs : 0)
    way.arrivesAtMs = Math.max(way.arrivesAtMs, arrives)
    setTimeout(() => open && send(), way.arrivesAtMs - nowMs)
  }
  const clientOf = (from: RemoteInfo) => {
    const name = `${from.address}:${from.port}`
    const known = backs.get(name)
    if (known !== undefined || backs.size >= maxClients) return known
    const client = { socket: createSocket('udp4'), up: { freeAtMs: 0, arrivesAtMs: 0 }, down: { freeAtMs: 0, arrivesAtMs: 0 } }
    backs.set(name, client)
    client.socket.on('error', () => undefined)
    client.socket.on('message', (answer) =>
      carry(client.down, lines.down, answer.length, () => front.send(answer, from.port, from.address)),
    )
    return client
  }
  front.on('message', (packet, from) => {
    const client = clientOf(from)
    if (client !== undefined) carry(client.up, lines.up, packet.length, () => client.socket.send(packet, target, '127.0.0.1'))
  })
  front.on('error', () => undefined)
  await new Promise<void>((resolve) => front.bind(0, '127.0.0.1', resolve))
  return {
    port: front.address().port,
    get dropped() {
      return dropped
    },
    get passed() {
      return passed
    },
    impair(changed, way) {
      if (way !== 'down') lines.up = changed
      if (way !== 'up') lines.down = changed
    },
    close() {
      open = false
      front.close()
      for (const { socket } of backs.values()) socket.close()
    },
  }
}

/** A UDP port of this machine that nobody has at the moment. */
export async function freeUdpPort(): Promise<number> {
  const socket = createSocket('udp4')
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
  const { port } = socket.address()
  await new Promise<void>((resolve) => socket.close(() => resolve()))
  return port
}
