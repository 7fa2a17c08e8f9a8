import { AppError, type ErrorCode, errorKinds } from './errors.ts'
import { readHostFile } from './identity/host-file.ts'

/** The public API, as the command line and the desktop shell use it. */
export interface ApiClient {
  readonly url: string
  /** Of the host's own run, or the one that was given. */
  readonly token?: string
  get<T>(path: string): Promise<T>
  send<T>(method: 'POST' | 'PATCH' | 'PUT' | 'DELETE', path: string, body?: unknown): Promise<T>
  /** Sends bytes by PUT. */
  sendBytes<T>(path: string, bytes: Uint8Array): Promise<T>
  /** An answer that is not JSON, e.g. an image. */
  bytes(path: string): Promise<Uint8Array>
  /** Calls back for every event of these topics until the signal, or until the host goes away. Rejects where it cannot be reached. */
  listen(topics: readonly string[], onEvent: (event: ApiEvent) => void, signal: AbortSignal, onOpen?: () => void): Promise<void>
}

export interface ApiEvent {
  readonly time: string
  readonly topic: string
  readonly data: unknown
}

export interface ClientOptions {
  readonly dataDir: string
  /** URL and token of a host elsewhere; by default the one of the data folder. */
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

  const authorization: Record<string, string> = token ? { authorization: `Bearer ${token}` } : {}
  const reach = async (path: string, init: RequestInit): Promise<Response> => {
    try {
      return await fetch(`${url}/api/v1${path}`, init)
    } catch (cause) {
      const code = file ? 'host.not_running' : 'host.unreachable'
      throw new AppError(code, `The host at ${url} does not answer`, { cause, details: { url } })
    }
  }
  const call = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const response = await reach(path, {
      method,
      headers: { ...authorization, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(30_000),
    })
    return answerOf<T>(response)
  }
  const answerOf = async <T>(response: Response): Promise<T> => {
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
  return {
    url,
    ...(token && { token }),
    get: (path) => call('GET', path),
    send: (method, path, body) => call(method, path, body),
    async sendBytes(path, bytes) {
      const headers = { ...authorization, 'content-type': 'application/octet-stream' }
      return answerOf(await reach(path, { method: 'PUT', headers, body: bytes, signal: AbortSignal.timeout(60_000) }))
    },
    async bytes(path) {
      const response = await reach(path, { headers: authorization, signal: AbortSignal.timeout(30_000) })
      return response.ok ? new Uint8Array(await response.arrayBuffer()) : answerOf(response)
    },
    async listen(topics, onEvent, signal, onOpen) {
      const headers = { ...authorization, accept: 'text/event-stream' }
      const response = await reach(`/events?topics=${topics.join(',')}`, { headers, signal })
      if (!response.ok || response.body === null) return answerOf(response)
      onOpen?.()
      let rest = ''
      try {
        for await (const text of response.body.pipeThrough(new TextDecoderStream())) {
          const messages = (rest + text).split('\n\n')
          rest = messages.pop() ?? ''
          for (const message of messages) {
            const line = message.split('\n').find((each) => each.startsWith('data: '))
            const event = line && (JSON.parse(line.slice(6)) as ApiEvent)
            if (event && event.topic !== undefined) onEvent(event)
          }
        }
      } catch (error) {
        if (!signal.aborted) throw new AppError('host.unreachable', `The host at ${url} went away`, { cause: error })
      }
    },
  }
}
