import { createSocket } from 'node:dgram'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type RunningHost, startHost } from '../helpers/host.ts'
import { type Publisher, publishTestStream } from '../helpers/publish.ts'
import { until } from '../helpers/until.ts'
import { plainOffer } from './sdp-fuzzer.ts'
import type { CaseTarget } from './send-case.ts'

/** Lines of the log that nothing that arrives on a port may cause. */
const faultyLine = /"level":"(?:error|fatal)"|uncaught|unhandled|worker ended|is silent|\(node:\d+\)|AssertionError|at file:\/\//i
/** ms that /health may take; a busy machine takes some. */
const healthMs = 30_000
/** What the host and its processes may take beyond what they started with, while they are attacked and afterwards. */
const maxGrowthBytes = 600e6
const maxKeptBytes = 250e6
const maxHandles = 3000
const maxKeptHandles = 60
const keyCount = 24

/** Processes below one, itself included. */
function family(pid: number): number[] {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean)
    return [pid, ...children.flatMap((child) => family(Number(child)))]
  } catch {
    return []
  }
}

/** Memory (PSS, so that what processes share counts once) and descriptors of the host's processes; zeros where the system does not tell. */
function usage(pid: number): { bytes: number; handles: number } {
  let [bytes, handles] = [0, 0]
  for (const each of family(pid)) {
    try {
      bytes += Number(readFileSync(`/proc/${each}/smaps_rollup`, 'utf8').match(/^Pss:\s+(\d+)/m)?.[1] ?? 0) * 1024
      handles += readdirSync(`/proc/${each}/fd`).length
    } catch {
      // It ended while it was looked at.
    }
  }
  return { bytes, handles }
}

async function freeUdpPort(): Promise<number> {
  const socket = createSocket('udp4')
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
  const { port } = socket.address()
  await new Promise<void>((resolve) => socket.close(() => resolve()))
  return port
}

/** A host with everything open on loopback, a stream that is published all the time, and what is seen of it from outside. */
export class FuzzHost {
  readonly target: CaseTarget
  readonly #host: RunningHost
  readonly #publisher: Publisher
  readonly #token: string
  #before: { bytes: number; handles: number }
  #readLines = 0
  #frames = 0

  private constructor(host: RunningHost, publisher: Publisher, token: string, target: CaseTarget) {
    this.#host = host
    this.#publisher = publisher
    this.#token = token
    this.target = target
    this.#before = usage(this.pid)
  }

  /** Starts one; sign-in is required, so that what is sent without a token is a stranger's. */
  static async start(): Promise<FuzzHost> {
    const args = [
      '--auth',
      'on',
      '--delivery-processes',
      '1',
      '--log-level',
      'warn',
      '--reconnect-window-ms',
      '2000',
      '--thumbnail-ms',
      '0',
    ]
    const host = await startHost({ name: 'fuzz', args })
    let publisher: Publisher | undefined
    try {
      const { token } = JSON.parse(readFileSync(join(host.dataDir, 'host.json'), 'utf8')) as { token: string }
      const call = async (method: string, path: string, body?: object): Promise<any> => {
        const headers = { authorization: `Bearer ${token}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) }
        const reply = await fetch(`${host.http}/api/v1${path}`, { method, headers, ...(body && { body: JSON.stringify(body) }) })
        if (!reply.ok) throw new Error(`${method} ${path}: ${reply.status} ${await reply.text()}`)
        return reply.json()
      }
      const mpegts = await freeUdpPort()
      await call('POST', '/live/udp-inputs', { stream: 'fuzzed-udp', url: `udp://127.0.0.1:${mpegts}` })
      const { secret } = await call('POST', '/live/keys', { stream: 'steady' })
      publisher = await publishTestStream({ url: `${host.rtmp}/${secret}`, width: 320, height: 180, fps: 10, videoKbps: 200 })
      await until(async () => (await call('GET', '/live/streams')).items.some((each: any) => each.state === 'active'), 'a stream')
      // The engine of WebRTC starts with the first offer.
      await fetch(`${host.http}/live/steady/whep`, { method: 'POST', body: plainOffer, headers: { 'content-type': 'application/sdp' } })
      const { ready } = host
      return new FuzzHost(host, publisher, token, {
        ports: {
          http: host.httpPort,
          https: Number(ready.httpsPort),
          rtmp: host.rtmpPort,
          rtmps: Number(ready.rtmpsPort),
          srt: Number(ready.srtPort),
          webrtc: (await call('GET', '/live/webrtc')).port,
          mpegts,
        },
        keys: await Promise.all(
          Array.from({ length: keyCount }, async (_, index) => {
            const stream = `fuzzed-${String(index).padStart(2, '0')}`
            return { stream, secret: (await call('POST', '/live/keys', { stream, onSecondPublisher: 'takeover' })).secret }
          }),
        ),
        viewerToken: (await call('POST', '/tokens', { label: 'fuzz', role: 'viewer' })).token,
      })
    } catch (error) {
      await publisher?.stop('SIGKILL')
      await host.stop()
      throw error
    }
  }

  get pid(): number {
    return Number(this.#host.ready.pid)
  }

  get alive(): boolean {
    return this.#host.process.exitCode === null && this.#host.process.signalCode === null
  }

  usage(): { bytes: number; handles: number } {
    return usage(this.pid)
  }

  /** What is wrong with the host at a glance: it ended, or its log says so. */
  glance(): string | undefined {
    const { exitCode, signalCode } = this.#host.process
    const lines = this.#host.log.slice(this.#readLines)
    this.#readLines = this.#host.log.length
    const said = lines.slice(-30).join('\n')
    if (!this.alive) return `the host ended (${signalCode ?? exitCode})\n${said}`
    const line = lines.findIndex((each) => faultyLine.test(each))
    return line < 0 ? undefined : `the host logs\n${lines.slice(Math.max(0, line - 15), line + 15).join('\n')}`
  }

  /** What is wrong with the host by now; undefined for nothing. */
  async check(): Promise<string | undefined> {
    const fault = this.glance()
    if (fault !== undefined) return fault
    const healthy = await fetch(`${this.#host.http}/health`, { signal: AbortSignal.timeout(healthMs) }).catch((error: Error) => error)
    if (!(healthy instanceof Response)) return this.glance() ?? `/health does not answer in ${healthMs} ms: ${healthy.message}`
    const { bytes, handles } = this.usage()
    if (bytes - this.#before.bytes > maxGrowthBytes) return `the host takes ${mb(bytes)} MB, ${mb(this.#before.bytes)} before`
    if (handles > maxHandles) return `the host holds ${handles} descriptors, ${this.#before.handles} before`
    return this.#checkStream()
  }

  /** The stream of somebody else goes on whatever is sent. */
  async #checkStream(): Promise<string | undefined> {
    const headers = { authorization: `Bearer ${this.#token}` }
    const end = performance.now() + healthMs
    for (;;) {
      const reply = await fetch(`${this.#host.http}/api/v1/live/streams/steady`, { headers }).catch(() => undefined)
      const stream: any = reply?.ok ? await reply.json() : undefined
      const bytes = stream?.health?.bytesIn ?? 0
      if (stream?.state === 'active' && stream.reconnecting !== true && bytes > this.#frames) {
        this.#frames = bytes
        return undefined
      }
      if (performance.now() > end) return `the stream of another publisher stands still: ${JSON.stringify(stream)?.slice(0, 400)}`
      await sleep(100)
    }
  }

  /** Waits until what the attacks occupied is given back; answers what is kept, or undefined. */
  async settled(timeoutMs: number): Promise<string | undefined> {
    const fits = (): boolean => {
      const { bytes, handles } = this.usage()
      return handles <= this.#before.handles + maxKeptHandles && bytes <= this.#before.bytes + maxKeptBytes
    }
    const end = performance.now() + timeoutMs
    while (!fits() && this.alive && performance.now() < end) await sleep(500)
    const { bytes, handles } = this.usage()
    if (fits()) return undefined
    return `kept when all was over: ${handles} descriptors (${this.#before.handles} before), ${mb(bytes)} MB (${mb(this.#before.bytes)} before)`
  }

  async stop(): Promise<void> {
    await this.#publisher.stop('SIGKILL')
    await this.#host.stop()
  }
}

export const mb = (bytes: number): string => (bytes / 1e6).toFixed(0)
