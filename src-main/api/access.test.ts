import { describe, expect, it } from 'vitest'
import type { AppError, ErrorCode } from '../platform/errors.ts'
import type { Role } from '../platform/principal.ts'
import { type AccessNeeds, type Caller, createAccess } from './access.ts'
import { createAttemptLimit } from './attempt-limit.ts'

const tokens = {
  verify: (secret: string) => (secret in { viewer: 1, editor: 1, admin: 1 } ? { id: `token:${secret}`, role: secret as Role } : undefined),
  stands: () => true,
} as unknown as AccessNeeds['tokens']
const sessions = {
  verify: (secret: string) => (secret === 'good' ? { id: 'link', role: 'editor' } : undefined),
} as unknown as AccessNeeds['sessions']

const door = (needs: Partial<AccessNeeds> = {}) =>
  createAccess({ mode: 'auto', wide: false, publicUrl: '', tokens, sessions, attempts: createAttemptLimit(3), ...needs })
const caller = (headers: Record<string, string> = {}, more: Partial<Caller> = {}): Caller => ({
  method: 'GET',
  headers: { host: '127.0.0.1:8080', ...headers },
  remoteAddress: '127.0.0.1',
  encrypted: false,
  ...more,
})
const post = (headers: Record<string, string> = {}) => caller(headers, { method: 'POST' })
/** The role that somebody gets, or the code of the refusal. */
const outcome = (access: ReturnType<typeof door>, who: Caller, least: Role | 'none' = 'admin', socket = false): string => {
  try {
    return access.admit(who, least, socket).role
  } catch (error) {
    return (error as AppError).code
  }
}

describe('who may', () => {
  const refused: ErrorCode = 'request.origin_refused'
  it.each<[string, Partial<AccessNeeds>, Caller, Role | 'none', string]>([
    ['a person on this machine, by number', {}, post(), 'admin', 'admin'],
    ['a person on this machine, by name', {}, post({ host: 'localhost:8080' }), 'admin', 'admin'],
    ['our own page', {}, post({ origin: 'http://127.0.0.1:8080' }), 'admin', 'admin'],
    ['our own page under TLS', {}, { ...post({ origin: 'https://127.0.0.1:8080' }), encrypted: true }, 'admin', 'admin'],
    ['a page elsewhere', {}, post({ origin: 'https://evil.example' }), 'admin', refused],
    ['a page elsewhere that only reads', {}, caller({ origin: 'https://evil.example' }), 'viewer', refused],
    ['a page of another port on this machine', {}, post({ origin: 'http://127.0.0.1:9999' }), 'admin', refused],
    ['a page without an origin', {}, post({ origin: 'null' }), 'admin', refused],
    ['a page elsewhere at a door for everyone, changing', {}, post({ origin: 'https://evil.example' }), 'none', refused],
    ['a name that was pointed here', {}, caller({ host: 'evil.example:8080' }), 'viewer', 'request.host_refused'],
    ['no name at all', {}, caller({ host: '' }), 'viewer', 'request.host_refused'],
    ['someone behind a proxy on this machine', {}, caller({ 'x-forwarded-for': '9.9.9.9' }), 'viewer', 'auth.required'],
    ['a remote address under a loopback name', {}, caller({}, { remoteAddress: '9.9.9.9' }), 'viewer', 'auth.required'],
    ['anyone once a port is wide', { wide: true }, caller(), 'viewer', 'auth.required'],
    ['anyone at an open door once a port is wide', { wide: true }, caller({ host: 'any.example' }), 'none', 'none'],
    ['anyone when sign-in is on', { mode: 'on' }, caller(), 'viewer', 'auth.required'],
    [
      'everyone when sign-in is off',
      { mode: 'off', wide: true },
      caller({ host: '10.0.0.1' }, { remoteAddress: '9.9.9.9' }),
      'admin',
      'admin',
    ],
    ['a rebound name when sign-in is off', { mode: 'off', wide: true }, caller({ host: 'evil.example' }), 'viewer', 'request.host_refused'],
    [
      'the public name',
      { mode: 'on', publicUrl: 'https://live.example' },
      post({ host: 'live.example', origin: 'https://live.example', cookie: 'streams_session=good' }),
      'editor',
      'editor',
    ],
    ['a token of enough', { wide: true }, post({ authorization: 'Bearer editor' }), 'editor', 'editor'],
    ['a token of too little', { wide: true }, post({ authorization: 'Bearer viewer' }), 'editor', 'auth.forbidden'],
    ['a token that nobody knows, even here', {}, caller({ authorization: 'Bearer x' }), 'none', 'auth.token_unknown'],
    [
      'a token from a page elsewhere',
      { wide: true },
      post({ authorization: 'Bearer admin', origin: 'https://dash.example' }),
      'admin',
      'admin',
    ],
    ['a signed-in browser', { wide: true }, post({ cookie: 'a=b; streams_session=good' }), 'editor', 'editor'],
    [
      'a signed-in browser on a page elsewhere',
      { wide: true },
      post({ cookie: 'streams_session=good', origin: 'https://evil.example' }),
      'editor',
      refused,
    ],
    ['a sign-in that has ended', { wide: true }, caller({ cookie: 'streams_session=old' }), 'viewer', 'auth.required'],
  ])('%s', (_name, needs, who, least, expected) => {
    expect(outcome(door(needs), who, least)).toBe(expected)
  })

  it('open the event socket: not a page elsewhere, though it only reads', () => {
    expect(outcome(door(), caller({ origin: 'https://evil.example' }), 'viewer', true)).toBe(refused)
    expect(outcome(door(), caller({ origin: 'http://127.0.0.1:8080' }), 'viewer', true)).toBe('admin')
  })

  it('are told addresses of their own, and the public one for others', () => {
    const access = door({ publicUrl: 'https://live.example' })
    const inside = caller({ host: '127.0.0.1:8080' })
    expect([access.baseUrl(inside), access.sharedBaseUrl(inside)]).toEqual(['http://127.0.0.1:8080', 'https://live.example'])
    expect(door().sharedBaseUrl(inside)).toBe('http://127.0.0.1:8080')
  })

  it('guess at tokens: a few times, then not for a while, even with a good one', () => {
    const access = door({ wide: true })
    for (let index = 0; index < 3; index += 1) expect(outcome(access, caller({ authorization: 'Bearer x' }))).toBe('auth.token_unknown')
    expect(outcome(access, caller({ authorization: 'Bearer admin' }))).toBe('auth.too_many_attempts')
    expect(outcome(access, caller({ authorization: 'Bearer admin' }, { remoteAddress: '9.9.9.9' }))).toBe('admin')
  })
})
