import { AppError } from '../../../../platform/errors.ts'
import { isRecord } from '../../../../platform/routes/schema-faults.ts'
import { askForAnswer, problemOf, textIn } from './ask-service.ts'

/** Where a service signs people in by a code that they enter in a browser (RFC 8628), and what is asked for. */
export interface GrantEndpoints {
  /** Name of the service, for errors. */
  readonly service: string
  readonly base: string
  /** Paths below `base`. */
  readonly device: string
  readonly token: string
  readonly revoke: string
  readonly scope: string
  /** What the service calls the scopes of a request: `scope` in RFC 8628, `scopes` at Twitch. */
  readonly scopeField: 'scope' | 'scopes'
}

/** An application that the user registered at the service: the product ships none. */
export interface Application {
  readonly clientId: string
  /** Empty for a public client, which has none. */
  readonly clientSecret: string
}

/** What the user is shown, and what the host asks with meanwhile. */
export interface DeviceCode {
  readonly deviceCode: string
  readonly userCode: string
  readonly url: string
  readonly expiresInMs: number
  /** Between two questions, at least. */
  readonly intervalMs: number
}

export interface Tokens {
  readonly accessToken: string
  /** Empty where the service gives none. */
  readonly refreshToken: string
  readonly expiresInMs: number
}

/** What came of asking for tokens. `detail` is the service's own words. */
export type GrantResult =
  | { readonly kind: 'tokens'; readonly tokens: Tokens }
  | { readonly kind: 'pending' }
  | { readonly kind: 'slower' }
  | { readonly kind: 'denied' | 'expired' | 'rejected'; readonly detail: string }

const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code'
/** RFC 8628 section 3.2, where the service names none. */
const usualIntervalMs = 5000
const [minIntervalMs, maxIntervalMs] = [200, 60_000]
const [minLifeMs, maxLifeMs] = [10_000, 60 * 60_000]
/** Of an access token whose life the service does not say. */
const usualTokenLifeMs = 60 * 60_000
const maxTokenLifeMs = 365 * 24 * 60 * 60_000
const maxUserCode = 64
const maxUrl = 500
const maxToken = 4000

/** Asks the service for a code (RFC 8628 section 3.1). Rejects with `studio.channel_application` where it does not take the application. */
export async function askForCode(endpoints: GrantEndpoints, { clientId }: Application): Promise<DeviceCode> {
  const { service, base, device, scope, scopeField } = endpoints
  const { status, answer } = await askForAnswer({
    service,
    method: 'POST',
    base,
    path: device,
    form: { client_id: clientId, [scopeField]: scope },
  })
  if (status >= 400 && status < 500 && status !== 429)
    throw new AppError('studio.channel_application', `${service} does not take it: ${problemOf(answer)}`)
  const failed = (problem: string): AppError => new AppError('studio.channel_failed', `${service}: ${problem}`)
  if (status !== 200) throw failed(`${status}, ${problemOf(answer)}`)
  const [deviceCode, userCode] = [textIn(answer, 'device_code'), textIn(answer, 'user_code')]
  // Google names it `verification_url`.
  const url = ['verification_uri_complete', 'verification_uri', 'verification_url'].map((name) => textIn(answer, name)).find(Boolean) ?? ''
  const isShown = /^[\x20-\x7e]+$/.test(userCode) && userCode.length <= maxUserCode
  if (deviceCode === '' || deviceCode.length > maxToken || !isShown || !isPage(url, base)) throw failed('its answer has no code')
  return {
    deviceCode,
    userCode,
    url,
    expiresInMs: clamp(secondsIn(answer, 'expires_in') ?? maxLifeMs, minLifeMs, maxLifeMs),
    intervalMs: clamp(secondsIn(answer, 'interval') ?? usualIntervalMs, minIntervalMs, maxIntervalMs),
  }
}

/** Asks once whether the user has entered the code (RFC 8628 section 3.4). */
export async function askForTokens(endpoints: GrantEndpoints, application: Application, deviceCode: string): Promise<GrantResult> {
  const { scope, scopeField } = endpoints
  const more = { grant_type: deviceGrant, device_code: deviceCode, ...(scopeField === 'scopes' ? { scopes: scope } : {}) }
  const result = await askTokenEndpoint(endpoints, application, more)
  if (result.kind === 'tokens' && !result.scopes.includes(scope))
    return { kind: 'denied', detail: `${endpoints.service} gave no permission for ${scope}` }
  return result
}

/** New tokens for old ones (RFC 6749 section 6). What the service does not send again stays as it was. */
export async function refreshTokens(endpoints: GrantEndpoints, application: Application, refreshToken: string): Promise<GrantResult> {
  const result = await askTokenEndpoint(endpoints, application, { grant_type: 'refresh_token', refresh_token: refreshToken })
  if (result.kind !== 'tokens') return result
  return { kind: 'tokens', tokens: { ...result.tokens, refreshToken: result.tokens.refreshToken || refreshToken } }
}

/** Asks the service to end a token at once (RFC 7009). Rejects where it does not answer. */
export async function revokeToken({ service, base, revoke }: GrantEndpoints, { clientId }: Application, token: string): Promise<void> {
  const { status, answer } = await askForAnswer({ service, method: 'POST', base, path: revoke, form: { client_id: clientId, token } })
  if (status !== 200) throw new AppError('studio.channel_failed', `${service}: ${status}, ${problemOf(answer)}`)
}

type TokenAnswer =
  | { readonly kind: 'tokens'; readonly tokens: Tokens; readonly scopes: readonly string[] }
  | Exclude<GrantResult, { readonly kind: 'tokens' }>

async function askTokenEndpoint(
  { service, base, token }: GrantEndpoints,
  { clientId, clientSecret }: Application,
  more: Readonly<Record<string, string>>,
): Promise<TokenAnswer> {
  const secret: Record<string, string> = clientSecret === '' ? {} : { client_secret: clientSecret }
  const { status, answer } = await askForAnswer({
    service,
    method: 'POST',
    base,
    path: token,
    form: { client_id: clientId, ...secret, ...more },
  })
  if (status === 200) {
    const [accessToken, refreshToken] = [textIn(answer, 'access_token'), textIn(answer, 'refresh_token')]
    if (!isToken(accessToken) || (refreshToken !== '' && !isToken(refreshToken)))
      throw new AppError('studio.channel_failed', `${service}: its answer has no access token`)
    const expiresInMs = clamp(secondsIn(answer, 'expires_in') ?? usualTokenLifeMs, 0, maxTokenLifeMs)
    return { kind: 'tokens', tokens: { accessToken, refreshToken, expiresInMs }, scopes: scopesIn(answer) }
  }
  if (status >= 500 || status === 429) throw new AppError('studio.channel_failed', `${service}: ${status}, ${problemOf(answer)}`)
  // OAuth says it in `error` (RFC 6749 section 5.2), Twitch in `message`.
  const codes = [textIn(answer, 'error'), textIn(answer, 'message')]
  if (codes.includes('authorization_pending')) return { kind: 'pending' }
  if (codes.includes('slow_down')) return { kind: 'slower' }
  const detail = `${service}: ${problemOf(answer)}`
  if (codes.includes('access_denied')) return { kind: 'denied', detail }
  if (codes.includes('expired_token')) return { kind: 'expired', detail }
  return { kind: 'rejected', detail }
}

/** Scopes of an answer: a text with spaces in OAuth, a list at Twitch. */
function scopesIn(answer: unknown): readonly string[] {
  const scope = isRecord(answer) ? answer.scope : undefined
  return Array.isArray(scope) ? scope.filter((each) => typeof each === 'string') : textIn(answer, 'scope').split(' ')
}

/** A page of the web that people are led to: over HTTPS, as the service itself is reached. */
function isPage(text: string, base: string): boolean {
  return text.length <= maxUrl && URL.canParse(text) && new URL(text).protocol === new URL(base).protocol
}

/** Goes into a header as it is. */
const isToken = (text: string): boolean => /^[\x21-\x7e]+$/.test(text) && text.length <= maxToken

function secondsIn(answer: unknown, name: string): number | undefined {
  const value = isRecord(answer) ? answer[name] : undefined
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? value * 1000 : undefined
}

const clamp = (value: number, min: number, max: number): number => Math.min(max, Math.max(min, value))
