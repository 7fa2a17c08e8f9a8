import { createPublicKey } from 'node:crypto'
import { type JWTPayload, jwtVerify, SignJWT } from 'jose'
import { AppError } from '../../../platform/errors.ts'
import { bareIp } from '../../../platform/net/ip-address.ts'
import { algorithmsOf, type PlaybackKey } from './playback-key.ts'
import { checksOut, readUrlToken } from './signed-url.ts'

/** A key with what it checks by. */
export interface UsableKey extends PlaybackKey {
  /** Shared secrets alone. */
  readonly secret?: string
}

/** Until when a token opens a stream, ms since 1970, and for which IP address. */
export interface Grant {
  readonly untilMs: number
  readonly address: string | undefined
}

/** Clocks of two machines differ. */
const clockToleranceS = 5
/** Longest token that is read, characters. */
const maxToken = 4096

/**
 * Returns what a token grants for a stream: a signed URL (`h~…`) or a JWT whose `sub` is the stream's name (or `*`) or whose
 * `path` is a prefix of `/live/STREAM/`; `exp` is required, `nbf` and `ip` are checked. Rejects with `play.token_*`.
 */
export async function readGrant(token: string, stream: string, keys: readonly UsableKey[], nowMs: number): Promise<Grant> {
  if (token.length > maxToken) throw new AppError('play.token_invalid', 'The token is too long')
  const signed = readUrlToken(token)
  if (signed === undefined) return readJwt(token, stream, keys, nowMs)
  const key = keys.find((each) => each.id === signed.keyId)
  const grant = { stream, expires: signed.expires, ...(signed.address === undefined ? {} : { address: signed.address }) }
  if (key?.secret === undefined || !checksOut(key.secret, grant, signed.signature)) throw new AppError('play.token_invalid')
  if (signed.expires * 1000 <= nowMs) throw new AppError('play.token_expired')
  return { untilMs: signed.expires * 1000, address: signed.address }
}

async function readJwt(token: string, stream: string, keys: readonly UsableKey[], nowMs: number): Promise<Grant> {
  let rejection = new AppError('play.token_invalid')
  // The library passes over blanks within base64: one token would have many spellings.
  if (!/^[\w-]+\.[\w-]+\.[\w-]+$/.test(token)) throw rejection
  for (const key of keys) {
    try {
      const { payload } = await verifyWith(key, token, nowMs)
      return grantOf(payload, stream)
    } catch (error) {
      if (error instanceof AppError) rejection = error
      else if ((error as { code?: string }).code === 'ERR_JWT_EXPIRED') rejection = new AppError('play.token_expired')
    }
  }
  throw rejection
}

function verifyWith(key: UsableKey, token: string, nowMs: number) {
  const options = { clockTolerance: clockToleranceS, requiredClaims: ['exp'], currentDate: new Date(nowMs) }
  if (key.secret !== undefined) return jwtVerify(token, Buffer.from(key.secret), { ...options, algorithms: ['HS256'] })
  const pem = key.publicKey ?? ''
  return jwtVerify(token, createPublicKey(pem), { ...options, algorithms: [...algorithmsOf(pem)] })
}

function grantOf(payload: JWTPayload, stream: string): Grant {
  const { sub, path, ip } = payload as JWTPayload & { path?: unknown; ip?: unknown }
  const opens = sub === stream || sub === '*' || (typeof path === 'string' && path !== '' && `/live/${stream}/`.startsWith(path))
  if (!opens) throw new AppError('play.token_other_stream')
  return { untilMs: (payload.exp as number) * 1000, address: typeof ip === 'string' ? bareIp(ip) : undefined }
}

/** A token of ours (HS256) that opens a stream, or every stream where it is `*`. */
export function issueToken(
  key: UsableKey,
  { stream, expires, address }: { stream: string; expires: number; address?: string },
): Promise<string> {
  return new SignJWT(address === undefined ? {} : { ip: address })
    .setProtectedHeader({ alg: 'HS256', kid: key.id })
    .setSubject(stream)
    .setExpirationTime(expires)
    .sign(Buffer.from(key.secret ?? ''))
}
