import type { AuditLog } from '../../../platform/audit.ts'
import type { EventBus } from '../../../platform/events/events.ts'
import type { SecretBox } from '../../../platform/identity/secret-box.ts'
import type { Logger } from '../../../platform/logger.ts'
import type { MayWatch, WhileAllowed } from '../../audience/viewer-admission.ts'
import type { LiveDatabase, Writes } from '../../live-database.ts'
import type { LivePart } from '../../live-part.ts'
import { AccessGate } from './access-gate.ts'
import { type AccessHttp, createAccessHttp } from './access-http.ts'
import { openAccessStore } from './access-store.ts'
import { accessRoutes } from './routes.ts'
import { RunningPlayback } from './running-playback.ts'

export interface AccessDependencies {
  readonly database: LiveDatabase
  readonly writes: Writes
  readonly secrets: SecretBox
  readonly events: EventBus
  readonly audit: AuditLog
  /** ms since 1970. */
  readonly now: () => number
  readonly log: Logger
  /** True while a CDN is before media. */
  readonly behindCdn: () => boolean
  /** Throws `stream.not_found`. */
  readonly nameOf: (idOrName: string) => string
  /** Of session keys that are no viewers. */
  readonly previewPrefix: string
}

export interface Access extends LivePart {
  readonly gate: AccessGate
  /** The same on the outputs that are not HTTP: there the token comes with the request to play. */
  readonly mayWatch: MayWatch
  /** Ends playback that the rules do not allow any more. */
  readonly whileAllowed: WhileAllowed
  readonly http: AccessHttp
  /** Keeps everybody without a token from watching a stream, or takes its rules away. */
  setPrivate(stream: string, isPrivate: boolean): void
}

/** Who may watch and publish: by IP address, and by signed URL or token. */
export async function createAccess(dependencies: AccessDependencies): Promise<Access> {
  const store = await openAccessStore(dependencies.database, dependencies.writes, dependencies.secrets)
  const gate = new AccessGate(store, dependencies.now)
  const playback = new RunningPlayback(gate, dependencies.now)
  const whileAllowed: WhileAllowed = (viewer, end) => playback.watch(viewer, end)
  return {
    gate,
    mayWatch: (stream, { protocol, remoteAddress, token }) =>
      protocol === 'rtmp' || protocol === 'srt' ? gate.check({ stream: stream.name, remoteAddress, token }) : undefined,
    whileAllowed,
    http: createAccessHttp({ gate, whileAllowed, behindCdn: dependencies.behindCdn, log: dependencies.log }),
    setPrivate(stream, isPrivate) {
      if (isPrivate) store.setStream(stream, { mode: 'signed', allow: [], deny: [] })
      else store.removeStream(stream)
      gate.refresh()
    },
    stop: () => playback.stop(),
    routes: accessRoutes({
      store,
      gate,
      audit: dependencies.audit,
      events: dependencies.events,
      now: dependencies.now,
      nameOf: dependencies.nameOf,
      previewPrefix: dependencies.previewPrefix,
    }),
  }
}
