/** The API of a host, as the desktop process uses it. */
export interface HostClient {
  /** Without `/api/v1`. */
  readonly url: string
  get<T>(path: string): Promise<T>
  send<T>(method: 'POST' | 'PATCH' | 'PUT' | 'DELETE', path: string, body?: unknown): Promise<T>
  /** Calls back for every event of these topics until the signal, or until the host goes away. Rejects where it cannot be reached. */
  listen(
    topics: readonly string[],
    onEvent: (event: { readonly topic: string; readonly data: unknown }) => void,
    signal: AbortSignal,
    onOpen?: () => void,
  ): Promise<void>
}
