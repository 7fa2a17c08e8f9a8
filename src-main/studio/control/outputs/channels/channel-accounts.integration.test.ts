import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { ChannelAccounts } from './channel-accounts.ts'
import { type ServiceDouble, startServiceDouble } from './testing/service-double.ts'
import { createTwitch, twitchGrant } from './twitch.ts'
import { youtubeGrant } from './youtube.ts'

describe('signing in at services by a code', () => {
  let double: ServiceDouble
  let accounts: ChannelAccounts
  let kept: Map<string, unknown>
  let nowMs: number
  const messages: string[] = []

  const open = (base = double.url): ChannelAccounts =>
    new ChannelAccounts({
      store: {
        get: (key) => kept.get(key),
        set: (key, value) => void (value === undefined ? kept.delete(key) : kept.set(key, value)),
      },
      secrets: { encrypt: (text) => Buffer.from(text).toString('hex'), open: (text) => Buffer.from(text, 'hex').toString() },
      audit: { record: ({ message }: { message: string }) => void messages.push(message) } as never,
      endpoints: { twitch: twitchGrant(base), youtube: youtubeGrant(base) },
      now: () => nowMs,
    })
  const account = (service: 'twitch' | 'youtube') => accounts.list().find((each) => each.service === service)
  const signIn = async (service: 'twitch' | 'youtube'): Promise<void> => {
    accounts.setApplication(service, { clientId: 'client', clientSecret: service === 'youtube' ? 'secret' : '' }, 'me')
    double.grant = 'granted'
    await accounts.signIn(service, 'me')
    await vi.waitFor(() => expect(account(service)?.connectedBy).toBe('sign-in'), 5000)
  }

  beforeAll(async () => {
    double = await startServiceDouble()
  })
  afterAll(() => double.stop())
  beforeEach(() => {
    kept = new Map()
    nowMs = 1_000_000
    double.broken = undefined
    double.grant = 'pending'
    double.requests.length = 0
    accounts = open()
  })
  afterEach(() => accounts.stop())

  it.each(['twitch', 'youtube'] as const)(
    'waits until the code was entered at %s, and works with the token from then on',
    async (service) => {
      accounts.setApplication(service, { clientId: 'client', clientSecret: service === 'youtube' ? 'secret' : '' }, 'me')
      const shown = await accounts.signIn(service, 'me')
      expect(shown).toMatchObject({ state: 'waiting', userCode: 'WXYZ', url: expect.stringContaining('http://127.0.0.1:9/') })
      expect(await accounts.signIn(service, 'other'), 'everybody sees the same code').toBe(shown)
      await vi.waitFor(() => expect(double.requests.filter(({ line }) => line.endsWith('/token')).length).toBeGreaterThan(0), 5000)
      expect(account(service)).toMatchObject({ connectedBy: null, signIn: { state: 'waiting' } })
      double.grant = 'granted'
      await vi.waitFor(() => expect(account(service)).toMatchObject({ connectedBy: 'sign-in', signIn: null }), 5000)
      const token = await accounts.use(service, async (each) => each)
      expect(double.tokens).toContain(token)
      expect(JSON.stringify([...kept.values()]), 'nothing is kept as it is').not.toContain(token)
      expect(JSON.stringify(accounts.list())).not.toMatch(/access-|secret"|refresh-/)
      // As after a restart of the host.
      accounts = open()
      expect(await accounts.use(service, async (each) => each)).toBe(token)
    },
  )

  it.each([
    ['denied', 'denied'],
    ['without scope', 'denied'],
    ['expired', 'rejected'],
  ] as const)('says that a sign-in failed: %s', async (grant, reason) => {
    accounts.setApplication('twitch', { clientId: 'client', clientSecret: '' }, 'me')
    double.grant = grant
    await accounts.signIn('twitch', 'me')
    await vi.waitFor(() => expect(account('twitch')?.signIn).toMatchObject({ state: 'failed', reason }), 5000)
    double.grant = 'pending'
    expect(await accounts.signIn('twitch', 'me'), 'it can be tried again').toMatchObject({ state: 'waiting' })
  })

  it('ends when the code has, also while the service does not answer', async () => {
    accounts.setApplication('twitch', { clientId: 'client', clientSecret: '' }, 'me')
    await accounts.signIn('twitch', 'me')
    double.broken = { status: 503, body: '{"message":"later"}' }
    nowMs += 31 * 60_000
    await vi.waitFor(() => expect(account('twitch')?.signIn).toMatchObject({ state: 'failed', reason: 'expired' }), 5000)
  })

  it('asks less often where the service wants that, and not at all once it was ended', async () => {
    accounts.setApplication('youtube', { clientId: 'client', clientSecret: 'secret' }, 'me')
    double.grant = 'slow_down'
    await accounts.signIn('youtube', 'me')
    const asked = () => double.requests.filter(({ line }) => line.endsWith('/token')).length
    await vi.waitFor(() => expect(asked()).toBe(1), 5000)
    accounts.cancel('youtube')
    expect(account('youtube')?.signIn).toBe(null)
    double.grant = 'granted'
    await accounts.signIn('youtube', 'me')
    await vi.waitFor(() => expect(account('youtube')?.connectedBy).toBe('sign-in'), 5000)
    expect(asked(), 'the ended one asked no more').toBe(2)
  })

  it('says what is wrong with the application', async () => {
    await expect(accounts.signIn('twitch', 'me')).rejects.toMatchObject({ code: 'studio.channel_application' })
    for (const service of ['twitch', 'youtube'] as const) {
      accounts.setApplication(service, { clientId: 'unknown', clientSecret: '' }, 'me')
      await expect(accounts.signIn(service, 'me')).rejects.toMatchObject({ code: 'studio.channel_application' })
    }
  })

  it.each([
    ['a page that is a script', { verification_uri: 'javascript:alert(1)' }],
    ['a page of another protocol', { verification_uri: 'file:///etc/passwd' }],
    ['a code with controls', { user_code: 'A\u0007B' }],
    ['no code', { user_code: '' }],
  ])('rejects %s', async (_, wrong) => {
    accounts.setApplication('twitch', { clientId: 'client', clientSecret: '' }, 'me')
    const answer = {
      device_code: 'device',
      user_code: 'WXYZ',
      verification_uri: 'http://127.0.0.1:9/',
      expires_in: 1800,
      interval: 5,
      ...wrong,
    }
    double.broken = { status: 200, body: JSON.stringify(answer) }
    await expect(accounts.signIn('twitch', 'me')).rejects.toMatchObject({ code: 'studio.channel_failed' })
  })

  it('renews a token that has ended, once for everybody who asks', async () => {
    await signIn('twitch')
    nowMs += 14_400_000
    const tokens = await Promise.all([1, 2, 3].map(() => accounts.use('twitch', async (token) => token)))
    expect(new Set(tokens).size).toBe(1)
    expect(double.requests.filter(({ body }) => (body as { grant_type?: string }).grant_type === 'refresh_token')).toHaveLength(1)
    nowMs += 14_400_000
    expect(await accounts.use('twitch', async (token) => token), 'the new refresh token is the one that counts').not.toBe(tokens[0])
  })

  it('renews a token that the service ended before its time', async () => {
    await signIn('twitch')
    double.tokens.clear()
    double.tokens.add('other')
    const twitch = createTwitch({ id: double.url, api: double.url })
    expect(await accounts.use('twitch', twitch.read)).toMatchObject({ title: 'First title' })
  })

  it('asks to sign in again where it cannot be renewed, but not because the service is away', async () => {
    await signIn('twitch')
    nowMs += 14_400_000
    double.broken = { status: 502, body: '{}' }
    await expect(accounts.use('twitch', async () => 1)).rejects.toMatchObject({ code: 'studio.channel_failed' })
    double.broken = undefined
    expect(account('twitch')?.connectedBy).toBe('sign-in')
    double.refreshTokens.clear()
    await expect(accounts.use('twitch', async () => 1)).rejects.toMatchObject({ code: 'studio.channel_token' })
    expect(account('twitch')?.connectedBy).toBe(null)
  })

  it('ends the tokens at the service when somebody signs out, and is signed out even where that fails', async () => {
    await signIn('youtube')
    expect(await accounts.disconnect('youtube', 'me')).toBe(undefined)
    expect(double.refreshTokens).not.toContain('lasting')
    expect([...kept.keys()]).toEqual(['channel-application-youtube'])
    await signIn('youtube')
    double.broken = { status: 500, body: '{}' }
    expect(await accounts.disconnect('youtube', 'me')).toContain('500')
    expect(account('youtube')?.connectedBy).toBe(null)
  })
})
