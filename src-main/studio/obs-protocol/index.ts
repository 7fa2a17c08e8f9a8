import { statfs } from 'node:fs/promises'
import type { ObsEventType } from '../../formats/obs-websocket/protocol.ts'
import { AppError } from '../../platform/errors.ts'
import type { SecretBox } from '../../platform/identity/secret-box.ts'
import type { SignInAttempts } from '../../platform/identity/sign-in-attempts.ts'
import type { RouteDefinition } from '../../platform/routes/routes.ts'
import { ClientBook } from './clients/client-book.ts'
import { Pairing } from './clients/pairing.ts'
import { EventSource } from './events/event-source.ts'
import type { ProtocolStudio } from './protocol-studio.ts'
import { allRequests } from './requests/all-requests.ts'
import { RequestRunner } from './requests/request-runner.ts'
import { type ObsProtocolSettings, protocolRoutes, type ServerState } from './routes.ts'
import { ObsServer } from './server/obs-server.ts'

export interface ObsProtocolDependencies extends Omit<ProtocolStudio, 'shown' | 'lastReplay' | 'freeBytes'> {
  readonly secrets: SecretBox
  readonly attempts: SignInAttempts
}

const key = 'obs-protocol'
const usualSettings: ObsProtocolSettings = { enabled: false, port: 4455, listen: 'loopback' }

/** Answers the protocol of obs-websocket 5 for the studio, so that programs made for OBS control it. Off until somebody switches it on. */
export interface ObsProtocol {
  readonly routes: readonly RouteDefinition[]
  /** Listens where it is switched on. Never throws: what is wrong is part of its state. */
  start(): Promise<void>
  stop(): Promise<void>
}

export function createObsProtocol({ secrets, attempts, ...dependencies }: ObsProtocolDependencies): ObsProtocol {
  const { store, log, events, audit } = dependencies
  const book = new ClientBook({ store, secrets, log })
  const pairing = new Pairing({ book, onChange: () => publish() })
  const emit = (type: ObsEventType, data: object): void => server.broadcast(type, data)
  const studio: ProtocolStudio = {
    ...dependencies,
    shown: () => source.shown,
    lastReplay: () => source.lastReplay,
    freeBytes: async () => {
      const space = await statfs(dependencies.recordings).catch(() => undefined)
      return space && space.bavail * space.bsize
    },
  }
  const source = new EventSource({ studio, emit, isWanted: (bits) => server.isWanted(bits) })
  const server = new ObsServer({
    book,
    pairing,
    runner: new RequestRunner(studio, allRequests, emit),
    attempts,
    audit,
    log,
    onSessions() {
      source.follow()
      publish()
    },
  })
  let settings: ObsProtocolSettings = { ...usualSettings, ...(store.get(key) as Partial<ObsProtocolSettings> | undefined) }
  let problem: AppError | undefined
  let isStopped = false
  let turn: Promise<void> = Promise.resolve()

  const state = (): ServerState => ({
    ...settings,
    openPort: server.port ?? null,
    state: server.port !== undefined ? 'listening' : problem === undefined ? 'off' : 'failed',
    error: problem === undefined ? null : { code: problem.code, message: problem.message, remedy: problem.remedy },
    connections: server.sessions.length,
    pairingUntil: pairing.openUntil,
    pairingRequests: [...pairing.requests],
  })
  const publish = (): void => events.publish('studio.obs-protocol', state(), { volatile: true })

  /** One after the other: closes what is open, and opens what is wanted. */
  const apply = (): Promise<void> => {
    turn = turn.then(async () => {
      source.stop()
      await server.close()
      problem = undefined
      if (settings.enabled && !isStopped) {
        try {
          await server.listen({ port: settings.port, wide: settings.listen === 'network' })
          source.start()
        } catch (error) {
          problem = error instanceof AppError ? error : new AppError('internal', undefined, { cause: error })
          log.warn({ code: problem.code, err: error }, 'the server of the OBS protocol does not listen')
        }
      } else pairing.close()
      if (!isStopped) publish()
    })
    return turn
  }

  return {
    routes: protocolRoutes({
      book,
      pairing,
      audit,
      state,
      sessions: () => server.sessions,
      async change(changes) {
        settings = { ...settings, ...changes }
        store.set(key, settings)
        await Promise.all([apply(), store.written()])
        return state()
      },
      changed(id, client) {
        server.update(id, client)
        publish()
      },
      kept: () => store.written(),
    }),
    start: apply,
    async stop() {
      isStopped = true
      if (settings.enabled) emit('ExitStarted', {})
      pairing.close()
      await apply()
    },
  }
}
