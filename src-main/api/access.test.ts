import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { AppError, ErrorCode } from '../platform/errors.ts'
import type { Role } from '../platform/routes/principal.ts'
import { type AccessDependencies, type Caller, createAccess } from './access.ts'
import { createAttemptLimit } from './attempt-limit.ts'

const tokens = {
  verify: (secret: string) => (secret in { viewer: 1, editor: 1, admin: 1 } ? { id: `token:${secret}`, role: secret as Role } : undefined),
  stands: () => true,
} as unknown as AccessDependencies['tokens']
const sessions = {
  verify: (secret: string) => (secret === 'good' ? { id: 'link', role: 'editor' } : undefined),
} as unknown as AccessDependencies['sessions']

const endpoint = (dependencies: Partial<AccessDependencies> = {}) =>
  createAccess({
    mode: 'auto',
    wide: false,
    shownHost: '192.168.1.5',
    httpsPort: () => 8443,
    publicUrl: '',
    tokens,
    sessions,
    attempts: createAttemptLimit({ max: 3 }),
    ...dependencies,
  })
const caller = (headers: Record<string, string> = {}, more: Partial<Caller> = {}): Caller => ({
  method: 'GET',
  headers: { host: '127.0.0.1:8080', ...headers },
  httpVersion: '1.1',
  remoteAddress: '127.0.0.1',
  encrypted: false,
  ...more,
})
const post = (headers: Record<string, string> = {}) => caller(headers, { method: 'POST' })
/** The role that somebody gets, or the code of the rejection. */
const outcome = (access: ReturnType<typeof endpoint>, who: Caller, min: Role | 'none' = 'admin', socket = false): string => {
  try {
    return access.admit(who, min, socket).role
  } catch (error) {
    return (error as AppError).code
  }
}

describe('who may', () => {
  const refused: ErrorCode = 'request.origin_refused'
  it.each<[string, Partial<AccessDependencies>, Caller, Role | 'none', string]>([
    ['a person on this machine, by number', {}, post(), 'admin', 'admin'],
    ['a person on this machine, by name', {}, post({ host: 'localhost:8080' }), 'admin', 'admin'],
    ['our own page', {}, post({ origin: 'http://127.0.0.1:8080' }), 'admin', 'admin'],
    ['our own page under TLS', {}, { ...post({ origin: 'https://127.0.0.1:8080' }), encrypted: true }, 'admin', 'admin'],
    ['a page elsewhere', {}, post({ origin: 'https://evil.example' }), 'admin', refused],
    ['a page elsewhere that only reads', {}, caller({ origin: 'https://evil.example' }), 'viewer', refused],
    ['a page of another port on this machine', {}, post({ origin: 'http://127.0.0.1:9999' }), 'admin', refused],
    ['a page without an origin', {}, post({ origin: 'null' }), 'admin', refused],
    ['a page elsewhere at a door for everyone, changing', {}, post({ origin: 'https://evil.example' }), 'none', refused],
    ['a name that was pointed here', {}, caller({ host: 'evil.example:8080' }), 'viewer', 'auth.required'],
    [
      'a name that was pointed here, with a token',
      {},
      caller({ host: 'live.example', authorization: 'Bearer editor' }),
      'editor',
      'editor',
    ],
    ['no name at all', {}, caller({ host: '' }), 'viewer', 'auth.required'],
    ['the address that means every network', {}, caller({ host: '0.0.0.0:8080' }), 'viewer', 'auth.required'],
    ['a proxy that speaks HTTP/1.0 and names itself nowhere', {}, caller({}, { httpVersion: '1.0' }), 'viewer', 'auth.required'],
    ['a proxy with a token', {}, caller({ 'via': '1.1 a', 'authorization': 'Bearer viewer' }), 'viewer', 'viewer'],
    [
      'a proxy with a sign-in of its own',
      { wide: true },
      caller({ authorization: 'Basic YTpi', cookie: 'streams_session=good' }),
      'viewer',
      'editor',
    ],
    ['anyone here once there is a public URL', { publicUrl: 'https://live.example' }, caller(), 'viewer', 'auth.required'],
    [
      'our own page behind a proxy that ends TLS',
      { publicUrl: 'https://live.example' },
      post({ host: 'live.example', origin: 'https://live.example', cookie: 'streams_session=good' }),
      'editor',
      'editor',
    ],
    [
      'our own page behind a proxy that ends TLS, at a name that no option gives',
      {},
      post({ host: 'other.example', origin: 'https://other.example', cookie: 'streams_session=good' }),
      'editor',
      'editor',
    ],
    [
      'our own page without TLS at a port with TLS',
      { wide: true },
      { ...post({ origin: 'http://127.0.0.1:8080', cookie: 'streams_session=good' }), encrypted: true },
      'editor',
      refused,
    ],
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
  ])('%s', (_name, dependencies, who, min, expected) => {
    expect(outcome(endpoint(dependencies), who, min)).toBe(expected)
  })

  it('open the event socket: not a page elsewhere, though it only reads', () => {
    expect(outcome(endpoint(), caller({ origin: 'https://evil.example' }), 'viewer', true)).toBe(refused)
    expect(outcome(endpoint(), caller({ origin: 'http://127.0.0.1:8080' }), 'viewer', true)).toBe('admin')
  })

  it('get URLs of their own, and the public one for others', () => {
    const access = endpoint({ publicUrl: 'https://live.example' })
    const inside = caller({ host: '127.0.0.1:8080' })
    expect([access.baseUrl(inside), access.sharedBaseUrl(inside)]).toEqual(['http://127.0.0.1:8080', 'https://live.example'])
    expect(endpoint().sharedBaseUrl(inside)).toBe('http://127.0.0.1:8080')
  })

  it.each<[string, Partial<AccessDependencies>, Caller, string]>([
    ['this machine alone', {}, caller(), 'http://127.0.0.1:8080'],
    ['a network, from this machine', { wide: true }, caller(), 'https://192.168.1.5:8443'],
    ['a network, from a name', { wide: true }, caller({ host: 'studio.lan:8080' }), 'https://studio.lan:8443'],
    ['a network, from an IPv6 address', { wide: true }, caller({ host: '[fd00::5]:8080' }), 'https://[fd00::5]:8443'],
    ['a network, over TLS', { wide: true }, caller({ host: 'studio.lan:9443' }, { encrypted: true }), 'https://studio.lan:9443'],
    ['a network without HTTPS', { wide: true, httpsPort: () => null }, caller({ host: 'studio.lan:8080' }), 'http://studio.lan:8080'],
    ['a public URL', { wide: true, publicUrl: 'https://live.example' }, caller(), 'https://live.example'],
  ])('are given sign-in links that do not cross a network in the clear: %s', (_name, dependencies, who, expected) => {
    expect(endpoint(dependencies).signInBaseUrl(who)).toBe(expected)
  })

  it.each([
    'forwarded',
    'via',
    'x-forwarded-for',
    'x-forwarded-host',
    'x-forwarded-proto',
    'x-forwarded-server',
    'x-forwarded',
    'x-real-ip',
    'x-client-ip',
    'x-original-forwarded-for',
    'x-original-host',
    'true-client-ip',
    'cf-connecting-ip',
    'cf-ray',
    'cf-visitor',
    'cdn-loop',
    'fastly-client-ip',
    'fly-client-ip',
    'x-envoy-external-address',
    'x-amzn-trace-id',
    'x-amz-cf-id',
    'x-azure-clientip',
    'ngrok-trace-id',
    'tailscale-user-login',
  ])('are not taken for somebody on this machine with the header %s', (name) => {
    expect(outcome(endpoint(), caller({ [name]: '' }), 'viewer')).toBe('auth.required')
    expect(outcome(endpoint({ mode: 'off' }), caller({ [name]: 'x' }), 'viewer')).toBe('admin')
  })

  it('send the headers of browsers and programs on this machine and need no sign-in', () => {
    const browser = {
      'user-agent': 'x',
      'accept': '*/*',
      'sec-fetch-site': 'none',
      'x-requested-with': 'x',
      'dnt': '1',
      'x-request-id': 'x',
    }
    for (const httpVersion of ['1.1', '2.0']) expect(outcome(endpoint(), caller(browser, { httpVersion }))).toBe('admin')
  })

  it('guess at tokens: failures are counted and then rejected, and a good one always passes', () => {
    const access = endpoint({ wide: true })
    for (let index = 0; index < 3; index += 1) expect(outcome(access, caller({ authorization: 'Bearer x' }))).toBe('auth.token_unknown')
    expect(outcome(access, caller({ authorization: 'Bearer x' }))).toBe('auth.too_many_attempts')
    expect(outcome(access, caller({ authorization: 'Bearer admin' }))).toBe('admin')
    expect(outcome(access, caller({ authorization: 'Bearer x' }))).toBe('auth.too_many_attempts')
    expect(outcome(access, caller({ authorization: 'Bearer x' }, { remoteAddress: '9.9.9.9' }))).toBe('auth.token_unknown')
  })
})

describe('the limit of attempts', () => {
  it('counts from zero when its time is over', () => {
    let now = 0
    const limit = createAttemptLimit({ max: 1, windowMs: 1000, now: () => now })
    const codes = () => limit.failed('9.9.9.9', 'auth.link_spent').code
    expect([codes(), codes()]).toEqual(['auth.link_spent', 'auth.too_many_attempts'])
    expect(limit.failed('9.9.9.9', 'auth.link_spent').details).toEqual({ retryAfterSeconds: 1 })
    now = 1000
    expect(codes()).toBe('auth.link_spent')
    const ofNetwork = ['2001:db8:1:2::1', '2001:db8:1:2::2', '2001:db8:1:3::1'].map(
      (address) => limit.failed(address, 'auth.link_spent').code,
    )
    expect(ofNetwork).toEqual(['auth.link_spent', 'auth.too_many_attempts', 'auth.link_spent'])
  })

  it('delays so many answers and no more, so that nobody keeps connections by guessing', async () => {
    vi.useFakeTimers()
    onTestFinished(() => void vi.useRealTimers())
    const limit = createAttemptLimit({ delayMs: 1000 })
    let answered = 0
    const ask = (): void => void limit.delay().then(() => (answered += 1))
    for (let index = 0; index < 64; index += 1) ask()
    await vi.advanceTimersByTimeAsync(999)
    expect(answered).toBe(0)
    ask()
    await vi.advanceTimersByTimeAsync(0)
    expect(answered).toBe(1)
    await vi.advanceTimersByTimeAsync(1)
    expect(answered).toBe(65)
  })
})
