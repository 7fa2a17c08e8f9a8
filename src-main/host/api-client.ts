import { AppError, type ErrorCode, errorKinds } from '../platform/errors.ts'
import { readHostFile } from '../platform/identity/host-file.ts'

/** The public API, as the command line uses it. */
export interface ApiClient {
  readonly url: string
  get<T>(path: string): Promise<T>
  send<T>(method: 'POST' | 'PATCH' | 'DELETE', path: string, body?: unknown): Promise<T>
}

export interface ClientOptions {
  readonly dataDir: string
  /** Address and token of a host elsewhere; the one of the data folder where left out. */
  readonly url?: string
  readonly token?: string
}

/** Finds the host by `--url`, else through the data folder. Throws `host.not_running`. */
export function findHost(options: ClientOptions): ApiClient {
  const file = options.url === undefined ? readHostFile(options.dataDir) : undefined
  const url = (options.url ?? file?.url)?.replace(/\/$/, '')
  if (url === undefined)
    throw new AppError('host.not_running', `No host is running on ${options.dataDir}`, { details: { dataDir: options.dataDir } })
  const token = options.token ?? file?.token

  const call = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    let response: Response
    try {
      response = await fetch(`${url}/api/v1${path}`, {
        method,
        headers: {
          ...(token ? { authorization: `Bearer ${token}` } : {}),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(30_000),
      })
    } catch (cause) {
      const code = file ? 'host.not_running' : 'host.unreachable'
      throw new AppError(code, `The host at ${url} does not answer`, { cause, details: { url } })
    }
    if (response.status === 204) return undefined as T
    const text = await response.text()
    let answer: unknown
    try {
      answer = JSON.parse(text)
    } catch (cause) {
      throw new AppError('host.unreachable', `What answers at ${url} is not a host`, { cause, details: { url } })
    }
    if (response.ok) return answer as T
    const problem = answer as { code?: string; detail?: string }
    const known = problem.code !== undefined && problem.code in errorKinds ? (problem.code as ErrorCode) : 'internal'
    throw new AppError(known, problem.detail)
  }
  return { url, get: (path) => call('GET', path), send: (method, path, body) => call(method, path, body) }
}
