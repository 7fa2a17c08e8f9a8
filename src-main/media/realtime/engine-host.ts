import { createSocket } from 'node:dgram'
import { AppError } from '../../platform/errors.ts'
import type { Logger } from '../../platform/logger.ts'
import { createDataChannelEngine } from './datachannel/engine.ts'
import { createMediasoupEngine } from './mediasoup/mediasoup-engine.ts'
import { findMediasoupWorker } from './mediasoup/mediasoup-worker-file.ts'
import type { SfuEngine, SfuEngineName, SfuEvents, SfuOptions } from './sfu-engine.ts'

export interface EngineHostDependencies {
  readonly choice: 'auto' | SfuEngineName
  /** Port 0 takes a free one. */
  readonly options: SfuOptions
  readonly events: SfuEvents
  readonly log: Logger
}

/** Keeps the one engine: it is started with the first offer, so that a host without WebRTC viewers has no process for them. */
export class EngineHost {
  readonly #dependencies: EngineHostDependencies
  #engine: SfuEngine | undefined
  #starting: Promise<SfuEngine> | undefined
  #stopped = false

  constructor(dependencies: EngineHostDependencies) {
    this.#dependencies = dependencies
  }

  /** The engine that runs or would run. */
  get name(): SfuEngineName {
    if (this.#engine !== undefined) return this.#engine.name
    return this.#workerFile() === undefined ? 'node-datachannel' : 'mediasoup'
  }

  /** Undefined before the first offer. */
  get running(): SfuEngine | undefined {
    return this.#engine
  }

  /** The engine, started where it is not. Rejects with `port.in_use`, `port.forbidden`, `webrtc.engine_missing`, `webrtc.engine_down`. */
  async get(): Promise<SfuEngine> {
    if (this.#stopped) throw new AppError('webrtc.engine_down')
    if (this.#engine !== undefined) return this.#engine
    this.#starting ??= this.#start().finally(() => {
      this.#starting = undefined
    })
    return this.#starting
  }

  async stop(): Promise<void> {
    this.#stopped = true
    await this.#starting?.catch(() => undefined)
    await this.#engine?.stop()
  }

  /** Of mediasoup, where it is wanted and present. */
  #workerFile(): string | undefined {
    return this.#dependencies.choice === 'node-datachannel' ? undefined : findMediasoupWorker()
  }

  async #start(): Promise<SfuEngine> {
    const { choice, events, log, options } = this.#dependencies
    const workerFile = this.#workerFile()
    if (workerFile === undefined && choice === 'mediasoup') throw new AppError('webrtc.engine_missing')
    const port = options.port === 0 ? await freeUdpPort(options.bind) : options.port
    const made = { options: { ...options, port }, events, log }
    const engine = workerFile === undefined ? createDataChannelEngine(made) : createMediasoupEngine({ ...made, workerFile })
    await engine.start()
    log.info({ engine: engine.name, port }, 'the WebRTC engine runs')
    this.#engine = engine
    return engine
  }
}

/** A UDP port that nobody has at the moment. */
export function freeUdpPort(bind: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = createSocket(bind.includes(':') ? 'udp6' : 'udp4')
    socket.once('error', reject)
    socket.bind(0, bind.replace(/^\[|\]$/g, ''), () => {
      const { port } = socket.address()
      socket.close(() => resolve(port))
    })
  })
}
