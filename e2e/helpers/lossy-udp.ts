import { createSocket, type Socket } from 'node:dgram'

export interface LossyUdp {
  readonly port: number
  /** Datagrams that were dropped, of how many. */
  readonly dropped: number
  readonly passed: number
  close(): void
}

/** A bad network to a UDP port of this machine: loses a share of the datagrams in both directions and delays the others. Seeded. */
export async function lossyUdp(target: number, options: { loss: number; delayMs: number; seed?: number }): Promise<LossyUdp> {
  const front = createSocket('udp4')
  const backs = new Map<number, Socket>()
  let state = options.seed ?? 1
  let dropped = 0
  let passed = 0
  const lost = (): boolean => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    if (state / 2 ** 32 < options.loss) {
      dropped++
      return true
    }
    passed++
    return false
  }
  const later = (send: () => void): void => {
    if (!lost()) setTimeout(send, options.delayMs)
  }
  let open = true
  front.on('message', (packet, from) => {
    let back = backs.get(from.port)
    if (back === undefined) {
      back = createSocket('udp4')
      backs.set(from.port, back)
      back.on('error', () => undefined)
      back.on('message', (answer) => later(() => open && front.send(answer, from.port, from.address)))
    }
    const way = back
    later(() => open && way.send(packet, target, '127.0.0.1'))
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
    close() {
      open = false
      front.close()
      for (const back of backs.values()) back.close()
    },
  }
}
