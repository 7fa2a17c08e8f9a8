import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http'
import {
  challengePage,
  challengePolicy,
  noncePlaceholder,
  passCookie,
  passHeader,
  puzzlePlaceholder,
  secondsPlaceholder,
} from './challenge-page.ts'

/** How viewers show that they are worth an answer while a node is attacked. */
export interface ChallengeOptions {
  /** Leading zero bits of the hash that is looked for: each one doubles the work. */
  readonly bits: number
  /** How long a pass is valid, seconds. */
  readonly passSeconds: number
  /** The first one signs puzzles; those behind it are valid too. */
  readonly secrets: readonly string[]
}

/** Characters of a signature, 132 bits: the puzzle and a number fit in one block of SHA-256. */
export const macLength = 22

/** Passes of one request that are looked at. */
export const maxPasses = 4

/** What a viewer works on: `EXPIRES.BITS.SIGNATURE`, bound to their network and their program. A pass is `PUZZLE.NUMBER`. */
export function puzzleFor({ bits, passSeconds, secrets }: ChallengeOptions, network: string, agent: string, nowMs: number): string {
  const expires = Math.floor(nowMs / 1000) + passSeconds
  return `${expires}.${bits}.${sign(secrets[0] ?? '', expires, bits, network, agent)}`
}

/** True for a pass of this network and program that has not expired, and cost as much work as is asked for now. */
export function isPass({ bits, secrets }: ChallengeOptions, pass: string, network: string, agent: string, nowMs: number): boolean {
  const [, puzzle = '', expires = '', cost = '', mac = ''] = /^((\d{1,12})\.(\d{1,2})\.([\w-]{22}))\.\d{1,12}$/.exec(pass) ?? []
  if (puzzle === '' || Number(cost) < bits || Number(expires) * 1000 < nowMs) return false
  const given = Buffer.from(mac)
  if (!secrets.some((secret) => timingSafeEqual(Buffer.from(sign(secret, Number(expires), Number(cost), network, agent)), given)))
    return false
  const hash = createHash('sha256').update(pass).digest()
  return Math.clz32(hash.readUInt32BE(0)) >= Number(cost)
}

function sign(secret: string, expires: number, bits: number, network: string, agent: string): string {
  const text = ['challenge', expires, bits, network, agent].join('\n')
  return createHmac('sha256', secret).update(text).digest('base64url').slice(0, macLength)
}

/**
 * The passes that a request shows, four at most. Browsers send several cookies of one name where an older one was set for another path, for
 * the domain above or by a page of another site, and the older one first: it may be worth nothing any more.
 */
export function passesOf({ headers }: Pick<IncomingMessage, 'headers'>): readonly string[] {
  const given = headers[passHeader]
  if (typeof given === 'string') return [given]
  const cookies = (headers.cookie ?? '').split(';').map((each) => each.trim())
  return cookies
    .filter((each) => each.startsWith(`${passCookie}=`))
    .slice(0, maxPasses)
    .map((each) => each.slice(passCookie.length + 1)) // prettier-ignore
}

/** What a viewer without a pass gets: the page where they accept HTML, else the puzzle itself. */
export function challengeAnswer(
  puzzle: string,
  passSeconds: number,
  accept: string,
): { readonly headers: OutgoingHttpHeaders; readonly body: string } {
  const common = { 'cache-control': 'no-store' }
  const nonce = puzzle.slice(-macLength)
  if (!accept.includes('text/html')) return { headers: { ...common, 'content-type': 'application/problem+json' }, body: problem(puzzle) }
  return {
    headers: {
      ...common,
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': challengePolicy.replaceAll(noncePlaceholder, nonce),
    },
    body: challengePage
      .replaceAll(puzzlePlaceholder, puzzle)
      .replaceAll(noncePlaceholder, nonce)
      .replaceAll(secondsPlaceholder, String(passSeconds)),
  }
}

/** The same for programs, which send what they found in a header. */
export const problemTemplate = JSON.stringify({
  type: 'urn:ami-streams:error:network.challenged',
  title: 'Proof of work needed',
  status: 403,
  code: 'network.challenged',
  challenge: { puzzle: puzzlePlaceholder, hash: 'sha-256', header: 'Challenge-Pass' },
})

const problem = (puzzle: string): string => problemTemplate.replace(puzzlePlaceholder, puzzle)
