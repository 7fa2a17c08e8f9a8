import { generateKeyPairSync } from 'node:crypto'
import { SignJWT } from 'jose'
import { describe, expect, it } from 'vitest'
import { issueToken, readGrant, type UsableKey } from './grants.ts'
import { newPlaybackSecret } from './playback-key.ts'
import { signUrl, writeUrlToken } from './signed-url.ts'

const now = 1_800_000_000_000
const later = now / 1000 + 60
const shared: UsableKey = { id: 'pk1', label: '', kind: 'secret', publicKey: null, createdAt: '', secret: newPlaybackSecret() }
const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'granted',
    (error: { code: string }) => error.code,
  )

describe('a playback grant', () => {
  it('is read from a signed URL, and bound to stream, expiry and IP address', async () => {
    const token = (stream: string, expires: number, address?: string) =>
      writeUrlToken({
        keyId: 'pk1',
        expires,
        signature: signUrl(shared.secret as string, { stream, expires, ...(address ? { address } : {}) }),
        ...(address ? { address } : {}),
      })
    expect(await readGrant(token('a', later, '10.0.0.1'), 'a', [shared], now)).toEqual({ untilMs: later * 1000, address: '10.0.0.1' })
    expect(await codeOf(readGrant(token('b', later), 'a', [shared], now))).toBe('play.token_invalid')
    expect(await codeOf(readGrant(token('a', now / 1000), 'a', [shared], now))).toBe('play.token_expired')
    expect(await codeOf(readGrant(token('a', later).replace('~~', '~10.0.0.9~'), 'a', [shared], now))).toBe('play.token_invalid')
    expect(await codeOf(readGrant(token('a', later), 'a', [], now))).toBe('play.token_invalid')
  })

  it('is read from a token of ours', async () => {
    const token = await issueToken(shared, { stream: 'a', expires: later, address: '10.0.0.1' })
    expect(await readGrant(token, 'a', [shared], now)).toEqual({ untilMs: later * 1000, address: '10.0.0.1' })
    expect(await codeOf(readGrant(token, 'b', [shared], now))).toBe('play.token_other_stream')
    expect(await codeOf(readGrant(token, 'a', [shared], now + 100_000))).toBe('play.token_expired')
    expect(await codeOf(readGrant(`${token.slice(0, -3)}xyz`, 'a', [shared], now))).toBe('play.token_invalid')
  })

  it('is read from a token that a platform signed with its private key, by path', async () => {
    for (const [kind, alg] of [
      ['ed25519', 'EdDSA'],
      ['ec', 'ES256'],
    ] as const) {
      const pair = kind === 'ec' ? generateKeyPairSync('ec', { namedCurve: 'P-256' }) : generateKeyPairSync('ed25519')
      const pem = pair.publicKey.export({ type: 'spki', format: 'pem' }).toString()
      const key: UsableKey = { id: 'pk2', label: '', kind: 'public', publicKey: pem, createdAt: '' }
      const token = await new SignJWT({ path: '/live/club-' }).setProtectedHeader({ alg }).setExpirationTime(later).sign(pair.privateKey)
      expect((await readGrant(token, 'club-7', [shared, key], now)).address).toBeUndefined()
      expect(await codeOf(readGrant(token, 'other', [shared, key], now))).toBe('play.token_other_stream')
    }
  })

  it('is rejected without an expiry, without a signature, and for garbage', async () => {
    const endless = await new SignJWT({})
      .setProtectedHeader({ alg: 'HS256' })
      .setSubject('a')
      .sign(Buffer.from(shared.secret as string))
    const none = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from(`{"sub":"a","exp":${later}}`).toString('base64url')}.`
    for (const token of [endless, none, '', 'x', 'h~~~~', '..', 'a'.repeat(9999)]) {
      expect(await codeOf(readGrant(token, 'a', [shared], now))).toBe('play.token_invalid')
    }
  })
})
