import type { Nodes } from './nodes.ts'

/** What hls.js calls a loader, as far as this file uses it. */
export interface InnerLoader {
  context: unknown
  stats: { aborted: boolean; loaded: number; loading: { start: number; first: number; end: number } }
  load(context: never, config: never, callbacks: never): void
  abort(): void
  destroy(): void
  getCacheAge?(): number | null
  getResponseHeader?(name: string): string | null
}

export type LoaderClass = new (config: never) => InnerLoader

interface Callbacks {
  onError(error: { readonly code: number; readonly text: string }, ...more: unknown[]): void
  onTimeout(...all: unknown[]): void
  onProgress?(...all: unknown[]): void
}

/** A request without a new byte for this long makes its node a suspect, ms. */
const suspectMs = 900
/** How often a request is looked at, ms: one without a new byte since follows when its node has been left. */
const lookMs = 300
/** Nodes that one request is sent to. */
const maxTries = 4

/** The loader below would ask the same node again, and wait before that. */
function withoutRetries(config: never): never {
  const { loadPolicy, ...more } = config as { loadPolicy: object }
  return { ...more, loadPolicy: { ...loadPolicy, errorRetry: null, timeoutRetry: null }, maxRetry: 0 } as never
}

/**
 * A loader for hls.js (`loader`, `pLoader` or `fLoader`) that sends each request to the node in use, and sends it again to another one where
 * that node does not answer: hls.js and the viewer notice nothing, since all nodes have the same bytes at the same paths.
 * @param Base the loader below, `Hls.DefaultConfig.loader`
 */
export function nodeLoader(Base: LoaderClass, nodes: Nodes): LoaderClass {
  return class NodeLoader implements InnerLoader {
    readonly #config: never
    #inner: InnerLoader
    #suspecting: ReturnType<typeof setInterval> | undefined
    #again: (() => void) | undefined
    #ended = false

    constructor(config: never) {
      this.#config = config
      this.#inner = new Base(config)
    }

    get context(): unknown {
      return this.#inner.context
    }

    get stats(): InnerLoader['stats'] {
      return this.#inner.stats
    }

    load(context: never, config: never, callbacks: never): void {
      const { url } = context as { url: string }
      const given = callbacks as Callbacks
      let tries = 0
      const attempt = (): void => {
        tries++
        const { base } = nodes
        const inner = this.#inner
        const isCurrent = (): boolean => inner === this.#inner && !this.#ended
        // no connection, or a proxy without its server
        const tryElsewhere = (isGone: boolean): boolean => {
          if (!isGone || tries >= maxTries || !nodes.isRouted || !isCurrent()) return false
          if (!nodes.failed(base)) return false
          this.#again?.()
          return true
        }
        this.#again = () => {
          this.#again = undefined
          clearInterval(this.#suspecting)
          // hls.js has these figures already, and looks at them while it loads
          const { stats } = inner
          inner.destroy()
          stats.aborted = false
          stats.loaded = 0
          stats.loading = { start: 0, first: 0, end: 0 }
          this.#inner = new Base(this.#config)
          this.#inner.stats = stats
          attempt()
        }
        // a part of the answer that was passed on cannot be taken back
        const mayRepeat = (): boolean => inner.stats.loading.first === 0 || given.onProgress === undefined
        // the node was left, for this request or another
        const follow = (): boolean => {
          if (nodes.base === base || tries >= maxTries || !isCurrent() || !mayRepeat()) return false
          this.#again?.()
          return true
        }
        let loaded = 0
        let quietMs = 0
        clearInterval(this.#suspecting)
        this.#suspecting = setInterval(() => {
          quietMs = inner.stats.loaded > loaded ? 0 : quietMs + lookMs
          loaded = inner.stats.loaded
          if (quietMs === 0 || follow()) return
          if (quietMs % suspectMs === 0) void nodes.suspect(base)
        }, lookMs)
        ;(context as { url: string }).url = nodes.at(url)
        inner.load(context, nodes.isRouted ? withoutRetries(config) : config, {
          ...(callbacks as object),
          onSuccess: (...all: unknown[]) => {
            this.#settle()
            ;(callbacks as { onSuccess(...all: unknown[]): void }).onSuccess(...all)
          },
          onError: (error: { code: number; text: string }, ...more: unknown[]) => {
            if (tryElsewhere(error.code === 0 || error.code === 502 || error.code === 504)) return
            if (error.code === 503) void nodes.check()
            this.#settle()
            given.onError(error, ...more)
          },
          onTimeout: (...all: unknown[]) => {
            void nodes.suspect(base)
            this.#settle()
            given.onTimeout(...all)
          },
        } as never)
      }
      attempt()
    }

    abort(): void {
      this.#settle()
      this.#inner.abort()
    }

    destroy(): void {
      this.#settle()
      this.#ended = true
      this.#inner.destroy()
    }

    getCacheAge(): number | null {
      return this.#inner.getCacheAge?.() ?? null
    }

    getResponseHeader(name: string): string | null {
      return this.#inner.getResponseHeader?.(name) ?? null
    }

    #settle(): void {
      clearInterval(this.#suspecting)
      this.#again = undefined
    }
  }
}
