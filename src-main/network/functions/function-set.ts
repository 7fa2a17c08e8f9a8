import { type Static, Type } from 'typebox'
import type { FunctionRoute } from '../front/nginx/front-options.ts'

const closed = { additionalProperties: false }
const Files = Type.Record(Type.String({ maxLength: 200 }), Type.String({ maxLength: 1024 * 1024 }))

/** A function as nodes have it. */
export const NodeFunctionSchema = Type.Object(
  {
    name: Type.String({ maxLength: 64 }),
    version: Type.Integer({ minimum: 1 }),
    main: Type.String({ maxLength: 200 }),
    files: Files,
    modules: Files,
    env: Type.Record(Type.String(), Type.String()),
    secrets: Type.Array(Type.String(), { maxItems: 100 }),
    routes: Type.Array(Type.String({ maxLength: 600 }), { maxItems: 20 }),
    fetchHosts: Type.Array(Type.String({ maxLength: 260 }), { maxItems: 50 }),
  },
  closed,
)
export type NodeFunction = Static<typeof NodeFunctionSchema>

/** All functions that are deployed. */
export const FunctionSetSchema = Type.Object(
  {
    /** Another one for other functions. */
    id: Type.String({ maxLength: 64 }),
    functions: Type.Array(NodeFunctionSchema, { maxItems: 100 }),
  },
  closed,
)
export type FunctionSet = Static<typeof FunctionSetSchema>

/** How a route is written: `/path`, `/path/*` for all below it, with a host name before it where it is for that alone. */
const form =
  /^(?:\*\.)?(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*)?(?:\/[\w.\-~!+,=:@%]+)*(?:\/|\/\*)?$/

/** Reads a route; undefined for what is not a route. Live streams come from a node's memory: no function is before them. */
export function readRoute(text: string): FunctionRoute | undefined {
  const at = text.indexOf('/')
  if (at < 0 || text.length > 600 || !form.test(text) || text.startsWith('*./')) return undefined
  const host = text.slice(0, at)
  const path = text.slice(at)
  if (/\/\.{1,2}(?:\/|$)/.test(path) || path === '/live/*' || path.startsWith('/live/')) return undefined
  // A path that ends with `/` is all below it, for nginx as for us.
  if (path.endsWith('/')) return undefined
  return { host: host === '' ? undefined : host, path: path.replace(/\*$/, '') }
}

/** Whether a route is for a request. */
export function isRouted({ host, path }: FunctionRoute, requestHost: string, requestPath: string): boolean {
  return isHostOf(host, requestHost) && (path.endsWith('/') ? requestPath.startsWith(path) : requestPath === path)
}

/** Whether a host name of a request is that of a route. */
export function isHostOf(pattern: string | undefined, host: string): boolean {
  if (pattern === undefined) return true
  return pattern.startsWith('*.') ? host.endsWith(pattern.slice(1)) : host === pattern
}

/** The function for a request: of several the one with the longest path, then the one with a host name. */
export function functionFor(functions: readonly NodeFunction[], host: string, path: string): NodeFunction | undefined {
  let best: { readonly of: NodeFunction; readonly weight: number } | undefined
  for (const each of functions) {
    for (const text of each.routes) {
      const route = readRoute(text)
      if (route === undefined || !isRouted(route, host, path)) continue
      const weight = route.path.length * 2 + (route.host === undefined ? 0 : 1)
      if (best === undefined || weight > best.weight) best = { of: each, weight }
    }
  }
  return best?.of
}
