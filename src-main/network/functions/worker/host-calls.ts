import { randomBytes, webcrypto } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { runMs } from '../run-messages.ts'
import type { UrlParts } from './url-classes.ts'

/** Texts of URLs that are read at all, characters. */
const maxUrl = 65_536

const parts = ['href', 'origin', 'protocol', 'username', 'password', 'host', 'hostname', 'port', 'pathname', 'search', 'hash'] as const
const changeable: ReadonlySet<string> = new Set(['protocol', 'host', 'hostname', 'port', 'pathname', 'search', 'hash'])

/** Reads a URL as browsers do, and replaces one of its parts where one is named. Undefined for what is not a URL. */
export function readUrl(href: string, base?: string, name?: keyof UrlParts, value = ''): UrlParts | undefined {
  if (typeof href !== 'string' || href.length > maxUrl || (base !== undefined && String(base).length > maxUrl)) return undefined
  const url = URL.parse(href, base)
  if (url === null) return undefined
  if (name !== undefined && changeable.has(name)) (url as unknown as Record<string, string>)[name] = String(value).slice(0, maxUrl)
  return Object.fromEntries(parts.map((part) => [part, url[part]])) as unknown as UrlParts
}

/** `atob` and `btoa`; undefined for text that they do not take. */
export function base64(text: string, decodes: boolean): string | undefined {
  try {
    return decodes ? atob(text) : btoa(text)
  } catch {
    return undefined
  }
}

/** Random bytes, 64 KiB at most as in browsers. */
export function randomFor(bytes: number): ArrayBuffer {
  if (!Number.isInteger(bytes) || bytes < 0 || bytes > 65_536) throw new RangeError('65,536 random bytes at most')
  const made = randomBytes(bytes)
  return made.buffer.slice(made.byteOffset, made.byteOffset + made.byteLength) as ArrayBuffer
}

interface CryptoArgument {
  readonly algorithm: AlgorithmIdentifier & { readonly name?: string }
  readonly data: ArrayBuffer
  readonly signature: ArrayBuffer
  readonly key: {
    readonly format: 'raw' | 'spki' | 'pkcs8' | 'jwk'
    readonly data: ArrayBuffer
    readonly algorithm: AlgorithmIdentifier
    readonly usages: readonly ('sign' | 'verify')[]
  }
}
type AlgorithmIdentifier = Parameters<typeof webcrypto.subtle.sign>[0]

/** Algorithms whose time grows with the data alone: what makes keys out of passwords is left out. */
const algorithms: ReadonlySet<string> = new Set(['HMAC', 'RSASSA-PKCS1-V1_5', 'RSA-PSS', 'ECDSA', 'ED25519'])

/** Carries out what a handler asks of this process itself. What it throws the handler gets. */
export async function answerCall(op: string, argument: unknown): Promise<unknown> {
  if (op === 'sleep') {
    const { ms } = argument as { ms: number }
    await delay(Math.min(Math.max(0, Number(ms) || 0), runMs))
    return undefined
  }
  const asked = argument as CryptoArgument
  if (op === 'digest') return webcrypto.subtle.digest(asked.algorithm as string, asked.data)
  const { format, data, algorithm } = asked.key
  const name = String(typeof algorithm === 'string' ? algorithm : algorithm.name).toUpperCase()
  if (!algorithms.has(name)) throw new Error(`${name} is not available: use HMAC, RSASSA-PKCS1-v1_5, RSA-PSS, ECDSA or Ed25519`)
  const use = op === 'sign' ? 'sign' : 'verify'
  const key = await webcrypto.subtle.importKey(format as 'raw', data, algorithm as 'HMAC', false, [use])
  if (use === 'sign') return webcrypto.subtle.sign(asked.algorithm, key, asked.data)
  return webcrypto.subtle.verify(asked.algorithm, key, asked.signature, asked.data)
}
