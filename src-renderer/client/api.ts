import type { Answer, Body, HasRoute, Method, Query } from '../../src-main/api/typed-api.ts'
import { client as t } from '../messages/page.ts'
import { inLanguage } from './host-error.ts'

/** A rejection of the API: problem+json, or a network that is away (`status` 0). */
export class ApiError extends Error {
  readonly status: number
  readonly code: string
  readonly remedy: string

  constructor(status: number, code: string, message: string, remedy: string) {
    super(message)
    this.name = 'ApiError'
    this.status = status
    this.code = code
    this.remedy = remedy
  }
}

let signedOut: () => void = () => {}
/** Sign-ins of this page. */
let signIns = 0

/** Calls back when any request is answered with 401. */
export function onSignedOut(listener: () => void): void {
  signedOut = listener
}

let problemListener: (error: unknown) => void = () => {}

/** Calls back with what went wrong where no component waits for the answer: a list that could not be read. */
export function onProblem(listener: (error: unknown) => void): void {
  problemListener = listener
}

/** Shows what went wrong, unless the page knows already: where the host is away or the sign-in has ended. */
export function reportProblem(error: unknown): void {
  if (!(error instanceof ApiError && (error.status === 0 || error.status === 401))) problemListener(error)
}

/** The error that the host answered with, by its body. */
export function problemOf(status: number, text: string): ApiError {
  try {
    const body = JSON.parse(text) as { code?: string; title?: string; detail?: string; remedy?: string }
    const { code, message, remedy } = inLanguage({
      code: body.code ?? '',
      message: body.detail ?? body.title ?? t.theHostAnswered(status),
      remedy: body.remedy ?? '',
    })
    return new ApiError(status, code === '' ? 'internal' : code, message, remedy)
  } catch {
    return new ApiError(status, 'internal', t.theHostAnswered(status), '')
  }
}

interface CallOptions {
  readonly signal?: AbortSignal
  /** Do not fall back to the sign-in page on 401. */
  readonly quiet?: boolean
}

type BodyOf<M extends Method, Path extends string> =
  Body<M, Path> extends undefined
    ? unknown
    : // A body without required properties may be left out.
      Record<string, never> extends Body<M, Path>
      ? { readonly body?: Body<M, Path> }
      : { readonly body: Body<M, Path> }

type QueryOf<M extends Method, Path extends string> = [keyof Query<M, Path>] extends [never]
  ? unknown
  : Record<string, never> extends Query<M, Path>
    ? { readonly query?: Query<M, Path> }
    : { readonly query: Query<M, Path> }

/** What follows the URL of a call: its body and query, where the route takes them. */
type Rest<M extends Method, Path extends string> =
  HasRoute<M, Path> extends false
    ? [noRoute: `The API has no ${M} ${Path}`]
    : Record<string, never> extends BodyOf<M, Path> & QueryOf<M, Path>
      ? [options?: CallOptions & BodyOf<M, Path> & QueryOf<M, Path>]
      : [options: CallOptions & BodyOf<M, Path> & QueryOf<M, Path>]

/** A query as it follows a URL, with its question mark; what is undefined is left out. */
function queryText(query: object): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined)
  return given.length === 0 ? '' : `?${new URLSearchParams(given.map(([name, value]) => [name, String(value)]))}`
}

/** One request to the API: a URL under /api/v1, and a query and body as its route takes them. Throws ApiError. */
export function call<const M extends Method, const Path extends string>(
  method: M,
  path: Path,
  ...[options]: Rest<M, Path>
): Promise<Answer<M, Path>> {
  return request(method, path, options as CallOptions | undefined)
}

/** `call` for what knows the types of its URL by itself, and gets them from its caller. */
export async function request<T>(
  method: Method,
  path: string,
  options: CallOptions & { readonly body?: unknown; readonly query?: object } = {},
): Promise<T> {
  const headers: Record<string, string> = { accept: 'application/json' }
  if (options.body !== undefined) headers['content-type'] = 'application/json'
  if (method === 'POST') headers['idempotency-key'] = randomId()
  const signInsBefore = signIns
  let response: Response
  try {
    response = await fetch(`/api/v1${path}${queryText(options.query ?? {})}`, {
      method,
      headers,
      credentials: 'same-origin',
      ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
      ...(options.signal ? { signal: options.signal } : {}),
    })
  } catch (cause) {
    if (options.signal?.aborted) throw cause
    throw new ApiError(0, 'network', t.theHostDoesNotAnswer, t.checkThatItIsRunning)
  }
  if (!response.ok) {
    const problem = problemOf(response.status, await response.text().catch(() => ''))
    // What was asked before the sign-in says nothing of it.
    if (problem.status === 401 && !options.quiet && signInsBefore === signIns) signedOut()
    throw problem
  }
  if (method === 'POST' && path === '/sessions') signIns++
  if (response.status === 204) return undefined as T
  const text = await response.text()
  return (text === '' ? undefined : JSON.parse(text)) as T
}

/** 32 random hex digits; also where the page is served over plain HTTP and `crypto.randomUUID` is absent. */
export function randomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** The sentence for a toast. */
export function explain(error: unknown): string {
  if (error instanceof ApiError) {
    const text = error.remedy && error.remedy !== error.message ? `${error.message}. ${error.remedy}`.replace('..', '.') : error.message
    return text.replaceAll('`', '')
  }
  return error instanceof Error ? error.message : String(error)
}
