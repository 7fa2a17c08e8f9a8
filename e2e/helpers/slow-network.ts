import { connect, createServer, type Server, type Socket } from 'node:net'

/** What a slow connection does to bytes; both directions alike by default. */
export interface NetworkShape {
  /** Kilobits a second towards the client, for all connections together. */
  readonly downKbps: number
  readonly upKbps?: number
  /** Time that each byte is under way, ms. */
  readonly delayMs?: number
}

export interface SlowNetwork {
  readonly port: number
  /** Changes the shape for what is not yet under way. */
  shape(shape: NetworkShape): void
  /** Bytes that left towards the client so far. */
  readonly downBytes: number
  close(): Promise<void>
}

const tickMs = 5
/** A timer that fires later than this, because the machine is busy, costs rate, ms. */
const maxLateMs = 60
/** Bytes of one connection that may wait in a direction, as in a router's queue. */
const maxWaiting = 48 * 1024

/** One direction of one connection. */
class Lane {
  readonly from: Socket
  readonly to: Socket
  #waiting: Buffer[] = []
  #bytes = 0
  /** Buffers that have left the queue and arrive at `at`. */
  readonly #underWay: { readonly at: number; readonly data: Buffer }[] = []
  #ended = false
  #over = false

  constructor(from: Socket, to: Socket) {
    this.from = from
    this.to = to
    from.on('data', (data) => {
      this.#waiting.push(data)
      this.#bytes += data.length
      if (this.#bytes >= maxWaiting) from.pause()
    })
    from.on('end', () => {
      this.#ended = true
    })
  }

  get waiting(): number {
    return this.#bytes
  }

  /** Sends up to this many bytes on their way. Returns how many. */
  send(max: number, arriveAt: number): number {
    let sent = 0
    while (sent < max && this.#waiting.length > 0) {
      const first = this.#waiting[0]!
      const data = first.subarray(0, max - sent)
      if (data.length === first.length) this.#waiting.shift()
      else this.#waiting[0] = first.subarray(data.length)
      this.#underWay.push({ at: arriveAt, data })
      sent += data.length
    }
    this.#bytes -= sent
    if (this.#bytes < maxWaiting && this.from.isPaused()) this.from.resume()
    return sent
  }

  arrive(now: number): void {
    while (this.#underWay.length > 0 && this.#underWay[0]!.at <= now) this.to.write(this.#underWay.shift()!.data)
    if (this.#ended && !this.#over && this.#bytes === 0 && this.#underWay.length === 0) {
      this.#over = true
      this.to.end()
    }
  }
}

/** The lanes of one direction share its rate fairly. */
class Direction {
  readonly lanes = new Set<Lane>()
  kbps = Number.POSITIVE_INFINITY
  sentBytes = 0
  #credit = 0
  #turn = 0

  tick(elapsedMs: number, arriveAt: number): void {
    const burst = Math.max(1500, (this.kbps / 8) * maxLateMs)
    this.#credit = Math.min(burst, this.#credit + (this.kbps / 8) * elapsedMs)
    const busy = [...this.lanes].filter((lane) => lane.waiting > 0)
    for (let left = busy.length; left > 0 && this.#credit >= 1; ) {
      const lane = busy[this.#turn++ % busy.length]!
      const sent = lane.send(Math.min(1448, Math.floor(this.#credit)), arriveAt)
      this.#credit -= sent
      this.sentBytes += sent
      left = sent === 0 ? left - 1 : busy.length
      if (busy.every((each) => each.waiting === 0)) break
    }
  }
}

/** A TCP relay to a port of this machine whose rate and delay can be changed while it runs: what a viewer's connection does. */
export async function slowNetwork(targetPort: number, first: NetworkShape): Promise<SlowNetwork> {
  const down = new Direction()
  const up = new Direction()
  const sockets = new Set<Socket>()
  let delayMs = 0
  const shape = (next: NetworkShape): void => {
    down.kbps = next.downKbps
    up.kbps = next.upKbps ?? next.downKbps
    delayMs = next.delayMs ?? 0
  }
  shape(first)
  const server: Server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    const host = connect({ port: targetPort, host: '127.0.0.1', allowHalfOpen: true, noDelay: true })
    const lanes = [new Lane(client, host), new Lane(host, client)] as const
    up.lanes.add(lanes[0])
    down.lanes.add(lanes[1])
    const drop = (): void => {
      client.destroy()
      host.destroy()
      up.lanes.delete(lanes[0])
      down.lanes.delete(lanes[1])
    }
    for (const socket of [client, host]) {
      sockets.add(socket)
      socket.on('error', drop)
      socket.on('close', () => {
        sockets.delete(socket)
        drop()
      })
    }
  })
  let last = performance.now()
  const timer = setInterval(() => {
    const now = performance.now()
    for (const direction of [up, down]) {
      direction.tick(now - last, now + delayMs)
      for (const lane of direction.lanes) lane.arrive(now)
    }
    last = now
  }, tickMs)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as { port: number }).port,
    shape,
    get downBytes() {
      return down.sentBytes
    },
    close: () =>
      new Promise((resolve) => {
        clearInterval(timer)
        for (const socket of sockets) socket.destroy()
        server.close(() => resolve())
      }),
  }
}
