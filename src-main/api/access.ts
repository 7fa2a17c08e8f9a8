import type { IncomingHttpHeaders } from 'node:http'
import { isIP } from 'node:net'
import { hostname } from 'node:os'
import { AppError } from '../platform/errors.ts'
import type { BrowserSessions } from '../platform/identity/browser-sessions.ts'
import type { TokenStore } from '../platform/identity/tokens.ts'
import { isLoopback } from '../platform/net/loopback.ts'
import { mayAct, type Principal, type Role } from '../platform/routes/principal.ts'
import type { AttemptLimit } from './attempt-limit.ts'
import { proxyMark } from './proxied.ts'

/** What of a request decides who asks. */
export interface Caller {
  readonly method: string
  readonly headers: IncomingHttpHeaders
  /** `1.0`, `1.1` or `2.0`. */
  readonly httpVersion: string
  readonly remoteAddress: string
  readonly encrypted: boolean
}

export interface AccessDependencies {
  readonly mode: 'auto' | 'on' | 'off'
  /** True where any port listens wider than this machine. */
  readonly wide: boolean
  /** Name or IP address under which people outside reach the ports. */
  readonly shownHost: string
  /** Null where HTTPS is not open. */
  readonly httpsPort: () => number | null
  /** Empty where no option names one. */
  readonly publicUrl: string
  /** True where the options name proxies in front of this host. */
  readonly trustsProxies?: boolean
  readonly tokens: TokenStore
  readonly sessions: BrowserSessions
  readonly attempts: AttemptLimit
}

export interface Access {
  readonly signInRequired: boolean
  /** Throws `auth.*` or `request.*_refused`; answers who asks where that one may. `socket`: Origin counts as on a change. */
  admit(caller: Caller, min: Role | 'none', socket?: boolean): Principal
  /** Before URLs that this caller is to use. */
  baseUrl(caller: Caller): string
  /** Before URLs that are handed on to others: the public one, if it is set. */
  sharedBaseUrl(caller: Caller): string
  /** Before links that sign in: the public URL, else HTTPS where a port can be reached from elsewhere and HTTPS is open. */
  signInBaseUrl(caller: Caller): string
  /** True while the sign-in that a principal came from is still valid. */
  stands(principal: Principal): boolean
}

export const cookieName = 'streams_session'

const anonymous: Principal = { id: 'anonymous', role: 'none' }
const local: Principal = { id: 'local', role: 'admin' }

/** Decides who asks and whether that one may, by the rules in docs/architecture.md. */
export function createAccess(dependencies: AccessDependencies): Access {
  const publicUrl = dependencies.publicUrl === '' ? undefined : new URL(dependencies.publicUrl)
  // A public URL and a trusted proxy say that people reach this host through something: what arrives from this machine may be anybody's request.
  const reached = dependencies.wide || publicUrl !== undefined || dependencies.trustsProxies === true
  const signInRequired = dependencies.mode === 'on' || (dependencies.mode === 'auto' && reached)
  const machine = hostname().toLowerCase()
  const ownNames = new Set([machine, `${machine}.local`])

  const hostOf = (caller: Caller): string => {
    const authority = caller.headers[':authority']
    return (caller.headers.host ?? (typeof authority === 'string' ? authority : '')).toLowerCase()
  }
  const nameOf = (host: string): string => host.replace(/:\d+$/, '').replace(/^\[|\]$/g, '')

  const baseUrl = (caller: Caller): string => {
    const host = hostOf(caller)
    if (publicUrl && host === publicUrl.host) return publicUrl.origin
    return `${caller.encrypted ? 'https' : 'http'}://${host}`
  }

  /** Where everybody acts as admin, a foreign name that was pointed at this machine must not reach it. */
  const checkHost = (host: string): void => {
    const name = nameOf(host)
    if (host === publicUrl?.host || isLoopback(name)) return
    if (dependencies.wide && (isIP(name) !== 0 || ownNames.has(name))) return
    throw new AppError('request.host_refused', `This server does not answer for "${host}"`, { details: { host } })
  }
  const isOwnOrigin = (caller: Caller, origin: string): boolean =>
    // A proxy that ends TLS keeps the name and passes plain HTTP on.
    origin === `https://${hostOf(caller)}` ||
    (!caller.encrypted && origin === `http://${hostOf(caller)}`) ||
    (publicUrl !== undefined && origin === publicUrl.origin)

  /** Why a request is not that of somebody on this machine; undefined where it is. */
  const notLocal = (caller: Caller): string | undefined => {
    if (!isLoopback(caller.remoteAddress)) return `it came from ${caller.remoteAddress}`
    const mark = proxyMark(caller.headers, caller.httpVersion)
    if (mark !== undefined) return `a proxy passed it on (${mark})`
    return isLoopback(nameOf(hostOf(caller))) ? undefined : `it was sent to "${hostOf(caller)}", a name that is not this machine alone`
  }

  const identify = (caller: Caller, originIsForeign: boolean): Principal => {
    const header = caller.headers.authorization
    // Any other scheme is a proxy's own, e.g. nginx's `auth_basic`.
    if (header !== undefined && /^Bearer(?: |$)/i.test(header)) {
      const principal = dependencies.tokens.verify(header.slice(7).trim())
      if (principal) return principal
      throw dependencies.attempts.failed(caller.remoteAddress, 'auth.token_unknown')
    }
    if (originIsForeign) return anonymous
    const secret = readCookie(caller.headers.cookie)
    const signedIn = secret === undefined ? undefined : dependencies.sessions.verify(secret)
    if (signedIn) return signedIn
    if (signInRequired) return anonymous
    return dependencies.mode === 'off' || notLocal(caller) === undefined ? local : anonymous
  }

  return {
    signInRequired,
    admit(caller, min, socket = false) {
      if (dependencies.mode === 'off') checkHost(hostOf(caller))
      const origin = caller.headers.origin
      const originIsForeign = origin !== undefined && !isOwnOrigin(caller, origin)
      const changes = caller.method !== 'GET' && caller.method !== 'HEAD'
      const principal = identify(caller, originIsForeign)
      // A bearer token cannot be sent by accident; everything else that a browser adds on its own can.
      if (originIsForeign && principal === anonymous && (changes || socket || min !== 'none')) {
        throw new AppError('request.origin_refused', `A page of ${origin} may not do this`, { details: { origin } })
      }
      if (mayAct(principal, min)) return principal
      if (principal.role === 'none') {
        const reason = signInRequired ? undefined : notLocal(caller)
        throw new AppError('auth.required', reason && `Requests from this machine need no sign-in, but ${reason}`)
      }
      throw new AppError('auth.forbidden', `This needs the role ${min}; yours is ${principal.role}`, {
        details: { needs: min, role: principal.role },
      })
    },
    baseUrl,
    sharedBaseUrl: (caller) => publicUrl?.origin ?? baseUrl(caller),
    signInBaseUrl(caller) {
      if (publicUrl) return publicUrl.origin
      const port = dependencies.httpsPort()
      if (!dependencies.wide || caller.encrypted || port === null) return baseUrl(caller)
      // Somebody on this machine makes links for others.
      const name = hostOf(caller).replace(/:\d+$/, '')
      return `https://${isLoopback(nameOf(name)) ? dependencies.shownHost : name}:${port}`
    },
    stands: ({ id, session }) => dependencies.tokens.stands(id) && (session === undefined || dependencies.sessions.stands(session)),
  }
}

function readCookie(header: string | undefined): string | undefined {
  for (const part of header?.split(';') ?? []) {
    const [name, value] = part.trim().split('=')
    if (name === cookieName && value) return value
  }
  return undefined
}
