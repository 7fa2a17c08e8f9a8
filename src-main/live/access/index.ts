import type { AuditLog } from '../../platform/audit.ts'
import type { EventBus } from '../../platform/events.ts'
import type { SecretBox } from '../../platform/identity/secret-box.ts'
import type { LiveDatabase, Writes } from '../live-database.ts'
import type { AnyRequest, AnyResponse, LivePart } from '../live-part.ts'
import type { MayWatch } from '../viewers/viewer-admission.ts'
import { AccessGate } from './access-gate.ts'
import { createAccessHttp, tokenOf } from './access-http.ts'
import { openAccessStore } from './access-store.ts'
import { accessRoutes } from './routes.ts'

export interface AccessNeeds {
  readonly database: LiveDatabase
  readonly writes: Writes
  readonly secrets: SecretBox
  readonly events: EventBus
  readonly audit: AuditLog
  /** ms since 1970. */
  readonly now: () => number
  /** True while a CDN stands before media. */
  readonly behindCdn: () => boolean
  /** Throws `stream.not_found`. */
  readonly nameOf: (idOrName: string) => string
}

export interface Access extends LivePart {
  readonly gate: AccessGate
  /** The same on the ways out that are not HTTP: there the token comes with the request to play. */
  readonly mayWatch: MayWatch
  /** The same of a request that does not pass `guard`, such as a WebSocket's. */
  mayWatchBy(request: AnyRequest, stream: string): ReturnType<AccessGate['check']>
  /** Lets a request for something of a stream through to `next`, or refuses it. True where it was taken over. */
  guard(request: AnyRequest, response: AnyResponse, next: () => boolean): boolean
}

/** Who may watch and publish: by address, and by signed address or token. */
export async function createAccess(needs: AccessNeeds): Promise<Access> {
  const store = await openAccessStore(needs.database, needs.writes, needs.secrets)
  const gate = new AccessGate(store, needs.now)
  return {
    gate,
    mayWatch: (stream, { protocol, remoteAddress, token }) =>
      protocol === 'rtmp' || protocol === 'srt' ? gate.check({ stream: stream.name, remoteAddress, token }) : undefined,
    mayWatchBy: (request, stream) => gate.check({ stream, remoteAddress: request.socket.remoteAddress ?? '', token: tokenOf(request) }),
    guard: createAccessHttp({ gate, behindCdn: needs.behindCdn }),
    routes: accessRoutes({ store, gate, audit: needs.audit, events: needs.events, now: needs.now, nameOf: needs.nameOf }),
  }
}
