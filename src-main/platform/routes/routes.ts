import type { Static, TSchema } from 'typebox'
import type { Principal, Role } from './principal.ts'

/** What a handler is given: everything validated against the route's schemas before it runs. */
export interface RouteRequest<Params, Query, Body> {
  readonly params: Params
  readonly query: Query
  readonly body: Body
  /** The body as it comes in, where the route says `takesBytes`. */
  readonly bytes?: AsyncIterable<Uint8Array>
  /** Who asks; anonymous only on routes whose role is `none`. */
  readonly principal: Principal
  readonly requestId: string
  readonly remoteAddress: string
  readonly userAgent: string
  /** Aborted when the client goes away. */
  readonly signal: AbortSignal
  /** Base URL that the client used, e.g. `http://127.0.0.1:8080`: for links in answers. */
  readonly baseUrl: string
  /** Base URL of links that are handed on to other people: `publicUrl`, if it is set. */
  readonly sharedBaseUrl: string
  /** Base URL of links that sign in: the public one, else HTTPS where the host can be reached from elsewhere. */
  readonly signInBaseUrl: string
}

/** The bytes of a file that is open already. */
export interface FileContent {
  readonly bytes: number
  readonly changedMs: number
  /** Its bytes from `start` to `end`, both within. */
  read(start: number, end: number): AsyncIterable<Uint8Array>
  /** Idempotent; called at the end in any case. */
  close(): void
}

/** A file as an answer: with ranges, validators and a media type. */
export interface FileReply {
  /** One of this machine, which the host opens itself. */
  readonly path?: string
  /** One that somebody else reads for the host, instead of `path`. */
  readonly content?: FileContent
  /** Media type. */
  readonly type: string
  /** Name to save it under; without it browsers show it. */
  readonly downloadName?: string
}

export interface RouteReply<Body> {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string | string[]>>
  /** Sent as JSON; as it is if `text` is set. */
  readonly body: Body
  /** Media type of a body that is text, one of the route's `textTypes`. */
  readonly text?: string
  /** Sent instead of `body`: bytes that were made for this answer. The route names their media types in `fileTypes`. */
  readonly bytes?: { readonly data: Uint8Array; readonly type: string }
  /** Sent instead of `body`. The route names its media types in `fileTypes`. */
  readonly file?: FileReply
  /** Sent instead of `body`, as it is made: `bytes` in all. The route names its media types in `fileTypes`. */
  readonly stream?: {
    readonly data: AsyncIterable<Uint8Array>
    readonly bytes: number
    readonly type: string
    /** Name to save it under. */
    readonly downloadName?: string
  }
}

/** One endpoint of the API. Parts offer a list of these; `api` mounts and documents them. */
export interface RouteDefinition {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE'
  /** Under /api/v1, with `:name` parameters, e.g. `/live/streams/:id`. */
  readonly path: string
  /** A whole path at which it answers too: short ones that people type. */
  readonly alsoAt?: `/api/${string}`
  /** The OpenAPI tag: the part's word. */
  readonly tag: string
  /** One line for the OpenAPI description. */
  readonly summary: string
  /** An old name of another route: see `atOldPath`. */
  readonly deprecated?: true
  /** Least role that may call it. */
  readonly role: Role | 'none'
  readonly params?: TSchema
  readonly query?: TSchema
  readonly body?: TSchema
  /** Success answers by status; 204 has `Type.Null()`. */
  readonly responses: Readonly<Record<number, TSchema>>
  /** Media types that the first of `responses` may have besides JSON. */
  readonly textTypes?: readonly string[]
  /** Media types of the file that the first of `responses` is. */
  readonly fileTypes?: readonly string[]
  /** Largest body, where it is more than 1 MiB. */
  readonly bodyBytes?: number
  /** The body is `application/octet-stream`, this many bytes at most, and is handed over as it comes in instead of being read. */
  readonly takesBytes?: number
  /** True where repeating a POST could act twice: `Idempotency-Key` is honoured. */
  readonly idempotent?: boolean
  // biome-ignore lint/suspicious/noExplicitAny: the list of routes is heterogeneous; `defineRoute` types each one
  readonly handler: (request: RouteRequest<any, any, any>) => Promise<RouteReply<unknown>> | RouteReply<unknown>
}

type StaticOr<T, Fallback> = T extends TSchema ? Static<T> : Fallback

/** Types a route's handler by its schemas. */
export function defineRoute<
  P extends TSchema | undefined = undefined,
  Q extends TSchema | undefined = undefined,
  B extends TSchema | undefined = undefined,
>(
  route: Omit<RouteDefinition, 'params' | 'query' | 'body' | 'handler'> & {
    params?: P
    query?: Q
    body?: B
    handler: (
      request: RouteRequest<StaticOr<P, Record<string, never>>, StaticOr<Q, Record<string, never>>, StaticOr<B, undefined>>,
    ) => Promise<RouteReply<unknown>> | RouteReply<unknown>
  },
): RouteDefinition {
  return route as unknown as RouteDefinition
}

/** The same route or WebSocket endpoint at a path that it had before: answers until 1.0, and OpenAPI says that it is deprecated. */
export function atOldPath<Definition extends { readonly path: string }>(
  definition: Definition,
  path: string,
): Definition & { deprecated: true } {
  return { ...definition, path, deprecated: true }
}
