import { createSocket } from 'node:dgram'
import { createServer } from 'node:net'
import type { TransportListenInfo, Worker } from 'mediasoup/types'
import { AppError } from '../../../platform/errors.ts'
import type { Logger } from '../../../platform/logger.ts'
import { ProfileRouters } from './mediasoup-routers.ts'

export interface MediasoupProcessDependencies {
  readonly workerFile: string
  readonly bind: string
  /** 0 takes a free one; a worker that is started again takes the same. */
  readonly port: number
  readonly log: Logger
  /** The worker is gone, with everything that it kept. */
  onDown(): void
  onUp(): void
}

/** Pause before a dead worker is started again, ms: doubles up to the last while it does not stay. */
const RESTART_MS = { first: 100, last: 5000, calm: 30_000 }
const SOCKET_BUFFER_BYTES = 4 << 20

/** mediasoup's worker: a process of its own, so that nothing that happens to it happens to the host. Started again when it dies. */
export class MediasoupProcess {
  readonly #dependencies: MediasoupProcessDependencies
  #worker: Worker | undefined
  #routers: ProfileRouters | undefined
  #port = 0
  #stopped = false
  #pauseMs = RESTART_MS.first
  #timer: NodeJS.Timeout | undefined

  constructor(dependencies: MediasoupProcessDependencies) {
    this.#dependencies = dependencies
  }

  get port(): number {
    return this.#port
  }

  /** Undefined while the worker is away. */
  get routers(): ProfileRouters | undefined {
    return this.#routers
  }

  get pid(): number | undefined {
    return this.#worker?.pid
  }

  /** Rejects with AppError: `port.in_use`, `port.forbidden`, `webrtc.engine_missing`. */
  async start(): Promise<void> {
    const { bind, port } = this.#dependencies
    this.#port = await freePort(bind, port)
    await this.#open()
  }

  stop(): void {
    this.#stopped = true
    clearTimeout(this.#timer)
    this.#routers = undefined
    this.#worker?.close()
    this.#worker = undefined
  }

  async #open(): Promise<void> {
    const { workerFile, bind, log } = this.#dependencies
    const startedAt = performance.now()
    let worker: Worker
    try {
      const { createWorker } = await import('mediasoup')
      worker = await createWorker({ workerBin: workerFile, logLevel: 'error' })
    } catch (cause) {
      throw new AppError('webrtc.engine_missing', `mediasoup's worker does not start: ${workerFile}`, { cause })
    }
    worker.on('died', (error) => {
      if (this.#worker !== worker || this.#stopped) return
      this.#worker = undefined
      this.#routers = undefined
      if (performance.now() - startedAt > RESTART_MS.calm) this.#pauseMs = RESTART_MS.first
      log.error({ error: error.message, restartInMs: this.#pauseMs }, 'the WebRTC worker died; it is started again')
      this.#dependencies.onDown()
      this.#again()
    })
    try {
      const listen = (protocol: 'udp' | 'tcp'): TransportListenInfo => ({
        protocol,
        ip: bind,
        port: this.#port,
        sendBufferSize: SOCKET_BUFFER_BYTES,
        recvBufferSize: SOCKET_BUFFER_BYTES,
      })
      const server = await worker.createWebRtcServer({ listenInfos: [listen('udp'), listen('tcp')] })
      const routers = await ProfileRouters.open(worker, server)
      if (this.#stopped) {
        worker.close()
        return
      }
      this.#worker = worker
      this.#routers = routers
    } catch (cause) {
      worker.close()
      throw new AppError('port.in_use', `The WebRTC port ${this.#port} cannot be opened`, { cause, details: { port: this.#port } })
    }
  }

  #again(): void {
    this.#timer = setTimeout(() => {
      if (this.#stopped) return
      this.#open().then(
        () => {
          if (!this.#stopped) this.#dependencies.onUp()
        },
        (error: Error) => {
          this.#dependencies.log.error({ error: error.message }, 'the WebRTC worker does not come back')
          if (!this.#stopped) this.#again()
        },
      )
    }, this.#pauseMs)
    this.#pauseMs = Math.min(RESTART_MS.last, this.#pauseMs * 2)
  }
}

/** A port that is free for UDP and TCP alike; `wanted` itself unless it is 0. */
async function freePort(host: string, wanted: number): Promise<number> {
  for (let attempt = 0; ; attempt++) {
    const port = await probeUdp(host, wanted)
    try {
      await probeTcp(host, port)
      return port
    } catch (cause) {
      if (wanted !== 0 || attempt > 10) throw portError(cause, port)
    }
  }
}

function probeUdp(host: string, port: number): Promise<number> {
  const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4')
  return new Promise((resolve, reject) => {
    socket.once('error', (cause) => {
      socket.close()
      reject(portError(cause, port))
    })
    socket.bind(port, host, () => {
      const taken = socket.address().port
      socket.close(() => resolve(taken))
    })
  })
}

function probeTcp(host: string, port: number): Promise<void> {
  const server = createServer()
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => server.close(() => resolve()))
  })
}

function portError(cause: unknown, port: number): AppError {
  const { code } = cause as NodeJS.ErrnoException
  if (code === 'EACCES')
    return new AppError('port.forbidden', `This user may not listen on WebRTC port ${port}`, { cause, details: { port } })
  return new AppError('port.in_use', `WebRTC port ${port} is in use`, { cause, details: { port } })
}
