import type { RunningHost } from './host.ts'

/** Requests to a host that must succeed; they answer the body. `host` is asked at each request, since tests start it later, or again. */
export function requestsTo(host: () => Pick<RunningHost, 'api'>) {
  return async <T = any>(method: string, path: string, body?: unknown): Promise<T> => {
    const reply = await host().api<string, string>(method, path, body)
    if (reply.status >= 300) throw new Error(`${method} ${path}: ${JSON.stringify(reply)}`)
    return reply.body
  }
}
