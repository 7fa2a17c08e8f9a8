import { networkInterfaces } from 'node:os'
import { WebSocket } from 'ws'
import { AppError } from '../../../platform/errors.ts'
import type { ScannedObs, ScanRequest, ScanStatus } from '../../schemas/scan.ts'
import { jsonProtocol } from '../obs-channel.ts'
import { textOf } from '../said.ts'

export interface ScanOptions {
  readonly onChange: (status: ScanStatus) => void
  /** Wait for one machine, ms. */
  readonly machineMs?: number
}

const usualPort = 4455
/** Machines that are asked at a time. */
const parallel = 32
const usualMachineMs = 1500
const minPrefix = 24
/** The greeting of OBS has some 200 bytes. */
const maxHelloBytes = 64 * 1024
/** Progress is announced so often, ms. */
const announceMs = 250

/** Looks for the WebSocket server of OBS in a network: at one port of each machine, and no further than its greeting. Only on request. */
export class NetworkScan {
  readonly #options: ScanOptions
  #running: AbortController | undefined
  #status: ScanStatus = { state: 'idle', network: null, port: null, done: 0, total: 0, found: [], networks: [] }
  #announcedMs = 0

  constructor(options: ScanOptions) {
    this.#options = options
  }

  /** With the networks that this machine is in. */
  get status(): ScanStatus {
    return { ...this.#status, networks: ownNetworks() }
  }

  /** Starts one. Throws `obs.scan_running`, `request.invalid`. */
  start({ network, port = usualPort }: ScanRequest): ScanStatus {
    if (this.#running !== undefined) throw new AppError('obs.scan_running', `${this.#status.network} is being searched`)
    const machines = machinesOf(network)
    const running = new AbortController()
    this.#running = running
    this.#set({ state: 'running', network, port, done: 0, total: machines.length, found: [] })
    void this.#run(machines, port, running.signal).finally(() => {
      this.#running = undefined
      this.#set({ state: running.signal.aborted ? 'cancelled' : 'done' })
    })
    return this.status
  }

  /** Ends the one that runs; what it found stays. */
  cancel(): void {
    this.#running?.abort()
  }

  async #run(machines: readonly string[], port: number, signal: AbortSignal): Promise<void> {
    const left = [...machines]
    const ask = async (): Promise<void> => {
      for (let host = left.shift(); host !== undefined && !signal.aborted; host = left.shift()) {
        const found = await greet(host, port, this.#options.machineMs ?? usualMachineMs, signal)
        if (signal.aborted) return
        this.#count(found)
      }
    }
    await Promise.all(Array.from({ length: parallel }, ask))
  }

  #count(found: ScannedObs | undefined): void {
    const { done, found: before } = this.#status
    this.#status = { ...this.#status, done: done + 1, found: found === undefined ? before : [...before, found] }
    if (found === undefined && performance.now() - this.#announcedMs < announceMs) return
    this.#set({})
  }

  #set(changes: Partial<ScanStatus>): void {
    this.#announcedMs = performance.now()
    this.#status = { ...this.#status, ...changes }
    this.#options.onChange(this.status)
  }
}

/** What greets as OBS does there; undefined where nothing does. */
function greet(host: string, port: number, timeoutMs: number, signal: AbortSignal): Promise<ScannedObs | undefined> {
  const { promise, resolve } = Promise.withResolvers<ScannedObs | undefined>()
  const socket = new WebSocket(`ws://${host}:${port}`, jsonProtocol, {
    handshakeTimeout: timeoutMs,
    maxPayload: maxHelloBytes,
    perMessageDeflate: false,
    followRedirects: false,
  })
  const stop = (): void => socket.terminate()
  const timer = setTimeout(stop, timeoutMs)
  signal.addEventListener('abort', stop)
  socket.on('error', () => undefined)
  socket.on('message', (data) => {
    resolve(readHello(String(data), host, port))
    socket.terminate()
  })
  socket.on('close', () => {
    clearTimeout(timer)
    signal.removeEventListener('abort', stop)
    resolve(undefined)
  })
  return promise
}

function readHello(text: string, host: string, port: number): ScannedObs | undefined {
  try {
    const { op, d } = JSON.parse(text) as { op?: unknown; d?: Record<string, unknown> }
    const webSocket = textOf(d?.obsWebSocketVersion, '', 100)
    return op === 0 && webSocket !== '' ? { host, port, webSocket, authentication: d?.authentication !== undefined } : undefined
  } catch {
    return undefined
  }
}

const isPrivate = ([a = 0, b = 0]: readonly number[]): boolean =>
  a === 10 || a === 127 || (a === 172 && b >= 16 && b <= 31) || (a === 192 && b === 168)

/** IP addresses of a private network of at most 256. Throws `request.invalid`. */
function machinesOf(network: string): string[] {
  const [, address = '', bits = '32'] = /^(\d{1,3}(?:\.\d{1,3}){3})(?:\/(\d{1,2}))?$/.exec(network) ?? []
  const parts = address.split('.').map(Number)
  const prefix = Number(bits)
  if (parts.length !== 4 || parts.some((part) => part > 255) || prefix > 32) {
    throw new AppError('request.invalid', `body.network: ${network} is not an IPv4 network such as 192.168.1.0/24`)
  }
  if (!isPrivate(parts)) throw new AppError('request.invalid', `body.network: ${network} is not a private network`)
  if (prefix < minPrefix)
    throw new AppError('request.invalid', `body.network: ${network} has more than 256 IP addresses: /24 is the largest`)
  const size = 2 ** (32 - prefix)
  const first = (parts[3] ?? 0) - ((parts[3] ?? 0) % size)
  // The first names the network, the last all of it.
  const usable = size > 2 ? { from: 1, count: size - 2 } : { from: 0, count: size }
  return Array.from({ length: usable.count }, (_, index) => [...parts.slice(0, 3), first + usable.from + index].join('.'))
}

/** The private networks that this machine is in, as /24. */
function ownNetworks(): string[] {
  const all = Object.values(networkInterfaces()).flatMap((each) => each ?? [])
  const networks = all.flatMap(({ family, internal, address }) => {
    const parts = address.split('.').map(Number)
    return family === 'IPv4' && !internal && isPrivate(parts) ? `${parts.slice(0, 3).join('.')}.0/24` : []
  })
  return [...new Set(networks)].slice(0, 20)
}
