import type { IncomingHttpHeaders } from 'node:http'
import { isIP } from 'node:net'
import { hostname } from 'node:os'
import { AppError } from '../platform/errors.ts'
import type { BrowserSessions } from '../platform/identity/browser-sessions.ts'
import type { TokenStore } from '../platform/identity/tokens.ts'
import { isLoopback } from '../platform/loopback.ts'
import { mayAct, type Principal, type Role } from '../platform/principal.ts'
import type { AttemptLimit } from './attempt-limit.ts'

/** What of a request decides who asks. */
export interface Caller {
  readonly method: string
  readonly headers: IncomingHttpHeaders
  readonly remoteAddress: string
  readonly encrypted: boolean
}

export interface AccessNeeds {
  readonly mode: 'auto' | 'on' | 'off'
  /** True where any port listens wider than this machine. */
  readonly wide: boolean
  /** Empty where there is none. */
  readonly publicUrl: string
  readonly tokens: TokenStore
  readonly sessions: BrowserSessions
  readonly attempts: AttemptLimit
}

export interface Access {
  readonly signInRequired: boolean
  /** Throws `auth.*` or `request.*_refused`; answers who asks where that one may. `socket`: Origin counts as on a change. */
  admit(caller: Caller, least: Role | 'none', socket?: boolean): Principal
  /** Before addresses that this caller is to use. */
  baseUrl(caller: Caller): string
  /** Before addresses that are handed on to others: the public one, where there is one. */
  sharedBaseUrl(caller: Caller): string
  sessionSecret(caller: Caller): string | undefined
  /** True while the sign-in that a principal came from still holds. */
  stands(principal: Principal): boolean
}

export const cookieName = 'streams_session'

const anonymous: Principal = { id: 'anonymous', role: 'none' }
const local: Principal = { id: 'local', role: 'admin' }

/** Decides who asks and whether that one may, by the rules in docs/architecture.md. */
export function createAccess(needs: AccessNeeds): Access {
  const publicUrl = needs.publicUrl === '' ? undefined : new URL(needs.publicUrl)
  const signInRequired = needs.mode === 'on' || (needs.mode === 'auto' && needs.wide)
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

  /** Where a request acts without a sign-in, a foreign name that was pointed at this machine must not reach it. */
  const checkHost = (host: string): void => {
    const name = nameOf(host)
    if (host === publicUrl?.host || isLoopback(name)) return
    if (needs.wide && (isIP(name) !== 0 || ownNames.has(name))) return
    throw new AppError('request.host_refused', `This server does not answer for "${host}"`, { details: { host } })
  }
  const isOwnOrigin = (caller: Caller, origin: string): boolean =>
    origin === `${caller.encrypted ? 'https' : 'http'}://${hostOf(caller)}` || (publicUrl !== undefined && origin === publicUrl.origin)

  const identify = (caller: Caller, originIsForeign: boolean): Principal => {
    const header = caller.headers.authorization
    if (header !== undefined) {
      needs.attempts.check(caller.remoteAddress)
      const principal = /^Bearer /i.test(header) ? needs.tokens.verify(header.slice(7).trim()) : undefined
      if (principal) return principal
      needs.attempts.failed(caller.remoteAddress)
      throw new AppError('auth.token_unknown')
    }
    if (originIsForeign) return anonymous
    const secret = readCookie(caller.headers.cookie)
    const signedIn = secret === undefined ? undefined : needs.sessions.verify(secret)
    if (signedIn) return signedIn
    if (signInRequired) return anonymous
    if (needs.mode === 'off') return local
    // A proxy on this machine speaks for people who are not on it.
    const forwarded = caller.headers['x-forwarded-for'] ?? caller.headers.forwarded ?? caller.headers.via
    return forwarded === undefined && isLoopback(caller.remoteAddress) && isLoopback(nameOf(hostOf(caller))) ? local : anonymous
  }

  return {
    signInRequired,
    admit(caller, least, socket = false) {
      if (!signInRequired) checkHost(hostOf(caller))
      const origin = caller.headers.origin
      const originIsForeign = origin !== undefined && !isOwnOrigin(caller, origin)
      const changes = caller.method !== 'GET' && caller.method !== 'HEAD'
      const principal = identify(caller, originIsForeign)
      // A bearer token cannot be sent by accident; everything else that a browser adds on its own can.
      if (originIsForeign && principal === anonymous && (changes || socket || least !== 'none')) {
        throw new AppError('request.origin_refused', `A page of ${origin} may not do this`, { details: { origin } })
      }
      if (mayAct(principal, least)) return principal
      if (principal.role === 'none') throw new AppError('auth.required')
      throw new AppError('auth.forbidden', `This needs the role ${least}; yours is ${principal.role}`, {
        details: { needs: least, role: principal.role },
      })
    },
    baseUrl,
    sharedBaseUrl: (caller) => publicUrl?.origin ?? baseUrl(caller),
    sessionSecret: (caller) => readCookie(caller.headers.cookie),
    stands: (principal) => needs.tokens.stands(principal.id),
  }
}

function readCookie(header: string | undefined): string | undefined {
  for (const part of header?.split(';') ?? []) {
    const [name, value] = part.trim().split('=')
    if (name === cookieName && value) return value
  }
  return undefined
}
