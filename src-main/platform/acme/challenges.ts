import { execFile } from 'node:child_process'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { promisify } from 'node:util'
import { AppError } from '../errors.ts'
import { pathOf } from '../http/request-target.ts'
import { type ChallengeSolver, dnsValue } from './acme-client.ts'

const challengePath = '/.well-known/acme-challenge/'
const hookMs = 300_000

/** Answers of HTTP-01 (RFC 8555, section 8.3): the authority fetches them from port 80 of the name. */
export class HttpChallenges implements ChallengeSolver {
  readonly type = 'http-01'
  readonly #answers = new Map<string, string>()

  async present(_name: string, token: string, keyAuthorization: string): Promise<void> {
    this.#answers.set(token, keyAuthorization)
  }

  async withdraw(_name: string, token: string): Promise<void> {
    this.#answers.delete(token)
  }

  /** Answers a request below `/.well-known/acme-challenge/`; false for any other. */
  handle(request: IncomingMessage, response: ServerResponse): boolean {
    const path = pathOf(request.url)
    if (!path.startsWith(challengePath)) return false
    const answer = this.#answers.get(path.slice(challengePath.length))
    const body = answer ?? 'There is no such challenge.'
    response.writeHead(answer === undefined ? 404 : 200, {
      'content-type': 'text/plain',
      'content-length': Buffer.byteLength(body),
      'cache-control': 'no-store',
    })
    response.end(request.method === 'HEAD' ? undefined : body)
    return true
  }
}

/**
 * DNS-01 by a program of the operator: `HOOK set NAME VALUE` makes the TXT record and ends once it can be looked up, `HOOK clear NAME VALUE`
 * removes it.
 */
export function dnsHook(program: string): ChallengeSolver {
  const run = async (action: 'set' | 'clear', name: string, authorization: string): Promise<void> => {
    const record = `_acme-challenge.${name}`
    try {
      await promisify(execFile)(program, [action, record, dnsValue(authorization)], { timeout: hookMs, maxBuffer: 1 << 16 })
    } catch (cause) {
      const { stderr = '', message } = cause as Error & { readonly stderr?: string }
      const said = stderr.trim().split('\n').at(-1) || message
      throw new AppError('acme.hook_failed', `${program} ${action} ${record}: ${said.slice(0, 500)}`, { cause })
    }
  }
  return {
    type: 'dns-01',
    present: (name, _token, authorization) => run('set', name, authorization),
    withdraw: (name, _token, authorization) => run('clear', name, authorization),
  }
}
