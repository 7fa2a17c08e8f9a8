import type { InnerLoader } from '../../src-client/index.ts'

interface Context {
  readonly url: string
}

interface Callbacks {
  onSuccess(response: { readonly url: string; readonly data: Buffer }): void
  onError(error: { readonly code: number; readonly text: string }): void
}

/** What `nodeLoader` loads with where there is no hls.js: one request by `fetch`, with the figures that hls.js keeps. */
export class FetchLoader implements InnerLoader {
  context: unknown = null
  stats = { aborted: false, loaded: 0, loading: { start: 0, first: 0, end: 0 } }
  readonly #stop = new AbortController()

  load(context: never, _config: never, callbacks: never): void {
    this.context = context
    void this.#load((context as Context).url, callbacks as Callbacks)
  }

  abort(): void {
    this.stats.aborted = true
    this.#stop.abort()
  }

  destroy(): void {
    this.abort()
  }

  async #load(url: string, { onSuccess, onError }: Callbacks): Promise<void> {
    const { stats } = this
    const { signal } = this.#stop
    stats.loading.start = performance.now()
    try {
      const reply = await fetch(url, { signal, cache: 'no-store' })
      if (signal.aborted) return
      stats.loading.first = performance.now()
      const chunks: Uint8Array[] = []
      for await (const chunk of reply.body ?? []) {
        chunks.push(chunk)
        stats.loaded += chunk.length
      }
      if (signal.aborted) return
      stats.loading.end = performance.now()
      if (reply.ok) onSuccess({ url: reply.url, data: Buffer.concat(chunks) })
      else onError({ code: reply.status, text: reply.statusText })
    } catch (error) {
      if (!signal.aborted) onError({ code: 0, text: (error as Error).message })
    }
  }
}
